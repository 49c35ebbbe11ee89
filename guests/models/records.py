"""Guest records: what an establishment has said of the people it deals with."""

from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guests.kinds import KINDS, Kind
from guests.models.statuses import TONES, TransferStatus
from guests.models.submissions import Submission, workplaces
from registration.models import Establishment
from shumoos.accounts.models import Role


class GuestRecordQuerySet(models.QuerySet["GuestRecord"]):
    def visible_to(self, user) -> "GuestRecordQuerySet":
        """The records that came in the submissions this person may see; nobody else's."""
        records = self.filter(establishment__in=workplaces(user))
        if user.role == Role.PROVIDER:
            return records.filter(submission__in=Submission.objects.visible_to(user))
        return records

    def with_state(self) -> "GuestRecordQuerySet":
        """Each with how far it is on its way to the centre: `state`, `state_reason`, `state_at`."""
        # The versions know their records, so this module cannot know them at import.
        from guests.models.transfers import Transfer

        latest = Transfer.objects.filter(record=OuterRef("pk"), version=OuterRef("version"))
        return self.annotate(
            state=Subquery(latest.values("status")),
            state_reason=Subquery(latest.values("reason")),
            state_at=Subquery(latest.values("acknowledged_at")),
        )


class GuestRecord(models.Model):
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="guest_records",
        verbose_name=_("establishment"),
        db_index=False,
    )
    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="records", verbose_name=_("submission")
    )
    kind = models.CharField(_("record kind"), max_length=30)
    client_reference = models.CharField(_("own reference"), max_length=64)
    # The record as its kind declares it, in canonical form.
    content = models.JSONField(_("content"))
    full_name = models.CharField(_("full name"), max_length=150)
    id_number = models.CharField(_("identity number"), max_length=20)
    occurred_at = models.DateTimeField(_("occurred at"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = GuestRecordQuerySet.as_manager()

    # How far it is on its way to the centre; only `with_state` gives these.
    state: str
    state_reason: str
    state_at: datetime | None

    class Meta:
        verbose_name = _("guest record")
        verbose_name_plural = _("guest records")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "client_reference"],
                name="record_reference_once_per_establishment",
                violation_error_message=_("Another record already has this reference."),
            ),
        ]
        indexes = [
            models.Index(fields=["establishment", "-id"], name="record_of_establishment"),
            models.Index(fields=["establishment", "id_number"], name="record_by_identity"),
        ]

    def __str__(self) -> str:
        return self.client_reference

    @property
    def declaration(self) -> Kind:
        """The declaration of the record's kind."""
        return KINDS[self.kind]

    @property
    def badge(self) -> tuple[str, str]:
        """The state's word and its tone, for `includes/status_badge.html`; needs `with_state`."""
        state = TransferStatus(self.state)
        return str(state.label), TONES[state]

    @property
    def step(self) -> str:
        """The word for the third step, which comes after received and accepted; needs `with_state`."""
        is_waiting = self.state == TransferStatus.ACCEPTED
        return gettext("Waiting to be transferred") if is_waiting else self.badge[0]
