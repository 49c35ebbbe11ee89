"""Schedules, cases with their notices and objections, and the ledger, which is chained and only grows."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import MD5
from django.utils import timezone
from pgtrigger.compiler import Trigger, UpsertTriggerSql

from registration.storage import random_name
from shumoos.first_tables import FirstTables

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
KINDS = [("not_subscribed", "Not subscribed"), ("inaccurate_data", "Inaccurate or incomplete data")]
STAGES = [
    ("warned", "Warning"),
    ("fined_first", "First fine"),
    ("fined_raised", "Higher fine"),
    ("suspended", "Activity suspended"),
    ("complied", "Complied"),
    ("annulled", "Annulled"),
]
NO_CHANGE = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"
NO_DELETE = "RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;"
NO_EMPTYING = "RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;"
NO_UPDATE = "RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;"
# As `violations.chain` had it when this was written.
HASH = """sha256(
    previous_hash
    || int8send(account_id) || int8send(number::bigint) || int8send(case_id)
    || int8send(coalesce(notice_id, 0)) || int8send(coalesce(letter_id, 0))
    || int8send(coalesce(by_id, 0)) || int8send((amount * 100)::bigint)
    || int8send(coalesce((cap * 100)::bigint, -1)) || date_send("on")
    || timestamptz_send(entered_at)
    || decode(replace(kind, '\\', '\\\\'), 'escape') || '\\x00'::bytea
    || decode(replace(reference, '\\', '\\\\'), 'escape') || '\\x00'::bytea
    || decode(replace(reason, '\\', '\\\\'), 'escape') || '\\x00'::bytea
)"""


class Migration(FirstTables):
    initial = True

    # What a database made before this has applied. These names are not for later migrations.
    replaces = [
        ("violations", "0001_initial"),
        ("violations", "0002_in_full"),
        ("violations", "0003_one_key_an_entry"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("guests", "0001_tables"),
        ("letters", "0001_tables"),
        ("registration", "0001_tables"),
    ]

    operations = [
        # For the windows of an establishment's cases, which must not overlap.
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ID,
                ("kind", models.CharField(verbose_name="kind", choices=KINDS, max_length=20)),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "warns_by_sweep",
                    models.BooleanField(verbose_name="the sweep issues warnings", default=False),
                ),
                (
                    "window_months",
                    models.PositiveSmallIntegerField(verbose_name="window in months", blank=True, null=True),
                ),
                (
                    "hijri_months",
                    models.BooleanField(verbose_name="months are Umm al-Qura months", default=False),
                ),
                (
                    "correction_days",
                    models.PositiveSmallIntegerField(verbose_name="days to correct data", default=10),
                ),
                (
                    "objection_days",
                    models.PositiveSmallIntegerField(verbose_name="days to object", default=30),
                ),
                ("payment_days", models.PositiveSmallIntegerField(verbose_name="days to pay", default=30)),
            ],
            options={
                "verbose_name": "schedule",
                "verbose_name_plural": "schedules",
                "ordering": ["kind", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "valid_from"), name="schedule_one_from_a_day"),
                    models.CheckConstraint(
                        condition=~Q(kind="inaccurate_data") | Q(window_months__gt=0),
                        name="schedule_of_inaccurate_data_has_window",
                    ),
                ],
                "triggers": [
                    Trigger(
                        name="schedule_in_use_stays",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_schedule_in_use_stays_aeb68",
                            table="violations_schedule",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func="""
    IF EXISTS (SELECT FROM violations_case WHERE schedule_id = OLD.id) THEN
        RAISE restrict_violation USING
            MESSAGE = format('Schedule %s is in use and cannot be changed.', OLD.id),
            CONSTRAINT = 'schedule_in_use_stays';
    END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;""",
                            hash="bf1205f3e45d96b4999fac7059e582bdb0f2401e",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ID,
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("stage", models.CharField(verbose_name="stage", choices=STAGES, max_length=20)),
                (
                    "days",
                    models.PositiveSmallIntegerField(verbose_name="days to comply", blank=True, null=True),
                ),
                (
                    "cap",
                    models.DecimalField(
                        verbose_name="cap in SAR", default=0, max_digits=12, decimal_places=2
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        verbose_name="basis",
                        choices=[
                            ("none", "No fine"),
                            ("add", "Adds to the fine"),
                            ("raise_to", "Raises the fine"),
                        ],
                        max_length=10,
                        default="none",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        to="violations.schedule",
                        on_delete=models.PROTECT,
                        verbose_name="schedule",
                        related_name="steps",
                    ),
                ),
                ("notice_ar", models.TextField(verbose_name="notice in Arabic", max_length=4000, blank=True)),
                (
                    "notice_en",
                    models.TextField(verbose_name="notice in English", max_length=4000, blank=True),
                ),
            ],
            options={
                "verbose_name": "step",
                "verbose_name_plural": "steps",
                "ordering": ["schedule", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("schedule", "position"), name="step_position_once"),
                    models.UniqueConstraint(fields=("schedule", "stage"), name="step_stage_once"),
                    models.CheckConstraint(condition=Q(position__gt=0), name="step_position_from_one"),
                    models.CheckConstraint(
                        condition=Q(basis="none", cap=0) | (~Q(basis="none") & Q(cap__gt=0)),
                        name="step_with_fine_has_cap",
                    ),
                    models.CheckConstraint(
                        condition=~Q(stage__in=["complied", "annulled"]), name="step_is_no_end"
                    ),
                ],
                "triggers": [
                    Trigger(
                        name="step_in_use_stays",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_step_in_use_stays_a897b",
                            table="violations_step",
                            when="BEFORE",
                            operation="INSERT OR UPDATE OR DELETE",
                            func="""
                    IF TG_OP <> 'INSERT' THEN 
    IF EXISTS (SELECT FROM violations_case WHERE schedule_id = OLD.schedule_id) THEN
        RAISE restrict_violation USING
            MESSAGE = format('Schedule %s is in use and cannot be changed.', OLD.schedule_id),
            CONSTRAINT = 'schedule_in_use_stays';
    END IF;
 END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    
    IF EXISTS (SELECT FROM violations_case WHERE schedule_id = NEW.schedule_id) THEN
        RAISE restrict_violation USING
            MESSAGE = format('Schedule %s is in use and cannot be changed.', NEW.schedule_id),
            CONSTRAINT = 'schedule_in_use_stays';
    END IF;

                    RETURN NEW;
                """,
                            hash="b7e67b35f18da06a03f10c9dc3d5d95a30475324",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ID,
                (
                    "last_number",
                    models.PositiveIntegerField(verbose_name="last number", default=0, editable=False),
                ),
                ("last_hash", models.BinaryField(default=b"")),
                (
                    "establishment",
                    models.OneToOneField(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        blank=True,
                        null=True,
                        related_name="account",
                    ),
                ),
                (
                    "licence",
                    models.OneToOneField(
                        to="registration.licence",
                        on_delete=models.PROTECT,
                        verbose_name="licence",
                        blank=True,
                        null=True,
                        related_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(licence__isnull=False) ^ Q(establishment__isnull=False),
                        name="account_is_of_one",
                    )
                ],
                "triggers": [
                    Trigger(
                        name="account_never_deleted",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_account_never_deleted_54ccb",
                            table="violations_account",
                            when="BEFORE",
                            operation="DELETE",
                            func=NO_DELETE,
                            hash="15fd407ce90270c41e65c00b54f3b67edf0bafec",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ID,
                ("kind", models.CharField(verbose_name="kind", choices=KINDS, max_length=20)),
                (
                    "stage",
                    models.CharField(verbose_name="stage", choices=STAGES, max_length=20, default="warned"),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="step", default=1)),
                ("opened_on", models.DateField(verbose_name="opened on")),
                ("noticed_on", models.DateField(verbose_name="notice issued on")),
                ("due_on", models.DateField(verbose_name="due on", blank=True, null=True)),
                (
                    "days_left",
                    models.PositiveSmallIntegerField(verbose_name="days left", blank=True, null=True),
                ),
                (
                    "fined",
                    models.DecimalField(
                        verbose_name="fine in SAR", default=0, editable=False, max_digits=12, decimal_places=2
                    ),
                ),
                (
                    "cap",
                    models.DecimalField(
                        verbose_name="cap in SAR", default=0, max_digits=12, decimal_places=2
                    ),
                ),
                ("window_ends_on", models.DateField(verbose_name="window ends on", blank=True, null=True)),
                ("closed_on", models.DateField(verbose_name="closed on", blank=True, null=True)),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        blank=True,
                        null=True,
                        related_name="cases",
                    ),
                ),
                (
                    "licence",
                    models.ForeignKey(
                        to="registration.licence",
                        on_delete=models.PROTECT,
                        verbose_name="licence",
                        related_name="cases",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        to="violations.schedule",
                        on_delete=models.PROTECT,
                        verbose_name="schedule",
                        related_name="cases",
                    ),
                ),
                (
                    "less_amount",
                    models.DecimalField(
                        verbose_name="amount of the next fine in SAR",
                        blank=True,
                        null=True,
                        max_digits=12,
                        decimal_places=2,
                    ),
                ),
                (
                    "less_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="set by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                ("less_reason", models.CharField(verbose_name="reason for less", max_length=300, blank=True)),
                (
                    "account",
                    models.ForeignKey(
                        to="violations.account",
                        on_delete=models.PROTECT,
                        verbose_name="account",
                        related_name="cases",
                    ),
                ),
            ],
            options={
                "verbose_name": "case",
                "verbose_name_plural": "cases",
                "ordering": ["-id"],
                "permissions": [
                    ("record", "Can open cases and record occurrences"),
                    ("reduce", "Can reduce and waive fines"),
                    ("see_own", "Can see the violations of one's own establishment"),
                ],
                "indexes": [
                    models.Index(
                        fields=["noticed_on"],
                        name="case_running",
                        condition=Q(closed_on__isnull=True, kind="not_subscribed")
                        & (Q(due_on__isnull=False) | Q(days_left__isnull=False)),
                    ),
                    models.Index(
                        fields=["closed_on"], name="case_closed", condition=Q(closed_on__isnull=False)
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("licence",),
                        condition=Q(closed_on__isnull=True, kind="not_subscribed"),
                        name="case_one_open_per_licence",
                        violation_error_message="This licence already has an open case for not subscribing.",
                    ),
                    models.CheckConstraint(
                        condition=Q(fined__gte=0, fined__lte=F("cap")),
                        name="case_fine_within_cap",
                        violation_error_message="The fine of a case cannot be above its cap.",
                    ),
                    models.CheckConstraint(
                        condition=Q(due_on__isnull=True) | Q(days_left__isnull=True),
                        name="case_runs_or_is_paused",
                    ),
                    models.CheckConstraint(
                        condition=Q(closed_on__isnull=True) | Q(days_left__isnull=True, due_on__isnull=True),
                        name="case_closed_has_no_clock",
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="not_subscribed", window_ends_on__isnull=True)
                        | Q(
                            establishment__isnull=False,
                            kind="inaccurate_data",
                            window_ends_on__gte=F("opened_on"),
                        ),
                        name="case_of_data_has_establishment_and_window",
                    ),
                    ExclusionConstraint(
                        condition=Q(kind="inaccurate_data"),
                        name="case_windows_do_not_overlap",
                        violation_error_message="The windows of two cases of one establishment cannot overlap.",
                        expressions=[
                            ("establishment", "="),
                            (
                                Func(
                                    F("opened_on"),
                                    F("window_ends_on"),
                                    Value("[]"),
                                    function="daterange",
                                    output_field=DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                    ),
                    models.CheckConstraint(
                        condition=~Q(stage__in=["complied", "annulled"]) | Q(closed_on__isnull=False),
                        name="case_ended_is_closed",
                    ),
                    models.CheckConstraint(
                        condition=Q(less_amount__isnull=True, less_by__isnull=True, less_reason="")
                        | (Q(less_amount__gt=0, less_by__isnull=False) & ~Q(less_reason="")),
                        name="case_less_has_reason",
                        violation_error_message="Say why the amount is less.",
                    ),
                ],
                "triggers": [
                    Trigger(
                        name="case_keeps_its_account",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_case_keeps_its_account_16a97",
                            table="violations_case",
                            when="BEFORE",
                            operation="UPDATE",
                            condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."licence_id" IS DISTINCT FROM (NEW."licence_id"))',
                            func=NO_UPDATE,
                            hash="edf2cf4f672e54bcaf3168ba5833f81d55b3fc74",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Occurrence",
            fields=[
                ID,
                ("occurred_on", models.DateField(verbose_name="occurred on")),
                ("what", models.CharField(verbose_name="what is wrong", max_length=2000)),
                (
                    "recorded_at",
                    models.DateTimeField(verbose_name="recorded at", default=timezone.now, editable=False),
                ),
                ("annulled_at", models.DateTimeField(verbose_name="annulled at", blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        to="violations.case",
                        on_delete=models.PROTECT,
                        verbose_name="case",
                        related_name="occurrences",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="occurrences",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="recorded by",
                        related_name="+",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application",
                        on_delete=models.PROTECT,
                        verbose_name="application",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                ("correct_by", models.DateField(verbose_name="to be corrected by", blank=True, null=True)),
                ("corrected_at", models.DateTimeField(verbose_name="corrected at", blank=True, null=True)),
                (
                    "corrected_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="corrected by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "fault",
                    models.CharField(
                        verbose_name="fault",
                        choices=[
                            ("inaccurate", "Data is wrong"),
                            ("incomplete", "Data is missing in a record"),
                            ("not_sent", "A record was not sent"),
                            ("refused", "The information centre refused the record"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                        default="other",
                    ),
                ),
                ("flagged_at", models.DateTimeField(verbose_name="flagged at", blank=True, null=True)),
                (
                    "record",
                    models.ForeignKey(
                        to="guests.guestrecord",
                        on_delete=models.PROTECT,
                        verbose_name="guest record",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                ("settled_at", models.DateTimeField(verbose_name="settled at", blank=True, null=True)),
                (
                    "submission",
                    models.ForeignKey(
                        to="guests.submission",
                        on_delete=models.PROTECT,
                        verbose_name="receipt",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "verbose_name": "occurrence",
                "verbose_name_plural": "occurrences",
                "ordering": ["occurred_on", "id"],
                "indexes": [
                    models.Index(
                        fields=["case"],
                        name="occurrence_flagged",
                        condition=Q(flagged_at__isnull=False, settled_at__isnull=True),
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        F("establishment"),
                        F("occurred_on"),
                        MD5("what"),
                        condition=Q(annulled_at__isnull=True),
                        name="occurrence_recorded_once",
                        violation_error_message="This occurrence has already been recorded.",
                    ),
                    models.UniqueConstraint(
                        fields=("record", "fault"),
                        condition=Q(annulled_at__isnull=True, record__isnull=False),
                        name="occurrence_once_a_record",
                        violation_error_message="This occurrence has already been recorded.",
                    ),
                    models.UniqueConstraint(
                        fields=("submission", "fault"),
                        condition=Q(annulled_at__isnull=True, submission__isnull=False)
                        & Q(record__isnull=True),
                        name="occurrence_once_a_submission",
                        violation_error_message="This occurrence has already been recorded.",
                    ),
                    models.UniqueConstraint(
                        fields=("application", "fault"),
                        condition=Q(
                            annulled_at__isnull=True,
                            application__isnull=False,
                            record__isnull=True,
                            submission__isnull=True,
                        ),
                        name="occurrence_once_a_application",
                        violation_error_message="This occurrence has already been recorded.",
                    ),
                    models.CheckConstraint(
                        condition=Q(corrected_at__isnull=True, corrected_by__isnull=True)
                        | Q(corrected_at__isnull=False, corrected_by__isnull=False),
                        name="occurrence_corrected_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ID,
                ("stage", models.CharField(verbose_name="stage", choices=STAGES, max_length=20)),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("due_on", models.DateField(verbose_name="due on", blank=True, null=True)),
                (
                    "amount",
                    models.DecimalField(
                        verbose_name="amount in SAR", default=0, max_digits=12, decimal_places=2
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="issued by",
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        to="violations.case",
                        on_delete=models.PROTECT,
                        verbose_name="case",
                        related_name="notices",
                    ),
                ),
                (
                    "letter",
                    models.OneToOneField(
                        to="letters.letter",
                        on_delete=models.PROTECT,
                        verbose_name="letter",
                        blank=True,
                        null=True,
                        related_name="notice",
                    ),
                ),
                (
                    "occurrence",
                    models.OneToOneField(
                        to="violations.occurrence",
                        on_delete=models.PROTECT,
                        verbose_name="occurrence",
                        blank=True,
                        null=True,
                        related_name="notice",
                    ),
                ),
                ("annulled_on", models.DateField(verbose_name="annulled on", blank=True, null=True)),
                ("lifted_on", models.DateField(verbose_name="lifted on", blank=True, null=True)),
                (
                    "lifting_letter",
                    models.OneToOneField(
                        to="letters.letter",
                        on_delete=models.PROTECT,
                        verbose_name="letter of lifting",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["-id"], name="notice_of_suspension", condition=Q(stage="suspended"))
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "stage"),
                        condition=Q(occurrence__isnull=True),
                        name="notice_once_a_stage",
                    ),
                    models.CheckConstraint(condition=Q(amount__gte=0), name="notice_amount_not_negative"),
                    models.CheckConstraint(
                        condition=Q(lifted_on__isnull=True)
                        | Q(lifted_on__gte=F("issued_on"), stage="suspended"),
                        name="notice_lifted_is_an_order",
                    ),
                ],
                "permissions": [("see_orders", "Can see the suspension orders of one's own authority")],
                "triggers": [
                    Trigger(
                        name="notice_never_deleted",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_notice_never_deleted_c5cd9",
                            table="violations_notice",
                            when="BEFORE",
                            operation="DELETE",
                            func=NO_DELETE,
                            hash="08e41fb987687169a3efcf482c81577707b7a308",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ID,
                (
                    "kind",
                    models.CharField(
                        verbose_name="kind",
                        choices=[
                            ("assessment", "Assessment"),
                            ("raise", "Raise"),
                            ("reduction", "Reduction"),
                            ("waiver", "Waiver"),
                            ("payment", "Payment"),
                            ("refund", "Refund"),
                        ],
                        max_length=12,
                    ),
                ),
                ("on", models.DateField(verbose_name="date")),
                (
                    "amount",
                    models.DecimalField(verbose_name="amount in SAR", max_digits=12, decimal_places=2),
                ),
                (
                    "cap",
                    models.DecimalField(
                        verbose_name="cap in SAR", blank=True, null=True, max_digits=12, decimal_places=2
                    ),
                ),
                ("reason", models.CharField(verbose_name="reason", max_length=300, blank=True)),
                (
                    "entered_at",
                    models.DateTimeField(verbose_name="entered at", default=timezone.now, editable=False),
                ),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="entered by",
                        null=True,
                        related_name="+",
                        db_index=False,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        to="violations.case",
                        on_delete=models.PROTECT,
                        verbose_name="case",
                        related_name="entries",
                    ),
                ),
                (
                    "licence",
                    models.ForeignKey(
                        to="registration.licence",
                        on_delete=models.PROTECT,
                        verbose_name="licence",
                        related_name="ledger",
                        db_index=False,
                        db_constraint=False,
                    ),
                ),
                (
                    "notice",
                    models.OneToOneField(
                        to="violations.notice",
                        on_delete=models.PROTECT,
                        verbose_name="notice",
                        blank=True,
                        null=True,
                        related_name="entry",
                        db_constraint=False,
                    ),
                ),
                ("hash", models.BinaryField()),
                (
                    "letter",
                    models.ForeignKey(
                        to="letters.letter",
                        on_delete=models.PROTECT,
                        verbose_name="letter",
                        blank=True,
                        null=True,
                        related_name="+",
                        db_index=False,
                        db_constraint=False,
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("previous_hash", models.BinaryField()),
                ("reference", models.CharField(verbose_name="reference", max_length=40, blank=True)),
                (
                    "account",
                    models.ForeignKey(
                        to="violations.account",
                        on_delete=models.PROTECT,
                        verbose_name="account",
                        related_name="entries",
                        db_index=False,
                        db_constraint=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "ledger entry",
                "verbose_name_plural": "ledger entries",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(amount__gt=0, kind__in=["assessment", "raise", "refund"])
                        | (~Q(kind__in=["assessment", "raise", "refund"]) & Q(amount__lt=0)),
                        name="entry_sign_follows_kind",
                    ),
                    models.CheckConstraint(
                        condition=~Q(kind__in=["assessment", "raise"])
                        | Q(amount__lte=F("cap"), cap__isnull=False),
                        name="entry_within_cap",
                        violation_error_message="A fine cannot be above its cap.",
                    ),
                    models.CheckConstraint(
                        condition=Q(kind__in=["assessment", "raise"], notice__isnull=False)
                        | (~Q(kind__in=["assessment", "raise"]) & Q(notice__isnull=True)),
                        name="entry_of_fine_has_notice",
                    ),
                    models.CheckConstraint(
                        condition=~Q(kind__in=["reduction", "waiver"])
                        | (Q(by__isnull=False) & ~Q(reason="")),
                        name="entry_of_relief_has_reason",
                        violation_error_message="Say why the fine is reduced or waived.",
                    ),
                    models.UniqueConstraint(fields=("account", "number"), name="entry_number_once"),
                    models.UniqueConstraint(
                        fields=("reference",),
                        condition=Q(kind="payment"),
                        name="entry_of_payment_once",
                        violation_error_message="A payment with this reference has been entered already.",
                    ),
                    models.CheckConstraint(
                        condition=(Q(kind__in=["payment", "refund"]) & ~Q(reference=""))
                        | (~Q(kind__in=["payment", "refund"]) & Q(reference="")),
                        name="entry_of_payment_has_reference",
                    ),
                    models.CheckConstraint(
                        condition=~Q(kind="assessment") | Q(amount=F("cap")) | ~Q(reason=""),
                        name="entry_below_cap_has_reason",
                        violation_error_message="Say why the amount is less.",
                    ),
                ],
                "indexes": [models.Index(fields=["on", "kind"], name="entry_by_day")],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_174c9",
                            table="violations_ledgerentry",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="107fc642cc13bb5fa79804460500253d2eb858ba",
                        ),
                    ),
                    Trigger(
                        name="never_emptied",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_never_emptied_dff0f",
                            table="violations_ledgerentry",
                            when="BEFORE",
                            operation="TRUNCATE",
                            level="STATEMENT",
                            func=NO_EMPTYING,
                            hash="8ef74e6fb4eea0855d989af389896dd859195eba",
                        ),
                    ),
                    Trigger(
                        name="fine_is_sum_of_entries",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_fine_is_sum_of_entries_a9de3",
                            table="violations_ledgerentry",
                            when="AFTER",
                            operation="INSERT",
                            level="STATEMENT",
                            referencing="REFERENCING NEW TABLE AS new_entries ",
                            declare="DECLARE wrong bigint;",
                            func="""
                    -- Planned anew each time: a plan for the empty tables of the first day would be kept.
                    EXECUTE $query$
                        SELECT min(violations_case.id)
                        FROM (
                            SELECT
                                case_id,
                                coalesce(
                                    sum(amount) FILTER (
                                        WHERE kind IN ('assessment', 'raise', 'reduction', 'waiver')
                                    ),
                                    0
                                ) AS fined
                            FROM violations_ledgerentry
                            WHERE case_id IN (SELECT case_id FROM new_entries)
                            GROUP BY case_id
                        ) AS sums
                        JOIN violations_case ON violations_case.id = sums.case_id
                        WHERE violations_case.fined <> sums.fined
                    $query$ INTO wrong;
                    IF wrong IS NOT NULL THEN
                        RAISE check_violation USING
                            MESSAGE = format('The fine of case %s is not the sum of its entries.', wrong),
                            CONSTRAINT = 'fine_is_sum_of_entries';
                    END IF;
                    RETURN NULL;
                """,
                            hash="326d341ede81c771b08e1234623ab239a8693df8",
                        ),
                    ),
                    Trigger(
                        name="entry_is_linked",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_entry_is_linked_3829c",
                            table="violations_ledgerentry",
                            when="AFTER",
                            operation="INSERT",
                            level="STATEMENT",
                            referencing="REFERENCING NEW TABLE AS new_entries ",
                            declare="DECLARE loose bigint; astray bigint;",
                            func="""
                    EXECUTE $query$ 
    SELECT
        min(entry.id) FILTER (
            WHERE entry.number < 1
               OR entry.previous_hash IS DISTINCT FROM CASE entry.number
                   WHEN 1 THEN decode(repeat('00', 32), 'hex')
                   ELSE (
                       SELECT earlier.hash FROM violations_ledgerentry AS earlier
                       WHERE earlier.account_id = entry.account_id AND earlier.number = entry.number - 1
                   )
               END
               OR CASE
                   WHEN entry.number < account.last_number THEN NOT EXISTS (
                       SELECT FROM violations_ledgerentry AS later
                       WHERE later.account_id = entry.account_id AND later.number = entry.number + 1
                   )
                   ELSE (entry.number, entry.hash) IS DISTINCT FROM (account.last_number, account.last_hash)
               END
        ),
        min(entry.id) FILTER (
            WHERE (entry.account_id, entry.licence_id)
                  IS DISTINCT FROM (violations_case.account_id, violations_case.licence_id)
               OR entry.notice_id IS NOT NULL AND notice.case_id IS DISTINCT FROM entry.case_id
               OR entry.letter_id IS DISTINCT FROM notice.letter_id
                  AND entry.letter_id IS NOT NULL
                  AND NOT EXISTS (SELECT FROM letters_letter WHERE letters_letter.id = entry.letter_id)
        )
    FROM new_entries AS entry
    LEFT JOIN violations_account AS account ON account.id = entry.account_id
    LEFT JOIN violations_case ON violations_case.id = entry.case_id
    LEFT JOIN violations_notice AS notice ON notice.id = entry.notice_id
 $query$ INTO loose, astray;
                    IF loose IS NOT NULL THEN
                        RAISE check_violation USING
                            MESSAGE = format('Entry %s does not go on from the one before it.', loose),
                            CONSTRAINT = 'entry_is_linked';
                    END IF;
                    IF astray IS NOT NULL THEN
                        RAISE check_violation USING
                            MESSAGE = format('Entry %s names what is not of its case.', astray),
                            CONSTRAINT = 'entry_is_of_its_case';
                    END IF;
                    RETURN NULL;
                """,
                            hash="f0ff2268a35209d9cc477539551d0717a8081817",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankFile",
            fields=[
                ID,
                ("name", models.CharField(verbose_name="file", max_length=200)),
                ("sha256", models.CharField(verbose_name="SHA-256", max_length=64)),
                ("at", models.DateTimeField(verbose_name="read at", default=timezone.now, editable=False)),
                ("lines", models.JSONField(verbose_name="lines", default=list)),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="read by",
                        related_name="+",
                    ),
                ),
            ],
            options={
                "verbose_name": "bank file",
                "verbose_name_plural": "bank files",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ID,
                ("text", models.TextField(verbose_name="objection", max_length=5000)),
                ("filed_on", models.DateField(verbose_name="filed on")),
                (
                    "filed_at",
                    models.DateTimeField(verbose_name="filed at", default=timezone.now, editable=False),
                ),
                (
                    "outcome",
                    models.CharField(
                        verbose_name="decision",
                        choices=[
                            ("upheld", "The notice stands"),
                            ("reduced", "The fine is reduced"),
                            ("annulled", "The notice is annulled"),
                        ],
                        max_length=10,
                        blank=True,
                    ),
                ),
                (
                    "reduced_by",
                    models.DecimalField(
                        verbose_name="reduced by, in SAR",
                        blank=True,
                        null=True,
                        max_digits=12,
                        decimal_places=2,
                    ),
                ),
                (
                    "answer",
                    models.CharField(verbose_name="reason of the decision", max_length=2000, blank=True),
                ),
                ("decided_on", models.DateField(verbose_name="decided on", blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        to="violations.case",
                        on_delete=models.PROTECT,
                        verbose_name="case",
                        related_name="objections",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="decided by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="filed by",
                        related_name="+",
                    ),
                ),
                (
                    "issuer",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="issued by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "letter",
                    models.OneToOneField(
                        to="letters.letter",
                        on_delete=models.PROTECT,
                        verbose_name="letter",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "notice",
                    models.OneToOneField(
                        to="violations.notice",
                        on_delete=models.PROTECT,
                        verbose_name="notice",
                        related_name="objection",
                    ),
                ),
            ],
            options={
                "verbose_name": "objection",
                "verbose_name_plural": "objections",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["case"], name="objection_open", condition=Q(outcome=""))],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            decided_by__isnull=True, decided_on__isnull=True, letter__isnull=True, outcome=""
                        )
                        | (
                            Q(decided_by__isnull=False, decided_on__gte=F("filed_on"))
                            & ~Q(outcome="")
                            & ~Q(answer="")
                        ),
                        name="objection_open_or_decided",
                        violation_error_message="Give the reason of the decision.",
                    ),
                    models.CheckConstraint(
                        condition=Q(outcome="reduced", reduced_by__gt=0)
                        | (~Q(outcome="reduced") & Q(reduced_by__isnull=True)),
                        name="objection_reduced_by_an_amount",
                    ),
                    models.CheckConstraint(
                        condition=Q(decided_by__isnull=True)
                        | Q(issuer__isnull=True)
                        | ~Q(decided_by=F("issuer")),
                        name="objection_decided_by_another",
                        violation_error_message="Whoever has issued the notice does not decide on the objection.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObjectionDocument",
            fields=[
                ID,
                ("file", models.FileField(verbose_name="file", max_length=60, upload_to=random_name)),
                ("content_type", models.CharField(verbose_name="content type", max_length=30)),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("sha256", models.CharField(verbose_name="SHA-256", max_length=64)),
                (
                    "uploaded_at",
                    models.DateTimeField(verbose_name="uploaded at", default=timezone.now, editable=False),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        to="violations.objection",
                        on_delete=models.PROTECT,
                        verbose_name="objection",
                        related_name="documents",
                    ),
                ),
            ],
            options={
                "verbose_name": "document of an objection",
                "verbose_name_plural": "documents of objections",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("objection", "sha256"), name="objection_document_once"),
                    models.CheckConstraint(
                        condition=Q(content_type__in=["image/jpeg", "application/pdf"]),
                        name="objection_document_type_is_safe",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ID,
                (
                    "source",
                    models.CharField(
                        verbose_name="source",
                        choices=[
                            ("refused_record", "Record refused by the information centre"),
                            ("missing_days", "Days without a record and without a nil return"),
                        ],
                        max_length=20,
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("record_kind", models.CharField(verbose_name="record kind", max_length=30, blank=True)),
                ("first_on", models.DateField(verbose_name="from")),
                ("last_on", models.DateField(verbose_name="until")),
                ("reason", models.CharField(verbose_name="the centre's reason", max_length=200, blank=True)),
                (
                    "made_at",
                    models.DateTimeField(verbose_name="made at", default=timezone.now, editable=False),
                ),
                ("decided_at", models.DateTimeField(verbose_name="decided at", blank=True, null=True)),
                (
                    "dismissal",
                    models.CharField(verbose_name="why it was dismissed", max_length=300, blank=True),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="decided by",
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
                        related_name="proposals",
                    ),
                ),
                (
                    "occurrence",
                    models.OneToOneField(
                        to="violations.occurrence",
                        on_delete=models.PROTECT,
                        verbose_name="occurrence",
                        blank=True,
                        null=True,
                        related_name="proposal",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        to="guests.guestrecord",
                        on_delete=models.PROTECT,
                        verbose_name="guest record",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        fields=["establishment", "-id"],
                        name="proposal_waiting",
                        condition=Q(decided_at__isnull=True),
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("establishment", "source", "key"), name="proposal_made_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(first_on__lte=F("last_on")), name="proposal_days_in_order"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            decided_at__isnull=True,
                            decided_by__isnull=True,
                            dismissal="",
                            occurrence__isnull=True,
                        )
                        | (
                            Q(decided_at__isnull=False, decided_by__isnull=False)
                            & (
                                Q(dismissal="", occurrence__isnull=False)
                                | (Q(occurrence__isnull=True) & ~Q(dismissal=""))
                            )
                        ),
                        name="proposal_taken_up_or_dismissed",
                        violation_error_message="Say why the proposal is dismissed.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            f"ALTER TABLE violations_ledgerentry ADD CONSTRAINT entry_is_hashed CHECK (hash = {HASH})",
            "ALTER TABLE violations_ledgerentry DROP CONSTRAINT entry_is_hashed",
        ),
        # Each entry moves the end of its account on; with room beside it, no index has to follow.
        migrations.RunSQL(
            "ALTER TABLE violations_account SET (fillfactor = 80)",
            "ALTER TABLE violations_account RESET (fillfactor)",
        ),
    ]
