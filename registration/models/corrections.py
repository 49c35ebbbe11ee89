"""What the office asks the owner to put right, and what was sent each time."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models.applications import TYPED, Application
from shumoos.append_only import append_only


class FlagQuerySet(models.QuerySet["Flag"]):
    def unresolved(self) -> "FlagQuerySet":
        """Those that wait for the owner."""
        return self.filter(resolved_at__isnull=True)


class Flag(models.Model):
    """One field or document of an application that the owner is to put right, in the supervisor's words."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="flags")
    # A field's name or a document's kind.
    name = models.CharField(_("field or document"), max_length=40)
    words = models.CharField(_("words for the owner"), max_length=500)
    # Of the template that was chosen; empty where somebody said it in their own words.
    code = models.SlugField(_("reason's code"), max_length=40, blank=True, db_index=False)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("raised by")
    )
    raised_at = models.DateTimeField(_("raised at"), default=timezone.now, editable=False)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, editable=False)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "name"],
                condition=Q(resolved_at__isnull=True),
                name="flag_once_until_resolved",
            ),
            models.CheckConstraint(
                condition=~Q(words=""),
                name="flag_has_words",
                violation_error_message=_("Say what is wrong, in words for the owner."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What the field or the document is called, in the language of the moment."""
        if self.name in TYPED:
            return str(Application._meta.get_field(self.name).verbose_name)  # type: ignore[union-attr]
        document = self.application.documents.filter(kind__code=self.name).select_related("kind").last()
        return str(document or self.name)


class ApplicationVersion(models.Model):
    """An application as it was sent, the first time or after a correction. Never changed, never deleted."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("number"))
    typed = models.JSONField(_("data"))
    documents = ArrayField(models.BigIntegerField(), verbose_name=_("documents"))
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["application", "number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="version_number_once"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.number}"


class WrongLookUp(models.Model):
    """A number typed together with another that does not belong to it, such as a mobile's ending."""

    address = models.GenericIPAddressField(null=True)
    reference = models.CharField(max_length=12)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["address", "-at"], name="wrong_look_up_from"),
            models.Index(fields=["reference", "-at"], name="wrong_look_up_of"),
            models.Index(fields=["at"], name="wrong_look_up_at"),
        ]
