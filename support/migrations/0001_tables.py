"""The desk's tickets, and the requests of owners about their own data."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import migrations, models
from django.db.models import F, Q
from django.utils import timezone
from pgtrigger.compiler import Trigger, UpsertTriggerSql

from registration.storage import random_name
from shumoos.first_tables import FirstTables

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
STATUSES = [
    ("open", "Open"),
    ("answered", "Answered"),
    ("closed", "Closed"),
    ("merged", "Merged into another"),
]
NO_CHANGE = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"


class Migration(FirstTables):
    initial = True

    # What a database made before this has applied. These names are not for later migrations.
    replaces = [
        ("support", "0001_initial"),
        ("support", "0002_reference_data"),
        ("support", "0003_tickets_in_full"),
        ("support", "0004_files_wait_for_the_scanner"),
        ("support", "0005_progress_of_copies"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("activation", "0001_tables"),
        ("registration", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Macro",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=40, unique=True)),
                ("title_ar", models.CharField(verbose_name="title in Arabic", max_length=100)),
                ("title_en", models.CharField(verbose_name="title in English", max_length=100)),
                ("words_ar", models.TextField(verbose_name="words in Arabic", max_length=2000)),
                ("words_en", models.TextField(verbose_name="words in English", max_length=2000)),
                ("is_offered", models.BooleanField(verbose_name="offered", default=True)),
            ],
            options={
                "verbose_name": "usual answer",
                "verbose_name_plural": "usual answers",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Priority",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=30, unique=True)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=150)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=150)),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        verbose_name="level",
                        unique=True,
                        help_text="1 is the most urgent; a late ticket moves towards it.",
                    ),
                ),
                (
                    "hours",
                    models.PositiveSmallIntegerField(
                        verbose_name="hours to answer in", validators=[MinValueValidator(1)]
                    ),
                ),
            ],
            options={
                "verbose_name": "priority",
                "verbose_name_plural": "priorities",
                "ordering": ["level"],
                "constraints": [
                    models.CheckConstraint(condition=Q(hours__gte=1), name="priority_gives_an_hour")
                ],
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=30, unique=True)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=150)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=150)),
                (
                    "kind",
                    models.CharField(
                        verbose_name="kind",
                        choices=[("technical", "Technical"), ("administrative", "Administrative")],
                        max_length=15,
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(verbose_name="order", default=100)),
                (
                    "is_offered",
                    models.BooleanField(
                        verbose_name="offered",
                        default=True,
                        help_text="Otherwise it is for old tickets and for the portal's own.",
                    ),
                ),
                (
                    "priority",
                    models.ForeignKey(
                        to="support.priority",
                        on_delete=models.PROTECT,
                        verbose_name="usual priority",
                        db_column="priority",
                        related_name="+",
                        to_field="code",
                    ),
                ),
            ],
            options={
                "verbose_name": "category of tickets",
                "verbose_name_plural": "categories of tickets",
                "ordering": ["order", "id"],
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ID,
                ("number", models.CharField(verbose_name="ticket number", max_length=12, unique=True)),
                (
                    "category",
                    models.ForeignKey(
                        to="support.category",
                        on_delete=models.PROTECT,
                        verbose_name="category",
                        db_column="category",
                        related_name="+",
                        to_field="code",
                    ),
                ),
                ("subject", models.CharField(verbose_name="subject", max_length=150)),
                ("text", models.TextField(verbose_name="what happened", max_length=4000)),
                (
                    "status",
                    models.CharField(verbose_name="status", choices=STATUSES, max_length=10, default="open"),
                ),
                (
                    "opened_at",
                    models.DateTimeField(verbose_name="opened at", default=timezone.now, editable=False),
                ),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application",
                        on_delete=models.PROTECT,
                        verbose_name="application",
                        blank=True,
                        null=True,
                        related_name="tickets",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        to="registration.establishment",
                        on_delete=models.PROTECT,
                        verbose_name="establishment",
                        blank=True,
                        null=True,
                        related_name="tickets",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="opened by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(
                        verbose_name="last answered at", blank=True, null=True, editable=False
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="assigned to",
                        blank=True,
                        null=True,
                        related_name="assigned_tickets",
                    ),
                ),
                (
                    "breached_at",
                    models.DateTimeField(verbose_name="late since", blank=True, null=True, editable=False),
                ),
                (
                    "closed_at",
                    models.DateTimeField(verbose_name="closed at", blank=True, null=True, editable=False),
                ),
                (
                    "door",
                    models.CharField(
                        verbose_name="opened",
                        choices=[
                            ("agent", "By telephone"),
                            ("owner", "Signed in"),
                            ("code", "With a reference number and a code"),
                        ],
                        max_length=10,
                        default="owner",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(verbose_name="due at", blank=True, null=True, editable=False),
                ),
                ("escalate_at", models.DateTimeField(blank=True, null=True, editable=False)),
                (
                    "is_due_by_law",
                    models.BooleanField(verbose_name="due by law", default=False, editable=False),
                ),
                ("language", models.CharField(verbose_name="language", max_length=2, default="ar")),
                (
                    "merged_into",
                    models.ForeignKey(
                        to="support.ticket",
                        on_delete=models.PROTECT,
                        verbose_name="merged into",
                        blank=True,
                        null=True,
                        related_name="merged",
                    ),
                ),
                (
                    "rating",
                    models.PositiveSmallIntegerField(
                        verbose_name="rating", blank=True, null=True, editable=False
                    ),
                ),
                (
                    "rating_words",
                    models.CharField(verbose_name="why", max_length=500, blank=True, editable=False),
                ),
                (
                    "priority",
                    models.ForeignKey(
                        to="support.priority",
                        on_delete=models.PROTECT,
                        verbose_name="priority",
                        default="normal",
                        db_column="priority",
                        related_name="+",
                        to_field="code",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket",
                "verbose_name_plural": "tickets",
                "ordering": ["-id"],
                "permissions": [
                    ("open_ticket", "Can open tickets for one's own establishment"),
                    ("work_desk", "Can work at the support desk"),
                ],
                "indexes": [
                    models.Index(
                        fields=["due_at", "id"],
                        name="ticket_due",
                        condition=Q(status__in=["open", "answered"]),
                    ),
                    models.Index(
                        fields=["escalate_at"],
                        name="ticket_to_escalate",
                        condition=Q(escalate_at__isnull=False),
                    ),
                    models.Index(
                        fields=["answered_at"], name="ticket_answered", condition=Q(status="answered")
                    ),
                    models.Index(fields=["opened_at"], name="ticket_by_hour"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(establishment__isnull=False) | Q(application__isnull=False),
                        name="ticket_is_about_somebody",
                        violation_error_message="A ticket belongs to an establishment or an application.",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="open") | Q(due_at__isnull=False), name="ticket_open_is_due"
                    ),
                    models.CheckConstraint(
                        condition=Q(closed_at__isnull=False, status__in=["closed", "merged"])
                        | Q(closed_at__isnull=True, status__in=["open", "answered"]),
                        name="ticket_closed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=Q(merged_into__isnull=False, status="merged")
                        | (~Q(status="merged") & Q(merged_into__isnull=True)),
                        name="ticket_merged_names_another",
                    ),
                    models.CheckConstraint(
                        condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                        name="ticket_not_merged_into_itself",
                    ),
                    models.CheckConstraint(
                        condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5),
                        name="ticket_rated_one_to_five",
                        violation_error_message="Rate with 1 to 5.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketEntry",
            fields=[
                ID,
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
                ("text", models.TextField(verbose_name="text", blank=True)),
                ("status", models.CharField(verbose_name="status", choices=STATUSES, max_length=10)),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        to="support.ticket",
                        on_delete=models.PROTECT,
                        verbose_name="ticket",
                        related_name="entries",
                    ),
                ),
                ("detail", models.CharField(max_length=60, blank=True)),
                (
                    "kind",
                    models.CharField(
                        verbose_name="what",
                        choices=[
                            ("opened", "Opened"),
                            ("message", "Message"),
                            ("answer", "Answer"),
                            ("note", "Internal note"),
                            ("assigned", "Assigned"),
                            ("changed", "Category or priority changed"),
                            ("act", "Done by the desk"),
                            ("linked", "Linked to another ticket"),
                            ("merged", "Merged into another"),
                            ("took_in", "Another ticket merged into this one"),
                            ("escalated", "Late, and made more urgent"),
                            ("closed", "Closed"),
                            ("reopened", "Reopened"),
                            ("rated", "Rated"),
                        ],
                        max_length=10,
                        default="message",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket entry",
                "verbose_name_plural": "ticket entries",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        fields=["at"], name="entry_answered_by_hour", condition=Q(kind__in=["answer"])
                    )
                ],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_69b33",
                            table="support_ticketentry",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="942997513ccf61372e70cd4931809992bd5b8b96",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CredentialsRequest",
            fields=[
                ID,
                (
                    "asked_at",
                    models.DateTimeField(verbose_name="asked at", default=timezone.now, editable=False),
                ),
                (
                    "outcome",
                    models.CharField(
                        verbose_name="outcome",
                        choices=[("sent", "Sent again"), ("refused", "Not sent")],
                        max_length=10,
                        blank=True,
                    ),
                ),
                ("answer", models.CharField(verbose_name="words for the desk", max_length=500, blank=True)),
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
                    "office",
                    models.ForeignKey(
                        to="registration.office",
                        on_delete=models.PROTECT,
                        verbose_name="investigation office",
                        related_name="+",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        to="activation.subscription",
                        on_delete=models.PROTECT,
                        verbose_name="subscription",
                        related_name="credentials_requests",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        to="support.ticket", on_delete=models.PROTECT, verbose_name="ticket", related_name="+"
                    ),
                ),
            ],
            options={
                "verbose_name": "request to send credentials again",
                "verbose_name_plural": "requests to send credentials again",
                "ordering": ["-id"],
                "permissions": [
                    ("answer_credentials", "Can answer the desk's requests to send credentials again")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription",), condition=Q(outcome=""), name="credentials_asked_for_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True, ended_by__isnull=True, outcome="")
                        | (~Q(outcome="") & Q(ended_at__isnull=False, ended_by__isnull=False)),
                        name="credentials_request_ended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=~Q(outcome="refused") | ~Q(answer=""),
                        name="credentials_refused_with_words",
                        violation_error_message="Say why, in words for the desk.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeskAct",
            fields=[
                ID,
                (
                    "kind",
                    models.CharField(
                        verbose_name="what",
                        choices=[
                            ("reference", "Reference number sent again"),
                            ("status_link", "Link to the status page sent"),
                            ("credentials", "Office asked to send the credentials again"),
                        ],
                        max_length=15,
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application",
                        on_delete=models.PROTECT,
                        verbose_name="application",
                        related_name="desk_acts",
                    ),
                ),
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
                    "ticket",
                    models.ForeignKey(
                        to="support.ticket",
                        on_delete=models.PROTECT,
                        verbose_name="ticket",
                        related_name="acts",
                    ),
                ),
            ],
            options={
                "verbose_name": "act of the desk",
                "verbose_name_plural": "acts of the desk",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["application", "kind", "-at"], name="act_of_application")],
            },
        ),
        migrations.CreateModel(
            name="PageAnswer",
            fields=[
                ID,
                ("page", models.CharField(verbose_name="page", max_length=80)),
                ("is_useful", models.BooleanField(verbose_name="useful")),
                (
                    "reason",
                    models.CharField(
                        verbose_name="reason",
                        choices=[
                            ("found", "I found what I needed"),
                            ("clear", "It is clear and short"),
                            ("missing", "What I looked for is not here"),
                            ("unclear", "I do not understand it"),
                            ("wrong", "Something on it is wrong"),
                            ("broken", "Something does not work"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                        blank=True,
                    ),
                ),
                ("words", models.CharField(verbose_name="in their words", max_length=300, blank=True)),
                ("language", models.CharField(verbose_name="language", max_length=2, default="ar")),
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
                ("visitor", models.CharField(max_length=64, blank=True, editable=False)),
            ],
            options={
                "verbose_name": "answer about a page",
                "verbose_name_plural": "answers about pages",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["page", "-at"], name="answer_about_page")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("visitor", "page"), condition=~Q(visitor=""), name="page_answered_once_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RightsRequest",
            fields=[
                ID,
                (
                    "right",
                    models.CharField(
                        verbose_name="what is asked for",
                        choices=[
                            ("copy", "A copy of what is held about me"),
                            ("correction", "A correction"),
                            ("closing", "Closing"),
                        ],
                        max_length=12,
                    ),
                ),
                ("asked_on", models.DateField(verbose_name="asked on")),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "outcome",
                    models.CharField(
                        verbose_name="outcome",
                        choices=[("done", "Done"), ("refused", "Refused")],
                        max_length=10,
                        blank=True,
                    ),
                ),
                ("ended_at", models.DateTimeField(verbose_name="ended at", blank=True, null=True)),
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
                    "owner",
                    models.ForeignKey(
                        to="registration.owner",
                        on_delete=models.PROTECT,
                        verbose_name="owner",
                        related_name="rights_requests",
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        to="support.ticket",
                        on_delete=models.PROTECT,
                        verbose_name="ticket",
                        related_name="rights_request",
                    ),
                ),
            ],
            options={
                "verbose_name": "request under the personal data law",
                "verbose_name_plural": "requests under the personal data law",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "right"),
                        condition=Q(outcome=""),
                        name="right_asked_for_once",
                        violation_error_message="You have asked for this already.",
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True, outcome="")
                        | (~Q(outcome="") & Q(ended_at__isnull=False)),
                        name="right_ended_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DataCopy",
            fields=[
                ID,
                (
                    "state",
                    models.CharField(
                        verbose_name="status",
                        choices=[
                            ("waiting", "Being made"),
                            ("ready", "Ready"),
                            ("expired", "No longer there"),
                        ],
                        max_length=10,
                        default="waiting",
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(verbose_name="asked at", default=timezone.now, editable=False),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("next_try_at", models.DateTimeField(default=timezone.now, editable=False)),
                (
                    "as_json",
                    models.FileField(max_length=60, blank=True, editable=False, upload_to=random_name),
                ),
                (
                    "as_pdf",
                    models.FileField(max_length=60, blank=True, editable=False, upload_to=random_name),
                ),
                ("ready_at", models.DateTimeField(verbose_name="ready at", blank=True, null=True)),
                ("expires_at", models.DateTimeField(verbose_name="expires at", blank=True, null=True)),
                ("downloads", models.PositiveIntegerField(verbose_name="downloads", default=0)),
                (
                    "request",
                    models.OneToOneField(
                        to="support.rightsrequest", on_delete=models.PROTECT, related_name="copy"
                    ),
                ),
                ("parts", models.PositiveSmallIntegerField(verbose_name="parts", default=0, editable=False)),
                (
                    "parts_done",
                    models.PositiveSmallIntegerField(verbose_name="parts done", default=0, editable=False),
                ),
            ],
            options={
                "verbose_name": "copy of personal data",
                "verbose_name_plural": "copies of personal data",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["next_try_at"], name="copy_to_make", condition=Q(state="waiting")),
                    models.Index(fields=["expires_at"], name="copy_to_take_away", condition=Q(state="ready")),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=(
                            Q(expires_at__isnull=False, ready_at__isnull=False, state="ready")
                            & ~Q(as_json="")
                            & ~Q(as_pdf="")
                        )
                        | (~Q(state="ready") & Q(as_json="", as_pdf="")),
                        name="copy_ready_has_files",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketFile",
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
                    "entry",
                    models.ForeignKey(
                        to="support.ticketentry", on_delete=models.PROTECT, related_name="files"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        to="support.ticket",
                        on_delete=models.PROTECT,
                        verbose_name="ticket",
                        related_name="files",
                    ),
                ),
                (
                    "scan_state",
                    models.CharField(
                        verbose_name="scan",
                        choices=[
                            ("unscanned", "Not scanned"),
                            ("waiting", "Being checked"),
                            ("clean", "Clean"),
                            ("infected", "Harmful, removed"),
                        ],
                        max_length=10,
                        default="unscanned",
                    ),
                ),
                (
                    "original",
                    models.FileField(max_length=60, blank=True, editable=False, upload_to=random_name),
                ),
                ("scan_tried_at", models.DateTimeField(null=True, editable=False)),
            ],
            options={
                "verbose_name": "file of a ticket",
                "verbose_name_plural": "files of tickets",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        fields=["scan_tried_at", "id"],
                        name="ticket_file_waiting",
                        condition=Q(scan_state="waiting"),
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("ticket", "sha256"), name="ticket_file_once"),
                    models.CheckConstraint(
                        condition=Q(content_type__in=["image/jpeg", "application/pdf"]),
                        name="ticket_file_type_is_safe",
                    ),
                    models.CheckConstraint(
                        condition=Q(file="", scan_state="infected")
                        | (~Q(scan_state="infected") & ~Q(file="")),
                        name="ticket_file_harmful_is_gone",
                    ),
                    models.CheckConstraint(
                        condition=(Q(scan_state="waiting") & ~Q(original=""))
                        | (~Q(scan_state="waiting") & Q(original="")),
                        name="ticket_file_waiting_has_original",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketLink",
            fields=[
                ID,
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
                    "one",
                    models.ForeignKey(to="support.ticket", on_delete=models.PROTECT, related_name="links_on"),
                ),
                (
                    "other",
                    models.ForeignKey(
                        to="support.ticket", on_delete=models.PROTECT, related_name="links_back"
                    ),
                ),
            ],
            options={
                "verbose_name": "link between tickets",
                "verbose_name_plural": "links between tickets",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other"), name="ticket_linked_once"),
                    models.CheckConstraint(
                        condition=Q(one__lt=F("other")), name="ticket_link_from_the_older"
                    ),
                ],
            },
        ),
    ]
