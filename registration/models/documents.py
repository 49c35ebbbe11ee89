"""The documents that prove an application, kept encrypted, and what kinds of them there are."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registration.models.applications import Application
from registration.models.kept_files import KeptFile, ScanState
from registration.models.places import Named, Sector
from registration.storage import random_name


class DocumentKindQuerySet(models.QuerySet["DocumentKind"]):
    def wanted_for(self, sector: Sector | None) -> "DocumentKindQuerySet":
        """Those that an application of this sector is asked for, in order; of no sector, those of all."""
        return self.filter(Q(sectors=None) | Q(sectors=sector) if sector else Q(sectors=None)).order_by(
            "order", "id"
        )

    def required(self) -> "DocumentKindQuerySet":
        """Those without which an application is not sent."""
        return self.filter(is_required=True)


class DocumentKind(Named):
    """A document that owners are asked for: all of them, or those of some sectors."""

    sectors = models.ManyToManyField(
        Sector,
        related_name="document_kinds",
        blank=True,
        verbose_name=_("sectors"),
        help_text=_("Without a sector, owners of every sector are asked for it."),
    )
    is_required = models.BooleanField(
        _("required"), default=True, help_text=_("Without it an application cannot be sent.")
    )
    expires = models.BooleanField(
        _("has a last day"), default=False, help_text=_("The supervisor notes until when it is valid.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = DocumentKindQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one of them", "document kind")
        verbose_name_plural = _("document kinds")
        ordering = ["order", "id"]


# What the measuring of an upload may find, and what the owner is told: warnings, never refusals.
WARNINGS = {
    "blurred": _(
        "The text may be too blurred to read. Hold the camera still, and take it again in good light."
    ),
    "small": _("The text may be too small to read. Come closer, so that the document fills the picture."),
}


class DocumentQuerySet(models.QuerySet["Document"]):
    def current(self) -> "DocumentQuerySet":
        """Those that count now, one of a kind, with their kinds, in the order of these."""
        return self.filter(is_current=True).select_related("kind").order_by("kind__order", "id")

    def further(self) -> "DocumentQuerySet":
        """The current ones of kinds that not everybody is asked for."""
        return self.current().filter(kind__in=DocumentKind.objects.exclude(sectors=None))

    def usable(self) -> "DocumentQuerySet":
        """The current ones apart from those that a scanner has found harmful: these count as missing."""
        return self.current().exclude(scan_state=ScanState.INFECTED)


class Document(KeptFile):
    content_fields = ("file", "thumbnail")

    application = models.ForeignKey(Application, models.PROTECT, related_name="documents")
    kind = models.ForeignKey(
        DocumentKind,
        models.PROTECT,
        to_field="code",
        db_column="kind",
        related_name="documents",
        verbose_name=_("kind"),
    )
    # A small JPEG picture of its first page; empty where none could be drawn.
    thumbnail = models.FileField(_("thumbnail"), upload_to=random_name, max_length=60, blank=True)
    warning_codes = models.JSONField(_("warnings"), default=list, blank=True)
    is_current = models.BooleanField(_("current"), default=True)
    # Whether a version of the application refers to it: then it is history, and stays.
    is_sent = models.BooleanField(_("sent"), default=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(is_current=True),
                name="document_one_current_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(content_type__in=["image/jpeg", "application/pdf"]), name="document_type_is_safe"
            ),
            models.CheckConstraint(
                condition=Q(scan_state=ScanState.INFECTED, file="", thumbnail="")
                | ~Q(scan_state=ScanState.INFECTED) & ~Q(file=""),
                name="document_harmful_has_no_file",
            ),
            models.CheckConstraint(
                condition=Q(scan_state=ScanState.WAITING) & ~Q(original="")
                | ~Q(scan_state=ScanState.WAITING) & Q(original=""),
                name="document_waiting_has_original",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scan_tried_at", "id"],
                condition=Q(scan_state=ScanState.WAITING),
                name="document_waiting",
            ),
            # What nobody has seen and nobody will: the beat takes it away.
            models.Index(
                fields=["uploaded_at"],
                condition=Q(is_current=False, is_sent=False),
                name="document_superseded",
            ),
        ]

    def __str__(self) -> str:
        return str(self.kind)

    @property
    def warnings(self) -> list[str]:
        """What the owner should know about the picture's quality, in the language of the moment."""
        return [str(WARNINGS[code]) for code in self.warning_codes if code in WARNINGS]

    @property
    def is_withheld(self) -> bool:
        """Whether nobody may see it, now or ever."""
        return self.is_being_checked or self.is_harmful
