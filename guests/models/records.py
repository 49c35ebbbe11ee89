"""Guest records: what an establishment has said of the people it deals with, and each later version."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guests.kinds import KINDS, Kind
from guests.models.batches import Batch
from guests.models.statuses import TONES, TransferStatus, agreement
from guests.models.submissions import Action, Door, Submission, workplaces
from registration.models import Establishment, Mandate
from shumoos.accounts.models import Role

# More than this are not counted: the list has them.
MOST_COUNTED = 1000


class GuestRecordQuerySet(models.QuerySet["GuestRecord"]):
    def visible_to(self, user) -> "GuestRecordQuerySet":
        """The records that came in the submissions this person may see; nobody else's."""
        records = self.filter(establishment__in=workplaces(user))
        if user.role == Role.PROVIDER:
            return records.filter(submission__in=Submission.objects.visible_to(user))
        return records

    def with_state(self) -> "GuestRecordQuerySet":
        """Each with how far its latest version is: `latest_state`, `latest_refusal`, `latest_at`."""
        latest = RecordChange.objects.filter(record=OuterRef("pk"), version=OuterRef("version"))

        def of(column: str) -> Case:
            return Case(When(version__gt=1, then=Subquery(latest.values(column))), default=F(column))

        return self.annotate(
            latest_state=of("state"), latest_refusal=of("refusal"), latest_at=of("acknowledged_at")
        )

    def open(self) -> "GuestRecordQuerySet":
        """Those whose stay or rental goes on: in house now."""
        return self.filter(is_open=True)

    def to_correct(self) -> "GuestRecordQuerySet":
        """Those that the centre has refused as they stand."""
        return self.filter(to_correct=True)

    def number_to_correct(self) -> int:
        """How many the centre has refused as they stand; no more than `MOST_COUNTED`."""
        return self.to_correct()[:MOST_COUNTED].count()


class GuestRecord(models.Model):
    """What an establishment has said of one person it dealt with, as it stands now.

    `content` and what is read from it hold the latest version. `state`, `batch`, `refusal` and
    `acknowledged_at` say how far the first version is on its way to the centre, so that taking a record in is
    one row; later versions say it of themselves (`RecordChange`).
    """

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
    # When the stay or the rental ended; kinds without an end have none.
    departed_at = models.DateTimeField(_("departed at"), null=True, blank=True)
    # Whether it goes on: the kind has an end, which has not come, and the record is not cancelled.
    is_open = models.BooleanField(_("goes on"), default=False, db_default=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1, db_default=1)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=TransferStatus,
        default=TransferStatus.ACCEPTED,
        db_default=TransferStatus.ACCEPTED,
    )
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="records", db_index=False
    )
    refusal = models.CharField(
        _("the centre's reason"), max_length=200, blank=True, default="", db_default=""
    )
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    # The centre has refused it as it stands, and nobody has corrected or cancelled it since.
    to_correct = models.BooleanField(_("to be corrected"), default=False, db_default=False)

    objects = GuestRecordQuerySet.as_manager()

    # How far its latest version is on its way to the centre; only `with_state` gives these.
    latest_state: str
    latest_refusal: str
    latest_at: datetime | None

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
            *agreement("record"),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(departed_at__isnull=True, cancelled_at__isnull=True),
                name="record_open_has_no_end",
            ),
        ]
        # Those without a condition hold every record there is, so they are few and narrow; the others hold
        # what is under way, however many records are kept. They ascend although the newest is shown first:
        # what is added at the end of an index fills its pages, and at its beginning half of each.
        indexes = [
            models.Index(fields=["establishment", "id"], name="record_of_establishment"),
            models.Index(fields=["establishment", "id_number"], name="record_by_identity"),
            models.Index(fields=["establishment", "occurred_at"], name="record_by_time"),
            # Not by key alone: the planner would take the key's own index, with every record there is.
            models.Index(
                fields=["kind", "created_at", "id"], condition=Q(state="accepted"), name="record_due"
            ),
            models.Index(fields=["batch"], condition=Q(state="sending"), name="record_in_batch"),
            models.Index(fields=["establishment", "id"], condition=Q(is_open=True), name="record_open"),
            models.Index(
                fields=["establishment", "-id"], condition=Q(to_correct=True), name="record_to_correct"
            ),
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
        state = TransferStatus(self.latest_state)
        return str(state.label), TONES[state]

    @property
    def step(self) -> str:
        """The word for the third step, which comes after received and accepted; needs `with_state`."""
        is_waiting = self.latest_state == TransferStatus.ACCEPTED
        return gettext("Waiting to be transferred") if is_waiting else self.badge[0]


class RecordChange(models.Model):
    """A later version of a record: what holds since, what it replaced, and how far it is to the centre."""

    record = models.ForeignKey(
        GuestRecord, models.PROTECT, related_name="changes", verbose_name=_("record"), db_index=False
    )
    # The record's, so that the queue needs no look at the record.
    kind = models.CharField(_("record kind"), max_length=30)
    version = models.PositiveSmallIntegerField(_("version"))
    # Under whose receipt it was made; versions from before there were such receipts have none.
    submission = models.OneToOneField(
        Submission, models.PROTECT, null=True, related_name="change", verbose_name=_("submission")
    )
    action = models.CharField(_("action"), max_length=12, choices=Action)
    before = models.JSONField(_("before"))
    content = models.JSONField(_("content"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    mandate = models.ForeignKey(
        Mandate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mandate")
    )
    door = models.CharField(_("sent by"), max_length=4, choices=Door)
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    # The version before it has been answered for by the centre: versions of a record travel in order.
    is_next = models.BooleanField(default=False)
    state = models.CharField(
        _("state"), max_length=12, choices=TransferStatus, default=TransferStatus.ACCEPTED
    )
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="changes", db_index=False
    )
    refusal = models.CharField(_("the centre's reason"), max_length=200, blank=True, default="")
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of a record")
        verbose_name_plural = _("changes of records")
        ordering = ["record", "version"]
        constraints = [
            models.UniqueConstraint(fields=["record", "version"], name="change_once_a_version"),
            models.CheckConstraint(condition=Q(version__gte=2), name="change_comes_after_the_first"),
            models.CheckConstraint(
                condition=Q(action=Action.DEPARTURE) | ~Q(reason=""), name="change_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(is_next=True) | Q(state=TransferStatus.ACCEPTED),
                name="change_travels_in_order",
            ),
            *agreement("change"),
        ]
        indexes = [
            models.Index(
                fields=["kind", "made_at", "id"],
                condition=Q(state="accepted", is_next=True),
                name="change_due",
            ),
            models.Index(fields=["batch"], condition=Q(state="sending"), name="change_in_batch"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="written_once",
                fields=[
                    "record",
                    "kind",
                    "version",
                    "submission",
                    "action",
                    "before",
                    "content",
                    "reason",
                    "by",
                    "door",
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.record_id}.{self.version}"

    @property
    def shown_receipt(self) -> str:
        """The number of its receipt as people read it, if it has one."""
        return self.submission.shown_receipt if self.submission else ""

    @property
    def acting(self) -> str:
        """Who made it for the owner, where an agent did under a mandate."""
        return self.mandate.acting(self.by) if self.mandate and self.by else ""
