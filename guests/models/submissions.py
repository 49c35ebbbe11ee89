"""What was sent in one go, and by which door."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.kinds import KINDS
from guests.models.api_keys import ApiKey
from registration.models import Establishment, Mandate, Provider
from shumoos.accounts.models import Role
from shumoos.letters.models import Letter
from shumoos.saudi import receipt_number

if TYPE_CHECKING:
    from guests.intake import Result


class Door(models.TextChoices):
    FORM = "form", _("Form")
    FILE = "file", _("File")
    API = "api", _("API")
    # A nil return that the establishment lets be filed by itself.
    AUTO = "auto", _("By itself")


class Action(models.TextChoices):
    """What a later version of a record does to it."""

    CORRECTION = "correction", _("Correction")
    DEPARTURE = "departure", _("Departure")
    CANCELLATION = "cancellation", _("Cancellation")


def workplaces(user) -> models.QuerySet[Establishment]:
    """The establishments whose guests this person may enter: the owner's, the staff's, or by mandate."""
    if user.role not in (Role.OWNER, Role.STAFF, Role.PROVIDER):
        return Establishment.objects.none()
    return Establishment.objects.visible_to(user)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user) -> "SubmissionQuerySet":
        """What was sent for the establishments this person works for; to an agent, their company's."""
        sent = self.filter(establishment__in=workplaces(user))
        if user.role == Role.PROVIDER:
            return sent.filter(mandate__agreement__provider__in=Provider.objects.served_by(user))
        return sent

    def closed(self) -> "SubmissionQuerySet":
        """Without those of files that are still being read: these have no receipt yet."""
        return self.exclude(sha256="")


class Submission(models.Model):
    """What one person or system sent in one go. Its receipt number is the proof that it was received."""

    receipt = models.CharField(_("receipt number"), max_length=16, unique=True)
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="submissions",
        verbose_name=_("establishment"),
        db_index=False,
    )
    kind = models.CharField(_("record kind"), max_length=30)
    door = models.CharField(_("sent by"), max_length=4, choices=Door)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    # The one of the program that sent it. Keys are never deleted, and a constraint would lock their rows for
    # each of very many submissions.
    api_key = models.ForeignKey(
        ApiKey,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("API key"),
    )
    # The one under which an agent sent it for the owner.
    mandate = models.ForeignKey(
        Mandate, models.PROTECT, null=True, blank=True, related_name="submissions", verbose_name=_("mandate")
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    duplicate = models.PositiveIntegerField(_("already known"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    # What it did to a record that was there, and under which receipt that one came; "" and None where records
    # were sent. The version itself goes with its record when its time is over, and this stays.
    action = models.CharField(
        _("action"), max_length=12, choices=Action, blank=True, default="", db_default=""
    )
    about = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("receipt of the record"),
    )
    # Over the canonical content of the accepted records, in their order; of a change over what it says.
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    # Its receipt as a letter, issued when it is first asked for.
    letter = models.OneToOneField(
        Letter, models.PROTECT, null=True, blank=True, editable=False, related_name="submission"
    )

    objects = SubmissionQuerySet.as_manager()

    # What came of each record sent; `intake.submit` gives it, the database does not keep it.
    results: "list[Result]"

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        permissions = [("submit", _("Can submit guest records"))]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["establishment", "id"], name="submission_of_establishment"),
            models.Index(fields=["establishment", "received_at"], name="submission_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(action="", about__isnull=True) | ~Q(action="") & Q(about__isnull=False),
                name="submission_of_a_change_names_its_record",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_receipt

    @property
    def shown_receipt(self) -> str:
        """The receipt number as people read it, such as `26-4821-9037-5521-41`."""
        return receipt_number.show(self.receipt)

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind].label)

    @property
    def what(self) -> str:
        """What it was sent for: a change of a record, or records of a kind."""
        return str(self.get_action_display()) if self.action else self.kind_label

    @property
    def acting(self) -> str:
        """Who sent it for the owner, where an agent did under a mandate."""
        return self.mandate.acting(self.by) if self.mandate and self.by else ""
