"""Reviews of applications, and the subscriptions that come out of them."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models
from django.db.models import F, Q
from django.utils import timezone
from pgtrigger.compiler import Trigger, UpsertTriggerSql

from shumoos.first_tables import FirstTables

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
STATUSES = [("active", "Active"), ("suspended", "Suspended"), ("closed", "Closed")]
NO_CHANGE = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"


class Migration(FirstTables):
    initial = True

    # What a database made before this has applied. These names are not for later migrations.
    replaces = [
        ("activation", "0001_initial"),
        ("activation", "0002_review_in_full"),
        ("activation", "0003_subscription_life"),
        ("activation", "0004_figures"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("letters", "0001_tables"),
        ("registration", "0001_tables"),
    ]

    operations = [
        # For the periods of an establishment's subscriptions, which must not overlap.
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ID,
                ("period", DateRangeField(verbose_name="period")),
                (
                    "status",
                    models.CharField(
                        verbose_name="status", choices=STATUSES, max_length=10, default="active"
                    ),
                ),
                (
                    "activated_at",
                    models.DateTimeField(verbose_name="activated at", default=timezone.now, editable=False),
                ),
                (
                    "activated_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="activated by",
                        related_name="+",
                    ),
                ),
                (
                    "application",
                    models.OneToOneField(
                        to="registration.application",
                        on_delete=models.PROTECT,
                        verbose_name="application",
                        blank=True,
                        null=True,
                        related_name="subscription",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        related_name="subscriptions",
                    ),
                ),
                (
                    "licence",
                    models.ForeignKey(
                        to="registration.licence",
                        on_delete=models.PROTECT,
                        verbose_name="licence",
                        related_name="subscriptions",
                    ),
                ),
                (
                    "statement",
                    models.OneToOneField(
                        to="letters.letter",
                        on_delete=models.PROTECT,
                        verbose_name="statement letter",
                        related_name="subscription",
                    ),
                ),
                ("grace_days", models.PositiveSmallIntegerField(verbose_name="days of grace", default=0)),
                (
                    "next_text_on",
                    models.DateField(verbose_name="next text on", blank=True, null=True, editable=False),
                ),
                (
                    "predecessor",
                    models.OneToOneField(
                        to="activation.subscription",
                        on_delete=models.PROTECT,
                        verbose_name="earlier period",
                        blank=True,
                        null=True,
                        related_name="renewal",
                    ),
                ),
                (
                    "reminder_days",
                    ArrayField(
                        verbose_name="reminder days",
                        blank=True,
                        default=list,
                        base_field=models.PositiveSmallIntegerField(),
                        size=None,
                    ),
                ),
                (
                    "renewed_at",
                    models.DateTimeField(verbose_name="renewed at", blank=True, null=True, editable=False),
                ),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        fields=["next_text_on"],
                        name="subscription_text_due",
                        condition=Q(renewed_at__isnull=True, status="active"),
                    )
                ],
                "constraints": [
                    ExclusionConstraint(
                        condition=~Q(status="closed"),
                        name="subscription_periods_do_not_overlap",
                        violation_error_message="Two subscriptions of one establishment cannot overlap.",
                        expressions=[("period", "&&"), ("establishment", "=")],
                    ),
                    models.UniqueConstraint(
                        fields=("establishment",),
                        condition=Q(renewed_at__isnull=True, status="active"),
                        name="subscription_one_active_per_establishment",
                        violation_error_message="This establishment already has an active subscription.",
                    ),
                ],
                "permissions": [
                    ("renew", "Can confirm renewals"),
                    ("order", "Can suspend and reinstate subscriptions by order"),
                    ("ask_closing", "Can ask for one's own subscription to be closed"),
                    ("answer_closing", "Can confirm and refuse that subscriptions are closed"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReasonTemplate",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=40, unique=True)),
                (
                    "use",
                    models.CharField(
                        verbose_name="used for",
                        choices=[("flag", "Return for correction"), ("reject", "Rejection")],
                        max_length=10,
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        verbose_name="field or document",
                        max_length=40,
                        blank=True,
                        help_text="The name of the one field or document it is about, such as licence; empty for any.",
                    ),
                ),
                ("words_ar", models.CharField(verbose_name="words in Arabic", max_length=300)),
                ("words_en", models.CharField(verbose_name="words in English", max_length=300)),
                ("is_offered", models.BooleanField(verbose_name="offered", default=True)),
            ],
            options={
                "verbose_name": "reason template",
                "verbose_name_plural": "reason templates",
                "ordering": ["use", "id"],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ID,
                (
                    "claimed_at",
                    models.DateTimeField(verbose_name="claimed at", default=timezone.now, editable=False),
                ),
                (
                    "person_checked",
                    models.BooleanField(
                        verbose_name="The person at the desk is the owner or their agent; their ID was checked.",
                        default=False,
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        verbose_name="decision",
                        choices=[
                            ("activate", "Activated"),
                            ("return", "Returned for correction"),
                            ("reject", "Rejected"),
                            ("release", "Released"),
                            ("withdraw", "Withdrawn"),
                            ("lapse", "Claim ended after a time without work"),
                            ("reassign", "Given to another office"),
                        ],
                        max_length=10,
                        blank=True,
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason", blank=True)),
                ("decided_at", models.DateTimeField(verbose_name="decided at", blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application", on_delete=models.PROTECT, related_name="reviews"
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="supervisor",
                        related_name="reviews",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="confirmed by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "last_active_at",
                    models.DateTimeField(
                        verbose_name="last worked on at", default=timezone.now, editable=False
                    ),
                ),
                (
                    "presented_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="documents presented by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at", blank=True, null=True)),
                (
                    "rejection",
                    models.ForeignKey(
                        to="activation.reasontemplate",
                        on_delete=models.PROTECT,
                        verbose_name="reason's code",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        to="registration.office",
                        on_delete=models.PROTECT,
                        verbose_name="investigation office",
                        editable=False,
                        related_name="+",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
                "ordering": ["-id"],
                "permissions": [
                    ("decide", "Can review and decide applications"),
                    ("lead", "Can confirm, reassign, reopen and take back from colleagues"),
                    ("see_figures", "Can see the figures of an office"),
                ],
                "indexes": [
                    models.Index(fields=["supervisor"], name="review_open_of", condition=Q(decision="")),
                    models.Index(
                        fields=["last_active_at"],
                        name="review_idle",
                        condition=Q(decision="", proposed_at__isnull=True),
                    ),
                    models.Index(
                        fields=["proposed_at"],
                        name="review_proposed",
                        condition=Q(decision="", proposed_at__isnull=False),
                    ),
                    models.Index(
                        fields=["office", "decided_at"],
                        name="review_decided_at_office",
                        condition=Q(decided_at__isnull=False),
                        include=("decision", "supervisor", "application"),
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application",),
                        condition=Q(decision=""),
                        name="review_one_open_per_application",
                        violation_error_message="Somebody else is reviewing this application.",
                    ),
                    models.CheckConstraint(
                        condition=Q(decided_at__isnull=True, decision="")
                        | (~Q(decision="") & Q(decided_at__isnull=False)),
                        name="review_decided_has_time",
                    ),
                    models.CheckConstraint(
                        condition=~Q(decision="activate") | Q(person_checked=True),
                        name="review_activates_after_person_check",
                        violation_error_message="Check the person's ID before activating.",
                    ),
                    models.CheckConstraint(
                        condition=~Q(decision__in=["return", "reject"]) | ~Q(reason=""),
                        name="review_refusal_has_reason",
                        violation_error_message="Say why, in words for the owner.",
                    ),
                    models.CheckConstraint(
                        condition=~Q(decision="reject") | Q(rejection__isnull=False),
                        name="review_rejection_has_code",
                        violation_error_message="Choose the reason for the rejection.",
                    ),
                    models.CheckConstraint(
                        condition=Q(confirmed_by__isnull=True)
                        | (Q(decision="activate") & ~Q(confirmed_by=F("supervisor"))),
                        name="review_confirmed_by_another",
                        violation_error_message="Another person confirms what you have proposed.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentCheck",
            fields=[
                ID,
                ("original_seen", models.BooleanField(verbose_name="original seen", default=False)),
                ("matches", models.BooleanField(verbose_name="matches the original", default=False)),
                ("legible", models.BooleanField(verbose_name="legible", default=False)),
                (
                    "document",
                    models.ForeignKey(
                        to="registration.document", on_delete=models.PROTECT, related_name="checks"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        to="activation.review", on_delete=models.CASCADE, related_name="checks"
                    ),
                ),
                ("valid_until", models.DateField(verbose_name="valid until", blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("review", "document"), name="check_once_a_document")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosingRequest",
            fields=[
                ID,
                ("reason", models.CharField(verbose_name="reason", max_length=500)),
                (
                    "asked_at",
                    models.DateTimeField(verbose_name="asked at", default=timezone.now, editable=False),
                ),
                (
                    "outcome",
                    models.CharField(
                        verbose_name="outcome",
                        choices=[
                            ("confirmed", "Confirmed"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=10,
                        blank=True,
                    ),
                ),
                (
                    "answer",
                    models.CharField(verbose_name="the authority's reason", max_length=500, blank=True),
                ),
                ("ended_at", models.DateTimeField(verbose_name="ended at", blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="asked by",
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
                    "subscription",
                    models.ForeignKey(
                        to="activation.subscription",
                        on_delete=models.PROTECT,
                        verbose_name="subscription",
                        related_name="closing_requests",
                    ),
                ),
            ],
            options={
                "verbose_name": "request for closing",
                "verbose_name_plural": "requests for closing",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription",),
                        condition=Q(outcome=""),
                        name="closing_one_open_per_subscription",
                        violation_error_message="The authority has not answered the earlier request yet.",
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True, ended_by__isnull=True, outcome="")
                        | (~Q(outcome="") & Q(ended_at__isnull=False, ended_by__isnull=False)),
                        name="closing_ended_has_time_and_person",
                    ),
                    models.CheckConstraint(
                        condition=~Q(outcome="refused") | ~Q(answer=""),
                        name="closing_refused_has_answer",
                        violation_error_message="Say why, in words for the owner.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubscriptionEvent",
            fields=[
                ID,
                (
                    "act",
                    models.CharField(
                        verbose_name="what",
                        choices=[
                            ("begun", "Period begun"),
                            ("renewed", "Renewed by a later period"),
                            ("suspended", "Suspended by order"),
                            ("reinstated", "Reinstated by order"),
                            ("closed", "Closed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("old", models.CharField(verbose_name="from", choices=STATUSES, max_length=10, blank=True)),
                ("new", models.CharField(verbose_name="to", choices=STATUSES, max_length=10)),
                ("reason", models.CharField(verbose_name="reason", max_length=500, blank=True)),
                (
                    "order_number",
                    models.CharField(verbose_name="number of the order", max_length=40, blank=True),
                ),
                (
                    "changes",
                    models.JSONField(verbose_name="taken over from the register", blank=True, default=dict),
                ),
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
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
                    "subscription",
                    models.ForeignKey(
                        to="activation.subscription",
                        on_delete=models.PROTECT,
                        verbose_name="subscription",
                        related_name="events",
                    ),
                ),
            ],
            options={
                "verbose_name": "subscription event",
                "verbose_name_plural": "subscription events",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(act="suspended") | (~Q(order_number="") & ~Q(reason="")),
                        name="subscription_suspended_by_order",
                        violation_error_message="Give the number of the order and the reason.",
                    ),
                    models.CheckConstraint(
                        condition=~Q(act__in=["reinstated", "closed"]) | ~Q(reason=""),
                        name="subscription_event_has_reason",
                        violation_error_message="Give the reason.",
                    ),
                ],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_312f8",
                            table="activation_subscriptionevent",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="4d2c6344e993e95620b323060cf889c3900d695a",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                ID,
                ("valid_from", models.DateField(verbose_name="valid from", unique=True)),
                ("grace_days", models.PositiveSmallIntegerField(verbose_name="days of grace")),
                (
                    "reminder_days",
                    ArrayField(
                        verbose_name="days before the end on which the owner is reminded",
                        help_text="The most first; from the first of them on a subscription counts as expiring.",
                        base_field=models.PositiveSmallIntegerField(),
                        size=None,
                    ),
                ),
            ],
            options={
                "verbose_name": "terms of subscriptions",
                "verbose_name_plural": "terms of subscriptions",
                "ordering": ["-valid_from"],
            },
        ),
    ]
