"""The records of guests and their changes, submissions, files, receipts, keys, and the rules they follow."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.models import F, Q
from django.utils import timezone
from pgtrigger.compiler import Trigger, UpsertTriggerSql

from shumoos.first_tables import FirstTables

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
DOORS = [("form", "Form"), ("file", "File"), ("api", "API"), ("auto", "By itself")]
ACTIONS = [("correction", "Correction"), ("departure", "Departure"), ("cancellation", "Cancellation")]
STATES = [
    ("accepted", "Accepted"),
    ("sending", "Being transferred"),
    ("transferred", "Transferred"),
    ("refused", "Refused by the centre"),
]
PARTS = [("intake", "Intake of records"), ("centre", "Information centre")]
NO_DELETE = "RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;"
NO_UPDATE = "RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;"


class Migration(FirstTables):
    initial = True

    # What a database made before this has applied. These names are not for later migrations.
    replaces = [
        ("guests", "0001_initial"),
        ("guests", "0002_api"),
        ("guests", "0003_records_carry_their_state"),
        ("guests", "0004_carry_transfers_over"),
        ("guests", "0005_transfers_are_gone"),
        ("guests", "0006_receipts_and_keeping"),
        ("guests", "0007_deadlines"),
        ("guests", "0008_files"),
        ("guests", "0009_due_by_time"),
        ("guests", "0010_receipts_of_changes"),
        ("guests", "0011_rules_hold_from_a_day"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("letters", "0001_tables"),
        ("registration", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ID,
                ("number", models.UUIDField(unique=True, default=uuid.uuid4, editable=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=timezone.now, editable=False)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(default=timezone.now)),
                ("problem", models.CharField(max_length=20, blank=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "batch",
                "verbose_name_plural": "batches",
                "indexes": [
                    models.Index(
                        fields=["next_try_at"], name="batch_due", condition=Q(finished_at__isnull=True)
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ID,
                ("receipt", models.CharField(verbose_name="receipt number", max_length=16, unique=True)),
                ("kind", models.CharField(verbose_name="record kind", max_length=30)),
                ("door", models.CharField(verbose_name="sent by", choices=DOORS, max_length=4)),
                (
                    "received_at",
                    models.DateTimeField(verbose_name="received at", default=timezone.now, editable=False),
                ),
                ("accepted", models.PositiveIntegerField(verbose_name="accepted", default=0)),
                ("duplicate", models.PositiveIntegerField(verbose_name="already known", default=0)),
                ("rejected", models.PositiveIntegerField(verbose_name="rejected", default=0)),
                ("sha256", models.CharField(verbose_name="SHA-256", max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="by",
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="submissions",
                        db_index=False,
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        to="registration.mandate",
                        on_delete=models.PROTECT,
                        verbose_name="mandate",
                        blank=True,
                        null=True,
                        related_name="submissions",
                    ),
                ),
                (
                    "letter",
                    models.OneToOneField(
                        to="letters.letter",
                        on_delete=models.PROTECT,
                        blank=True,
                        null=True,
                        editable=False,
                        related_name="submission",
                    ),
                ),
                (
                    "about",
                    models.ForeignKey(
                        to="guests.submission",
                        on_delete=models.PROTECT,
                        verbose_name="receipt of the record",
                        blank=True,
                        null=True,
                        related_name="+",
                        db_index=False,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        verbose_name="action",
                        choices=ACTIONS,
                        max_length=12,
                        blank=True,
                        default="",
                        db_default="",
                    ),
                ),
            ],
            options={
                "verbose_name": "submission",
                "verbose_name_plural": "submissions",
                "ordering": ["-id"],
                "permissions": [("submit", "Can submit guest records")],
                "indexes": [
                    models.Index(fields=["establishment", "-id"], name="submission_of_establishment"),
                    models.Index(fields=["establishment", "received_at"], name="submission_by_time"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(about__isnull=True, action="") | (~Q(action="") & Q(about__isnull=False)),
                        name="submission_of_a_change_names_its_record",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GuestRecord",
            fields=[
                ID,
                ("kind", models.CharField(verbose_name="record kind", max_length=30)),
                ("client_reference", models.CharField(verbose_name="own reference", max_length=64)),
                ("content", models.JSONField(verbose_name="content")),
                ("full_name", models.CharField(verbose_name="full name", max_length=150)),
                ("id_number", models.CharField(verbose_name="identity number", max_length=20)),
                ("occurred_at", models.DateTimeField(verbose_name="occurred at")),
                (
                    "version",
                    models.PositiveSmallIntegerField(verbose_name="version", default=1, db_default=1),
                ),
                (
                    "created_at",
                    models.DateTimeField(verbose_name="created at", default=timezone.now, editable=False),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="guest_records",
                        db_index=False,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        to="guests.submission",
                        on_delete=models.PROTECT,
                        verbose_name="submission",
                        related_name="records",
                    ),
                ),
                (
                    "acknowledged_at",
                    models.DateTimeField(verbose_name="acknowledged at", blank=True, null=True),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        to="guests.batch",
                        on_delete=models.PROTECT,
                        blank=True,
                        null=True,
                        related_name="records",
                        db_index=False,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(verbose_name="cancelled at", blank=True, null=True)),
                ("departed_at", models.DateTimeField(verbose_name="departed at", blank=True, null=True)),
                ("is_open", models.BooleanField(verbose_name="goes on", default=False, db_default=False)),
                (
                    "refusal",
                    models.CharField(
                        verbose_name="the centre's reason",
                        max_length=200,
                        blank=True,
                        default="",
                        db_default="",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        verbose_name="state",
                        choices=STATES,
                        max_length=12,
                        default="accepted",
                        db_default="accepted",
                    ),
                ),
                (
                    "to_correct",
                    models.BooleanField(verbose_name="to be corrected", default=False, db_default=False),
                ),
            ],
            options={
                "verbose_name": "guest record",
                "verbose_name_plural": "guest records",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["establishment", "-id"], name="record_of_establishment"),
                    models.Index(fields=["establishment", "id_number"], name="record_by_identity"),
                    models.Index(fields=["establishment", "occurred_at"], name="record_by_time"),
                    models.Index(fields=["batch"], name="record_in_batch", condition=Q(state="sending")),
                    models.Index(
                        fields=["establishment", "-id"], name="record_open", condition=Q(is_open=True)
                    ),
                    models.Index(
                        fields=["establishment", "-id"],
                        name="record_to_correct",
                        condition=Q(to_correct=True),
                    ),
                    models.Index(
                        fields=["kind", "created_at", "id"], name="record_due", condition=Q(state="accepted")
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("establishment", "client_reference"),
                        name="record_reference_once_per_establishment",
                        violation_error_message="Another record already has this reference.",
                    ),
                    models.CheckConstraint(
                        condition=Q(acknowledged_at__isnull=False, state__in=["transferred", "refused"])
                        | (~Q(state__in=["transferred", "refused"]) & Q(acknowledged_at__isnull=True)),
                        name="record_ended_is_acknowledged",
                    ),
                    models.CheckConstraint(
                        condition=Q(batch__isnull=True, state="accepted")
                        | (~Q(state="accepted") & Q(batch__isnull=False)),
                        name="record_waits_or_has_batch",
                    ),
                    models.CheckConstraint(
                        condition=Q(is_open=False) | Q(cancelled_at__isnull=True, departed_at__isnull=True),
                        name="record_open_has_no_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ID,
                (
                    "name",
                    models.CharField(
                        verbose_name="name",
                        max_length=60,
                        help_text="Which program uses it: the hotel system at the reception.",
                    ),
                ),
                ("is_test", models.BooleanField(verbose_name="for trying out", default=False)),
                ("prefix", models.CharField(verbose_name="begins with", max_length=16)),
                ("key_hash", models.CharField(max_length=64, unique=True)),
                (
                    "per_minute",
                    models.PositiveIntegerField(
                        verbose_name="requests a minute",
                        default=600,
                        validators=[MinValueValidator(1), MaxValueValidator(6000)],
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(verbose_name="made at", default=timezone.now, editable=False),
                ),
                ("last_used_at", models.DateTimeField(verbose_name="last used", null=True, editable=False)),
                ("revoked_at", models.DateTimeField(verbose_name="revoked at", null=True, editable=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="made by",
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="api_keys",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="revoked by",
                        null=True,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SandboxSubmission",
            fields=[
                ID,
                ("receipt", models.CharField(max_length=24, unique=True)),
                ("kind", models.CharField(max_length=30)),
                ("received_at", models.DateTimeField(db_index=True, default=timezone.now)),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("duplicate", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "api_key",
                    models.ForeignKey(to="guests.apikey", on_delete=models.PROTECT, related_name="+"),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        related_name="sandbox_submissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "test submission",
                "verbose_name_plural": "test submissions",
            },
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ID,
                ("idempotency_key", models.CharField(max_length=255)),
                ("request_sha256", models.CharField(max_length=64)),
                ("answer", models.TextField()),
                ("made_at", models.DateTimeField(default=timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "api_key",
                    models.ForeignKey(
                        to="guests.apikey", on_delete=models.PROTECT, related_name="answers", db_index=False
                    ),
                ),
            ],
            options={
                "verbose_name": "kept answer",
                "verbose_name_plural": "kept answers",
                "constraints": [
                    models.UniqueConstraint(fields=("api_key", "idempotency_key"), name="answer_once_a_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="SandboxRecord",
            fields=[
                ID,
                ("kind", models.CharField(max_length=30)),
                ("client_reference", models.CharField(max_length=64)),
                ("content", models.JSONField()),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        related_name="+",
                        db_index=False,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        to="guests.sandboxsubmission", on_delete=models.CASCADE, related_name="records"
                    ),
                ),
            ],
            options={
                "verbose_name": "test record",
                "verbose_name_plural": "test records",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("establishment", "client_reference"),
                        name="sandbox_reference_once_per_establishment",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ID,
                ("part", models.CharField(verbose_name="part", choices=PARTS, max_length=8, unique=True)),
                ("at", models.DateTimeField(verbose_name="last seen at")),
            ],
            options={
                "verbose_name": "heartbeat",
                "verbose_name_plural": "heartbeats",
            },
        ),
        migrations.CreateModel(
            name="NilReturn",
            fields=[
                ID,
                ("kind", models.CharField(verbose_name="record kind", max_length=30)),
                ("day", models.DateField(verbose_name="day")),
                ("door", models.CharField(verbose_name="sent by", choices=DOORS, max_length=4)),
                (
                    "filed_at",
                    models.DateTimeField(verbose_name="filed at", default=timezone.now, editable=False),
                ),
                ("voided_at", models.DateTimeField(verbose_name="voided at", blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="by",
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="nil_returns",
                        db_index=False,
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        to="registration.mandate",
                        on_delete=models.PROTECT,
                        verbose_name="mandate",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        to="guests.submission",
                        on_delete=models.PROTECT,
                        verbose_name="submission",
                        related_name="nil_return",
                    ),
                ),
            ],
            options={
                "verbose_name": "nil return",
                "verbose_name_plural": "nil returns",
                "ordering": ["-day", "-id"],
                "indexes": [models.Index(fields=["establishment", "day"], name="nil_return_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("establishment", "kind", "day"),
                        condition=Q(voided_at__isnull=True),
                        name="nil_return_once_a_day",
                        violation_error_message="There is a nil return for this day already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Outage",
            fields=[
                ID,
                ("part", models.CharField(verbose_name="part", choices=PARTS, max_length=8)),
                ("began_at", models.DateTimeField(verbose_name="began at")),
                ("ended_at", models.DateTimeField(verbose_name="ended at", blank=True, null=True)),
            ],
            options={
                "verbose_name": "outage",
                "verbose_name_plural": "outages",
                "ordering": ["-began_at"],
                "indexes": [models.Index(fields=["part", "ended_at"], name="outage_by_end")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("part",), condition=Q(ended_at__isnull=True), name="outage_one_of_a_part"
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("began_at")),
                        name="outage_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordChange",
            fields=[
                ID,
                ("kind", models.CharField(verbose_name="record kind", max_length=30)),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                ("action", models.CharField(verbose_name="action", choices=ACTIONS, max_length=12)),
                ("before", models.JSONField(verbose_name="before")),
                ("content", models.JSONField(verbose_name="content")),
                ("reason", models.CharField(verbose_name="reason", max_length=300, blank=True)),
                ("door", models.CharField(verbose_name="sent by", choices=DOORS, max_length=4)),
                (
                    "made_at",
                    models.DateTimeField(verbose_name="made at", default=timezone.now, editable=False),
                ),
                ("is_next", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(verbose_name="state", choices=STATES, max_length=12, default="accepted"),
                ),
                (
                    "refusal",
                    models.CharField(
                        verbose_name="the centre's reason", max_length=200, blank=True, default=""
                    ),
                ),
                (
                    "acknowledged_at",
                    models.DateTimeField(verbose_name="acknowledged at", blank=True, null=True),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        to="guests.batch",
                        on_delete=models.PROTECT,
                        blank=True,
                        null=True,
                        related_name="changes",
                        db_index=False,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="by",
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        to="registration.mandate",
                        on_delete=models.PROTECT,
                        verbose_name="mandate",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        to="guests.guestrecord",
                        on_delete=models.PROTECT,
                        verbose_name="record",
                        related_name="changes",
                        db_index=False,
                    ),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        to="guests.submission",
                        on_delete=models.PROTECT,
                        verbose_name="submission",
                        null=True,
                        related_name="change",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a record",
                "verbose_name_plural": "changes of records",
                "ordering": ["record", "version"],
                "indexes": [
                    models.Index(fields=["batch"], name="change_in_batch", condition=Q(state="sending")),
                    models.Index(
                        fields=["kind", "made_at", "id"],
                        name="change_due",
                        condition=Q(is_next=True, state="accepted"),
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("record", "version"), name="change_once_a_version"),
                    models.CheckConstraint(condition=Q(version__gte=2), name="change_comes_after_the_first"),
                    models.CheckConstraint(
                        condition=Q(action="departure") | ~Q(reason=""), name="change_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=Q(is_next=True) | Q(state="accepted"), name="change_travels_in_order"
                    ),
                    models.CheckConstraint(
                        condition=Q(acknowledged_at__isnull=False, state__in=["transferred", "refused"])
                        | (~Q(state__in=["transferred", "refused"]) & Q(acknowledged_at__isnull=True)),
                        name="change_ended_is_acknowledged",
                    ),
                    models.CheckConstraint(
                        condition=Q(batch__isnull=True, state="accepted")
                        | (~Q(state="accepted") & Q(batch__isnull=False)),
                        name="change_waits_or_has_batch",
                    ),
                ],
                "triggers": [
                    Trigger(
                        name="written_once",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_written_once_310b5",
                            table="guests_recordchange",
                            when="BEFORE",
                            operation="UPDATE",
                            condition='WHEN (OLD."record_id" IS DISTINCT FROM (NEW."record_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."submission_id" IS DISTINCT FROM (NEW."submission_id") OR OLD."action" IS DISTINCT FROM (NEW."action") OR OLD."before" IS DISTINCT FROM (NEW."before") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."door" IS DISTINCT FROM (NEW."door"))',
                            func=NO_UPDATE,
                            hash="0668452b4895389d46b298c412e4197f967bd995",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PurgedDay",
            fields=[
                ID,
                ("day", models.DateField(verbose_name="day", unique=True)),
                ("records", models.PositiveBigIntegerField(verbose_name="records", default=0)),
                (
                    "begun_at",
                    models.DateTimeField(verbose_name="begun at", default=timezone.now, editable=False),
                ),
                ("finished_at", models.DateTimeField(verbose_name="finished at", null=True)),
            ],
            options={
                "verbose_name": "deleted day",
                "verbose_name_plural": "deleted days",
                "ordering": ["-day"],
            },
        ),
        migrations.CreateModel(
            name="KeepingRule",
            fields=[
                ID,
                ("holds_from", models.DateField(verbose_name="valid from", unique=True)),
                (
                    "years",
                    models.PositiveSmallIntegerField(
                        verbose_name="years",
                        default=5,
                        validators=[MinValueValidator(1), MaxValueValidator(100)],
                    ),
                ),
            ],
            options={
                "verbose_name": "how long records are kept",
                "verbose_name_plural": "how long records are kept",
                "ordering": ["-holds_from"],
                "constraints": [
                    models.CheckConstraint(condition=Q(years__gte=1), name="records_are_kept_a_year"),
                    models.CheckConstraint(condition=Q(years__lte=100), name="records_are_deleted_some_day"),
                ],
                "triggers": [
                    Trigger(
                        name="never_changed",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_never_changed_9ebae",
                            table="guests_keepingrule",
                            when="BEFORE",
                            operation="UPDATE",
                            func=NO_UPDATE,
                            hash="ca8c728a407c5da5f2425535feeaf622e6fcdca5",
                        ),
                    ),
                    Trigger(
                        name="in_force_stays",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_in_force_stays_d444b",
                            table="guests_keepingrule",
                            when="BEFORE",
                            operation="DELETE",
                            condition="WHEN (OLD.holds_from <= (now() AT TIME ZONE 'Asia/Riyadh')::date)",
                            func=NO_DELETE,
                            hash="9c402fedade021d07e730d85a8e7893537c98152",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyReceipt",
            fields=[
                ID,
                ("number", models.CharField(verbose_name="receipt number", max_length=16, unique=True)),
                ("day", models.DateField(verbose_name="day")),
                ("submissions", models.PositiveIntegerField(verbose_name="submissions")),
                ("accepted", models.PositiveIntegerField(verbose_name="accepted")),
                ("duplicate", models.PositiveIntegerField(verbose_name="already known")),
                ("rejected", models.PositiveIntegerField(verbose_name="rejected")),
                ("nil_returns", models.PositiveIntegerField(verbose_name="nil returns")),
                ("sha256", models.CharField(verbose_name="SHA-256", max_length=64)),
                (
                    "made_at",
                    models.DateTimeField(verbose_name="made at", default=timezone.now, editable=False),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="daily_receipts",
                        db_index=False,
                    ),
                ),
                (
                    "letter",
                    models.OneToOneField(
                        to="letters.letter", on_delete=models.PROTECT, null=True, related_name="daily_receipt"
                    ),
                ),
                (
                    "changes",
                    models.PositiveIntegerField(verbose_name="changes of records", default=0, db_default=0),
                ),
            ],
            options={
                "verbose_name": "daily receipt",
                "verbose_name_plural": "daily receipts",
                "ordering": ["-day", "-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("establishment", "day"), name="daily_receipt_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ID,
                ("case_number", models.CharField(verbose_name="case number", max_length=40)),
                ("reason", models.CharField(verbose_name="reason", max_length=300)),
                (
                    "begun_at",
                    models.DateTimeField(verbose_name="begun at", default=timezone.now, editable=False),
                ),
                ("looks", models.PositiveIntegerField(verbose_name="records looked at", default=0)),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="by",
                        related_name="inspections",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="inspections",
                    ),
                ),
            ],
            options={
                "verbose_name": "inspection of records",
                "verbose_name_plural": "inspections of records",
                "ordering": ["-id"],
                "permissions": [("inspect", "Can look at guest records for a stated reason")],
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(case_number="") & ~Q(reason=""), name="inspection_has_a_reason"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=[
                ID,
                ("kind", models.CharField(verbose_name="record kind", max_length=30)),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "hours",
                    models.PositiveSmallIntegerField(
                        verbose_name="hours after the arrival, the pick-up or the purchase",
                        validators=[MinValueValidator(1), MaxValueValidator(168)],
                    ),
                ),
                (
                    "warn_hours",
                    models.PositiveSmallIntegerField(
                        verbose_name="hours before the deadline at which its owner is told"
                    ),
                ),
            ],
            options={
                "verbose_name": "deadline",
                "verbose_name_plural": "deadlines",
                "ordering": ["kind", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "valid_from"),
                        name="deadline_once_from_a_day",
                        violation_error_message="There is a deadline of this kind from this day already.",
                    ),
                    models.CheckConstraint(condition=Q(hours__gt=0), name="deadline_leaves_time"),
                    models.CheckConstraint(condition=Q(hours__lte=168), name="deadline_within_a_week"),
                    models.CheckConstraint(
                        condition=Q(warn_hours__lte=F("hours")),
                        name="deadline_warns_in_time",
                        violation_error_message="The owner cannot be told before the time begins to run.",
                    ),
                ],
                "triggers": [
                    Trigger(
                        name="never_changed",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_never_changed_88e4a",
                            table="guests_deadline",
                            when="BEFORE",
                            operation="UPDATE",
                            func=NO_UPDATE,
                            hash="eae8ba62b4323d7c8440ea2b867db765c8242a69",
                        ),
                    ),
                    Trigger(
                        name="in_force_stays",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_in_force_stays_ee65b",
                            table="guests_deadline",
                            when="BEFORE",
                            operation="DELETE",
                            condition="WHEN (OLD.valid_from <= (now() AT TIME ZONE 'Asia/Riyadh')::date)",
                            func=NO_DELETE,
                            hash="2479c16f1b5327d71e8f28a81c9898554b91500e",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeadlineReminder",
            fields=[
                ID,
                ("kind", models.CharField(verbose_name="record kind", max_length=30)),
                ("day", models.DateField(verbose_name="day")),
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="deadline_reminders",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder of a deadline",
                "verbose_name_plural": "reminders of deadlines",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("establishment", "kind", "day"), name="deadline_reminder_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingNilReturn",
            fields=[
                ID,
                ("kind", models.CharField(verbose_name="record kind", max_length=30)),
                ("since", models.DateField(verbose_name="since")),
                (
                    "begun_at",
                    models.DateTimeField(verbose_name="begun at", default=timezone.now, editable=False),
                ),
                ("ended_at", models.DateTimeField(verbose_name="ended at", blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="by",
                        related_name="+",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="ended by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="standing_nil_returns",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "standing nil return",
                "verbose_name_plural": "standing nil returns",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("establishment", "kind"),
                        condition=Q(ended_at__isnull=True),
                        name="standing_nil_return_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("begun_at")),
                        name="standing_nil_return_ends_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FileImport",
            fields=[
                ID,
                ("kind", models.CharField(verbose_name="record kind", max_length=30)),
                (
                    "mode",
                    models.CharField(
                        verbose_name="what to do",
                        choices=[
                            ("good_rows", "Take the good rows, and report the others"),
                            ("all_or_none", "Take all rows, or none if one is wrong"),
                            ("check_only", "Only check the rows, take none"),
                        ],
                        max_length=12,
                        default="good_rows",
                    ),
                ),
                ("language", models.CharField(max_length=10, default="ar")),
                ("file_name", models.CharField(verbose_name="file name", max_length=100, blank=True)),
                ("size", models.PositiveBigIntegerField(verbose_name="size", default=0)),
                ("sha256", models.CharField(verbose_name="SHA-256", max_length=64)),
                ("encoding", models.CharField(verbose_name="encoding", max_length=20)),
                ("ignored", models.JSONField(default=list)),
                (
                    "status",
                    models.CharField(
                        verbose_name="status",
                        choices=[
                            ("queued", "Waiting to be read"),
                            ("running", "Being read"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                            ("failed", "Failed"),
                        ],
                        max_length=10,
                        default="queued",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(verbose_name="attempts", default=0)),
                ("claimed_at", models.DateTimeField(verbose_name="claimed at", null=True)),
                ("stop_asked_at", models.DateTimeField(null=True)),
                ("rows_total", models.PositiveIntegerField(verbose_name="rows", default=0)),
                ("rows_done", models.PositiveIntegerField(verbose_name="rows read", default=0)),
                ("ranges_done", models.PositiveIntegerField(default=0)),
                ("is_checked", models.BooleanField(default=False)),
                ("accepted", models.PositiveIntegerField(verbose_name="accepted", default=0)),
                ("duplicate", models.PositiveIntegerField(verbose_name="already known", default=0)),
                ("rejected", models.PositiveIntegerField(verbose_name="rejected", default=0)),
                ("problem", models.CharField(verbose_name="problem", max_length=20, blank=True)),
                ("problem_values", models.JSONField(default=dict)),
                (
                    "uploaded_at",
                    models.DateTimeField(verbose_name="uploaded at", default=timezone.now, editable=False),
                ),
                ("started_at", models.DateTimeField(verbose_name="started at", null=True)),
                ("finished_at", models.DateTimeField(verbose_name="finished at", null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="by",
                        related_name="+",
                        db_index=False,
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="file_imports",
                        db_index=False,
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        to="registration.mandate",
                        on_delete=models.PROTECT,
                        verbose_name="mandate",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        to="guests.submission",
                        on_delete=models.PROTECT,
                        verbose_name="submission",
                        null=True,
                        related_name="file_import",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of records",
                "verbose_name_plural": "files of records",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        fields=["id"], name="file_unfinished", condition=Q(status__in=["queued", "running"])
                    ),
                    models.Index(fields=["establishment", "-id"], name="file_of_establishment"),
                    models.Index(fields=["establishment", "sha256", "-id"], name="file_of_same_file"),
                    models.Index(fields=["by", "-id"], name="file_unseen", condition=Q(seen_at__isnull=True)),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("establishment", "kind", "mode", "sha256"),
                        condition=Q(status__in=["queued", "running"]) & ~Q(sha256=""),
                        name="file_same_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=Q(finished_at__isnull=True, status__in=["queued", "running"])
                        | (~Q(status__in=["queued", "running"]) & Q(finished_at__isnull=False)),
                        name="file_ended_has_time",
                    ),
                    models.CheckConstraint(
                        condition=(Q(status="failed") & ~Q(problem=""))
                        | (~Q(status="failed") & Q(problem="")),
                        name="file_failed_has_problem",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="done")
                        | Q(rows_done=F("accepted") + F("duplicate") + F("rejected")),
                        name="file_done_counts_every_row",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FilePart",
            fields=[
                ID,
                ("number", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "file_import",
                    models.ForeignKey(
                        to="guests.fileimport", on_delete=models.CASCADE, related_name="parts", db_index=False
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a file",
                "verbose_name_plural": "parts of files",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("file_import", "number"), name="file_part_number_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FileRange",
            fields=[
                ID,
                ("number", models.PositiveIntegerField()),
                ("left_out", models.JSONField(default=list)),
                ("taken", models.JSONField(default=list)),
                (
                    "file_import",
                    models.ForeignKey(
                        to="guests.fileimport",
                        on_delete=models.CASCADE,
                        related_name="ranges",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "range of a file",
                "verbose_name_plural": "ranges of files",
                "constraints": [
                    models.UniqueConstraint(fields=("file_import", "number"), name="file_range_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedRow",
            fields=[
                ID,
                ("row", models.PositiveIntegerField(verbose_name="row")),
                ("faults", models.JSONField(verbose_name="faults")),
                ("cells", models.JSONField(verbose_name="cells")),
                (
                    "file_import",
                    models.ForeignKey(
                        to="guests.fileimport",
                        on_delete=models.CASCADE,
                        related_name="refused_rows",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "refused row",
                "verbose_name_plural": "refused rows",
                "ordering": ["row"],
                "constraints": [
                    models.UniqueConstraint(fields=("file_import", "row"), name="file_refused_row_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitingCompanion",
            fields=[
                ID,
                ("row", models.PositiveIntegerField()),
                ("client_reference", models.CharField(max_length=64)),
                ("main", models.CharField(max_length=64)),
                ("content", models.TextField()),
                ("cells", models.JSONField()),
                ("is_found", models.BooleanField(null=True)),
                (
                    "file_import",
                    models.ForeignKey(
                        to="guests.fileimport",
                        on_delete=models.CASCADE,
                        related_name="waiting",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "waiting companion",
                "verbose_name_plural": "waiting companions",
                "indexes": [
                    models.Index(
                        fields=["file_import", "client_reference"], name="file_companion_by_reference"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("file_import", "row"), name="file_companion_once")
                ],
            },
        ),
    ]
