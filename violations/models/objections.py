"""Objections (تظلم): an owner's against one notice, and the head's decision on it."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.storage import random_name
from shumoos.letters.models import Letter
from violations.models.cases import Case
from violations.models.notices import Notice


class Outcome(models.TextChoices):
    """What became of the notice."""

    UPHELD = "upheld", _("The notice stands")
    REDUCED = "reduced", _("The fine is reduced")
    ANNULLED = "annulled", _("The notice is annulled")


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self) -> "ObjectionQuerySet":
        return self.filter(outcome="")

    def visible_to(self, user: Any) -> "ObjectionQuerySet":
        return self.filter(case__in=Case.objects.visible_to(user))


class Objection(models.Model):
    """From the day it is filed to the day it is decided, the step's clock and the payment term stand
    still."""

    notice = models.OneToOneField(Notice, models.PROTECT, related_name="objection", verbose_name=_("notice"))
    # The notice's, for the clock.
    case = models.ForeignKey(Case, models.PROTECT, related_name="objections", verbose_name=_("case"))
    text = models.TextField(_("objection"), max_length=5000)
    filed_on = models.DateField(_("filed on"))
    filed_at = models.DateTimeField(_("filed at"), default=timezone.now, editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("filed by")
    )
    # Who has issued the notice, and so does not decide; nobody where the sweep did.
    issuer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("issued by"),
    )
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome, blank=True)
    reduced_by = models.DecimalField(
        _("reduced by, in SAR"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    answer = models.CharField(_("reason of the decision"), max_length=2000, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    letter = models.OneToOneField(
        Letter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("letter")
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_on__isnull=True, decided_by__isnull=True, letter__isnull=True)
                | Q(decided_on__gte=F("filed_on"), decided_by__isnull=False) & ~Q(outcome="") & ~Q(answer=""),
                name="objection_open_or_decided",
                violation_error_message=_("Give the reason of the decision."),
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.REDUCED, reduced_by__gt=0)
                | ~Q(outcome=Outcome.REDUCED) & Q(reduced_by__isnull=True),
                name="objection_reduced_by_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(issuer__isnull=True) | ~Q(decided_by=F("issuer")),
                name="objection_decided_by_another",
                violation_error_message=_("Whoever has issued the notice does not decide on the objection."),
            ),
        ]
        indexes = [
            models.Index(fields=["case"], condition=Q(outcome=""), name="objection_open"),
        ]

    def __str__(self) -> str:
        return f"{self.notice}"

    def days_until(self, on: date) -> int:
        """The days for which it has held the payment term up, as of that day."""
        return max(((self.decided_on or on) - self.filed_on).days, 0)


class ObjectionDocument(models.Model):
    """A document given with an objection: cleaned and encrypted as those of applications are."""

    objection = models.ForeignKey(
        Objection, models.PROTECT, related_name="documents", verbose_name=_("objection")
    )
    file = models.FileField(_("file"), upload_to=random_name, max_length=60)
    content_type = models.CharField(_("content type"), max_length=30)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("document of an objection")
        verbose_name_plural = _("documents of objections")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["objection", "sha256"], name="objection_document_once"),
            models.CheckConstraint(
                condition=Q(content_type__in=["image/jpeg", "application/pdf"]),
                name="objection_document_type_is_safe",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}.{self.pk}"
