"""Letters with their numbers, wordings, signed copies and history, and who has verified one."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone
from pgtrigger.compiler import Trigger, UpsertTriggerSql

from shumoos.first_tables import FirstTables
from shumoos.letters.models import copy_name, make_code

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
STATUSES = [("valid", "Valid"), ("superseded", "Superseded"), ("revoked", "Revoked")]
NO_CHANGE = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"
NO_DELETE = "RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;"
NO_UPDATE = "RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;"


class Migration(FirstTables):
    initial = True

    # What a database made before this has applied. These names are not for later migrations.
    replaces = [
        ("letters", "0001_initial"),
        ("letters", "0002_signed_copies"),
        ("letters", "0003_kinds_of_violations"),
        ("letters", "0004_wordings"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Series",
            fields=[
                ID,
                ("name", models.CharField(max_length=40)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("name", "year"), name="series_once_a_year")],
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ID,
                ("fingerprint", models.CharField(verbose_name="SHA-256", max_length=64, unique=True)),
                ("content", models.BinaryField()),
                (
                    "used_since",
                    models.DateTimeField(verbose_name="used since", default=timezone.now, editable=False),
                ),
            ],
            options={
                "verbose_name": "certificate",
                "verbose_name_plural": "certificates",
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_52255",
                            table="letters_certificate",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="b44b3b3ddf2af385e5330b99ecc6a51ada408bc3",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                ID,
                ("address", models.GenericIPAddressField(verbose_name="address")),
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
            ],
            options={
                "indexes": [models.Index(fields=["address", "at"], name="check_of_address")],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ID,
                ("content", models.JSONField(verbose_name="content", encoder=DjangoJSONEncoder)),
            ],
            options={
                "verbose_name": "wording",
                "verbose_name_plural": "wordings",
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_93e64",
                            table="letters_wording",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="b3a8c8e73c3eff31c20be9691217ffb188ee24a7",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ID,
                (
                    "kind",
                    models.CharField(
                        verbose_name="kind",
                        choices=[
                            ("statement", "Statement letter"),
                            ("warning", "Warning"),
                            ("fine", "Fine notice"),
                            ("suspension", "Suspension order"),
                            ("receipt", "Receipt for records"),
                            ("payment", "Receipt for a payment"),
                            ("lifting", "Lifting of a suspension order"),
                            ("decision", "Decision on an objection"),
                        ],
                        max_length=20,
                    ),
                ),
                ("series", models.CharField(verbose_name="series", max_length=40)),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("sequence", models.PositiveIntegerField(verbose_name="sequence")),
                (
                    "code",
                    models.CharField(verbose_name="verification code", max_length=16, default=make_code),
                ),
                ("establishment", models.CharField(verbose_name="establishment", max_length=200)),
                ("licence_number", models.CharField(verbose_name="licence number", max_length=40)),
                ("content", models.JSONField(verbose_name="content", encoder=DjangoJSONEncoder)),
                (
                    "status",
                    models.CharField(verbose_name="status", choices=STATUSES, max_length=12, default="valid"),
                ),
                (
                    "issued_at",
                    models.DateTimeField(verbose_name="issued at", default=timezone.now, editable=False),
                ),
                (
                    "pdf",
                    models.FileField(
                        verbose_name="PDF", max_length=60, blank=True, editable=False, upload_to=copy_name
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        to="letters.letter",
                        on_delete=models.PROTECT,
                        verbose_name="replaced by",
                        blank=True,
                        null=True,
                        related_name="replaces",
                        db_index=False,
                    ),
                ),
                (
                    "sha256",
                    models.CharField(
                        verbose_name="SHA-256 of the PDF", max_length=64, blank=True, editable=False
                    ),
                ),
                (
                    "signed_at",
                    models.DateTimeField(verbose_name="signed at", blank=True, null=True, editable=False),
                ),
                (
                    "certificate",
                    models.ForeignKey(
                        to="letters.certificate",
                        on_delete=models.PROTECT,
                        verbose_name="certificate",
                        blank=True,
                        null=True,
                        editable=False,
                        db_index=False,
                    ),
                ),
                (
                    "wording",
                    models.ForeignKey(
                        to="letters.wording",
                        on_delete=models.PROTECT,
                        verbose_name="wording",
                        blank=True,
                        null=True,
                        editable=False,
                        related_name="+",
                        db_index=False,
                        db_constraint=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "letter",
                "verbose_name_plural": "letters",
                "ordering": ["-issued_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("series", "year", "sequence"), name="letter_number_once"),
                    models.CheckConstraint(condition=Q(sequence__gt=0), name="letter_sequence_from_one"),
                    models.UniqueConstraint(
                        fields=("sha256",), condition=~Q(sha256=""), name="letter_pdf_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(certificate__isnull=True, pdf="", sha256="", signed_at__isnull=True)
                        | (
                            ~Q(pdf="") & ~Q(sha256="") & Q(certificate__isnull=False, signed_at__isnull=False)
                        ),
                        name="letter_pdf_is_signed",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="superseded") | Q(replaced_by__isnull=False),
                        name="letter_superseded_by_another",
                    ),
                    models.UniqueConstraint(fields=("code",), name="letter_code_once"),
                ],
                "indexes": [
                    models.Index(fields=["series", "-issued_at"], name="letter_of_series"),
                    models.Index(fields=["-issued_at"], name="letter_latest"),
                    models.Index(fields=["licence_number"], name="letter_of_licence"),
                    models.Index(
                        fields=["replaced_by"],
                        name="letter_replacing",
                        condition=Q(replaced_by__isnull=False),
                    ),
                ],
                "permissions": [("revoke", "Can revoke letters")],
                "triggers": [
                    Trigger(
                        name="letter_pdf_stays",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_letter_pdf_stays_c42aa",
                            table="letters_letter",
                            when="BEFORE",
                            operation="UPDATE",
                            condition='WHEN (OLD."signed_at" IS NOT NULL AND (OLD."pdf" IS DISTINCT FROM (NEW."pdf") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."certificate_id" IS DISTINCT FROM (NEW."certificate_id") OR OLD."signed_at" IS DISTINCT FROM (NEW."signed_at")))',
                            func=NO_UPDATE,
                            hash="9adcf1789c56607f748bafe6bdd6c1da5622596f",
                        ),
                    ),
                    Trigger(
                        name="letter_never_deleted",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_letter_never_deleted_0813e",
                            table="letters_letter",
                            when="BEFORE",
                            operation="DELETE",
                            func=NO_DELETE,
                            hash="8bacb5e442b8d1f422bee41c32b0fdcdf83df7f7",
                        ),
                    ),
                    Trigger(
                        name="letter_as_issued",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_letter_as_issued_9a462",
                            table="letters_letter",
                            when="BEFORE",
                            operation="UPDATE",
                            condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."series" IS DISTINCT FROM (NEW."series") OR OLD."year" IS DISTINCT FROM (NEW."year") OR OLD."sequence" IS DISTINCT FROM (NEW."sequence") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."establishment" IS DISTINCT FROM (NEW."establishment") OR OLD."licence_number" IS DISTINCT FROM (NEW."licence_number") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."wording_id" IS DISTINCT FROM (NEW."wording_id") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at"))',
                            func=NO_UPDATE,
                            hash="cf11e73bbd392949a874e341a2eba672bb026e1f",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LetterEvent",
            fields=[
                ID,
                ("old", models.CharField(verbose_name="before", choices=STATUSES, max_length=12)),
                ("new", models.CharField(verbose_name="after", choices=STATUSES, max_length=12)),
                ("reason", models.CharField(verbose_name="reason", max_length=300, blank=True)),
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
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
                    "letter",
                    models.ForeignKey(
                        to="letters.letter",
                        on_delete=models.PROTECT,
                        verbose_name="letter",
                        related_name="events",
                    ),
                ),
            ],
            options={
                "verbose_name": "letter event",
                "verbose_name_plural": "letter events",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(new="revoked") | ~Q(reason=""),
                        name="letter_event_revoked_has_reason",
                        violation_error_message="Say why the letter is revoked.",
                    )
                ],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_6db55",
                            table="letters_letterevent",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="6c6e72450a9c93f2c58ea42f85fec01a4d542982",
                        ),
                    )
                ],
            },
        ),
    ]
