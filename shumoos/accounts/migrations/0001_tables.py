"""The people of the portal, what they may do and how they sign in; the access log with its seals."""

from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import migrations, models
from django.db.models import F, Q
from django.utils import timezone
from pgtrigger.compiler import Trigger, UpsertTriggerSql

from shumoos.accounts.models.factors import new_secret
from shumoos.accounts.models.people import PersonManager
from shumoos.first_tables import FirstTables

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
ROLES = [
    ("owner", "Owner"),
    ("staff", "Owner's staff"),
    ("supervisor", "Supervisor"),
    ("head", "Office head"),
    ("authority", "Licensing authority officer"),
    ("support", "Support agent"),
    ("provider", "Provider agent"),
    ("directory", "Directory reader"),
    ("auditor", "Auditor"),
    ("administrator", "Administrator"),
]
NO_CHANGE = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"
NO_EMPTYING = "RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;"


class Migration(FirstTables):
    initial = True

    # What a database made before this has applied. These names are not for later migrations.
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_role_grants"),
        ("accounts", "0003_sign_in_and_invitations"),
        ("accounts", "0004_access_log"),
        ("accounts", "0005_authenticators"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ID,
                ("password", models.CharField(verbose_name="password", max_length=128)),
                ("last_login", models.DateTimeField(verbose_name="last login", blank=True, null=True)),
                (
                    "is_superuser",
                    models.BooleanField(
                        verbose_name="superuser status",
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        verbose_name="username",
                        max_length=150,
                        unique=True,
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        validators=[UnicodeUsernameValidator()],
                        error_messages={"unique": "A user with that username already exists."},
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        verbose_name="staff status",
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        verbose_name="active",
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                    ),
                ),
                ("date_joined", models.DateTimeField(verbose_name="date joined", default=timezone.now)),
                ("full_name", models.CharField(verbose_name="full name", max_length=150)),
                ("mobile", models.CharField(verbose_name="mobile", max_length=16, blank=True)),
                ("role", models.CharField(verbose_name="role", choices=ROLES, max_length=20)),
                ("language", models.CharField(verbose_name="language", max_length=2, default="ar")),
                (
                    "must_change_password",
                    models.BooleanField(verbose_name="must choose a new password", default=False),
                ),
                (
                    "password_expires_at",
                    models.DateTimeField(verbose_name="password expires at", blank=True, null=True),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        to="auth.group",
                        verbose_name="groups",
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        to="auth.permission",
                        verbose_name="user permissions",
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            is_staff=True, role__in=["supervisor", "head", "auditor", "administrator"]
                        )
                        | (
                            Q(is_staff=False)
                            & ~Q(role__in=["supervisor", "head", "auditor", "administrator"])
                        ),
                        name="user_in_the_admin_by_role",
                        violation_error_message="Only supervisors, heads, auditors and administrators use the admin.",
                    ),
                    models.CheckConstraint(
                        condition=Q(is_superuser=False) | Q(role="administrator"),
                        name="user_superuser_is_administrator",
                        violation_error_message="Only an administrator can be a superuser.",
                    ),
                ],
            },
            managers=[("objects", PersonManager())],
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                ID,
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
                ("role", models.CharField(verbose_name="role", max_length=20, blank=True)),
                ("action", models.CharField(verbose_name="action", max_length=60)),
                ("subject", models.CharField(verbose_name="subject", max_length=80)),
                ("reason", models.CharField(verbose_name="reason", max_length=600, blank=True)),
                ("address", models.GenericIPAddressField(verbose_name="address", null=True)),
                ("request_id", models.CharField(verbose_name="request id", max_length=36, blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="by",
                        null=True,
                        related_name="looks",
                        db_index=False,
                        db_constraint=False,
                    ),
                ),
                ("office", models.CharField(verbose_name="place of work", max_length=60, blank=True)),
                ("people", models.PositiveIntegerField(verbose_name="people", default=1)),
                ("whose", models.CharField(verbose_name="whose", max_length=60, blank=True)),
            ],
            options={
                "verbose_name": "access log entry",
                "verbose_name_plural": "access log",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["at", "id"], name="look_at"),
                    models.Index(fields=["by", "at", "id"], name="look_of_person_at"),
                    models.Index(fields=["subject", "at", "id"], name="look_of_subject_at"),
                    models.Index(fields=["whose", "at", "id"], name="look_whose_at", condition=~Q(whose="")),
                ],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_79618",
                            table="accounts_look",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="ba8cdabd2f4d32a272a6df7bad0aaf007f781923",
                        ),
                    ),
                    Trigger(
                        name="never_emptied",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_never_emptied_0eaee",
                            table="accounts_look",
                            when="BEFORE",
                            operation="TRUNCATE",
                            level="STATEMENT",
                            func=NO_EMPTYING,
                            hash="ba7b575fb6ef8cf634d0b11973057d7738e2824b",
                        ),
                    ),
                    Trigger(
                        name="into_an_open_minute",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_into_an_open_minute_03804",
                            table="accounts_look",
                            when="BEFORE",
                            operation="INSERT",
                            declare="DECLARE minute integer; sealed integer;",
                            func="""
    LOOP
        minute := floor(extract(epoch FROM NEW.at) / 60);
        PERFORM pg_advisory_xact_lock_shared(20261125, minute);
        SELECT max(number) INTO sealed FROM accounts_seal;
        EXIT WHEN sealed IS NULL OR minute > sealed;
        NEW.at := greatest(clock_timestamp(), to_timestamp((sealed + 1) * 60.0));
    END LOOP;
    RETURN NEW;
""",
                            hash="90097f5d16b39becf66b43990c4a0ccd7a649a90",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OneTimeCode",
            fields=[
                ID,
                ("purpose", models.CharField(verbose_name="purpose", max_length=80)),
                ("mobile", models.CharField(verbose_name="mobile", max_length=16)),
                ("code_hash", models.CharField(max_length=64, blank=True)),
                ("address", models.GenericIPAddressField(verbose_name="address", null=True)),
                (
                    "asked_at",
                    models.DateTimeField(verbose_name="asked at", default=timezone.now, editable=False),
                ),
                ("made_at", models.DateTimeField(verbose_name="made at", null=True)),
                ("tries", models.PositiveSmallIntegerField(verbose_name="tries", default=0)),
                ("used_at", models.DateTimeField(verbose_name="used at", null=True)),
            ],
            options={
                "verbose_name": "one-time code",
                "verbose_name_plural": "one-time codes",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["mobile", "-asked_at"], name="code_of_mobile"),
                    models.Index(fields=["address", "-asked_at"], name="code_of_address"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(code_hash="", made_at__isnull=True)
                        | (Q(made_at__isnull=False) & ~Q(code_hash="")),
                        name="code_made_has_hash",
                    ),
                    models.CheckConstraint(
                        condition=Q(used_at__isnull=True) | Q(made_at__isnull=False),
                        name="code_used_was_made",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ID,
                ("role", models.CharField(max_length=20)),
                ("permission", models.CharField(max_length=150)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("role", "permission"), name="grant_once_a_role")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuthenticatorReset",
            fields=[
                ID,
                (
                    "status",
                    models.CharField(
                        verbose_name="status",
                        choices=[
                            ("asked", "Waits for a second person"),
                            ("confirmed", "Reset"),
                            ("refused", "Refused"),
                        ],
                        max_length=12,
                        default="asked",
                    ),
                ),
                ("also_password", models.BooleanField(verbose_name="and a new password", default=False)),
                (
                    "asked_at",
                    models.DateTimeField(verbose_name="asked at", default=timezone.now, editable=False),
                ),
                ("decided_at", models.DateTimeField(verbose_name="decided at", blank=True, null=True)),
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
                    "user",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="user",
                        related_name="resets",
                    ),
                ),
            ],
            options={
                "verbose_name": "authenticator reset",
                "verbose_name_plural": "authenticator resets",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user",),
                        condition=Q(status="asked"),
                        name="reset_one_open_per_user",
                        violation_error_message="A reset was asked for already and waits for a second person.",
                    ),
                    models.CheckConstraint(
                        condition=Q(decided_at__isnull=True, decided_by__isnull=True, status="asked")
                        | (~Q(status="asked") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                        name="reset_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="confirmed")
                        | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("user"))),
                        name="reset_needs_a_second_person",
                        violation_error_message="A reset is confirmed by somebody else than who asked for it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ID,
                ("role", models.CharField(verbose_name="role", choices=ROLES, max_length=20)),
                ("place_id", models.BigIntegerField(blank=True, null=True)),
                ("full_name", models.CharField(verbose_name="full name", max_length=150)),
                ("mobile", models.CharField(verbose_name="mobile", max_length=16)),
                ("language", models.CharField(verbose_name="language", max_length=2, default="ar")),
                (
                    "invited_at",
                    models.DateTimeField(verbose_name="invited at", default=timezone.now, editable=False),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("key_hash", models.CharField(max_length=64, blank=True)),
                ("revoked_at", models.DateTimeField(verbose_name="revoked at", blank=True, null=True)),
                ("accepted_at", models.DateTimeField(verbose_name="accepted at", blank=True, null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="invited by",
                        related_name="+",
                    ),
                ),
                (
                    "place_type",
                    models.ForeignKey(
                        to="contenttypes.contenttype",
                        on_delete=models.PROTECT,
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="user",
                        blank=True,
                        null=True,
                        related_name="invitation",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mobile",),
                        condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                        name="invitation_one_open_per_mobile",
                        violation_error_message="This mobile has an invitation: send it again or revoke it.",
                    ),
                    models.UniqueConstraint(
                        fields=("key_hash",), condition=~Q(key_hash=""), name="invitation_key_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(accepted_at__isnull=True, user__isnull=True)
                        | Q(accepted_at__isnull=False, revoked_at__isnull=True, user__isnull=False),
                        name="invitation_accepted_by_user",
                    ),
                    models.CheckConstraint(
                        condition=Q(place_id__isnull=True, place_type__isnull=True)
                        | Q(place_id__isnull=False, place_type__isnull=False),
                        name="invitation_place_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ID,
                ("code_hash", models.CharField(max_length=64)),
                ("used_at", models.DateTimeField(verbose_name="used at", blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.CASCADE,
                        verbose_name="user",
                        related_name="recovery_codes",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "recovery code",
                "verbose_name_plural": "recovery codes",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "code_hash"), name="recovery_code_once_per_user")
                ],
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ID,
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
                (
                    "result",
                    models.CharField(
                        verbose_name="result",
                        choices=[
                            ("ok", "Signed in"),
                            ("wrong_password", "Wrong password"),
                            ("wrong_code", "Wrong code"),
                            ("locked", "Refused: too many attempts"),
                        ],
                        max_length=20,
                    ),
                ),
                ("device", models.CharField(verbose_name="device", max_length=120, blank=True)),
                ("address", models.GenericIPAddressField(verbose_name="address", null=True)),
                ("needs_code", models.BooleanField(default=False)),
                ("last_used_at", models.DateTimeField(verbose_name="last used at", default=timezone.now)),
                ("ended_at", models.DateTimeField(verbose_name="ended at", null=True)),
                (
                    "user",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.CASCADE,
                        verbose_name="user",
                        related_name="sign_ins",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-in",
                "verbose_name_plural": "sign-ins",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["user", "-id"], name="sign_in_of_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True) | Q(result="ok"), name="sign_in_ended_was_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadingLimit",
            fields=[
                ID,
                ("role", models.CharField(verbose_name="role", choices=ROLES, max_length=20, unique=True)),
                ("people_an_hour", models.PositiveIntegerField(verbose_name="people an hour")),
                ("begins_at", models.TimeField(verbose_name="working hours begin", blank=True, null=True)),
                ("ends_at", models.TimeField(verbose_name="working hours end", blank=True, null=True)),
            ],
            options={
                "verbose_name": "reading limit",
                "verbose_name_plural": "reading limits",
                "ordering": ["role"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(begins_at__isnull=True, ends_at__isnull=True)
                        | Q(begins_at__isnull=False, begins_at__lt=F("ends_at"), ends_at__isnull=False),
                        name="reading_limit_hours_whole",
                        violation_error_message="Working hours need a beginning, and an end after it.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "number",
                    models.PositiveIntegerField(verbose_name="minute", primary_key=True, serialize=False),
                ),
                ("lines", models.PositiveIntegerField(verbose_name="lines")),
                ("digest", models.BinaryField()),
                ("hash", models.BinaryField()),
                (
                    "sealed_at",
                    models.DateTimeField(verbose_name="sealed at", default=timezone.now, editable=False),
                ),
            ],
            options={
                "verbose_name": "seal of the access log",
                "verbose_name_plural": "seals of the access log",
                "ordering": ["-number"],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_452ec",
                            table="accounts_seal",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="b9f275869cd7151248fd5c0888b2c59075838a74",
                        ),
                    ),
                    Trigger(
                        name="never_emptied",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_never_emptied_b9c37",
                            table="accounts_seal",
                            when="BEFORE",
                            operation="TRUNCATE",
                            level="STATEMENT",
                            func=NO_EMPTYING,
                            hash="2eaf07fe5773e21fb491c5b1ac6222335bad2425",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnusualReading",
            fields=[
                ID,
                ("hour", models.DateTimeField(verbose_name="hour")),
                ("role", models.CharField(verbose_name="role", max_length=20)),
                (
                    "kind",
                    models.CharField(
                        verbose_name="what is unusual",
                        choices=[("many", "Many people in an hour"), ("outside", "Outside working hours")],
                        max_length=10,
                    ),
                ),
                ("looks", models.PositiveIntegerField(verbose_name="looks")),
                ("people", models.PositiveIntegerField(verbose_name="people")),
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
            ],
            options={
                "verbose_name": "unusual reading",
                "verbose_name_plural": "unusual reading",
                "ordering": ["-hour", "-id"],
                "constraints": [models.UniqueConstraint(fields=("hour", "by", "kind"), name="unusual_once")],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_ce9f5",
                            table="accounts_unusualreading",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="19a62e191a574c31ba21029593d31be35843aef6",
                        ),
                    ),
                    Trigger(
                        name="never_emptied",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_never_emptied_7a7db",
                            table="accounts_unusualreading",
                            when="BEFORE",
                            operation="TRUNCATE",
                            level="STATEMENT",
                            func=NO_EMPTYING,
                            hash="fe8a3b4f8ee6068ee46cf651363765bfbd6168f8",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Authenticator",
            fields=[
                ID,
                (
                    "name",
                    models.CharField(max_length=64, help_text="The human-readable name of this device."),
                ),
                ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                (
                    "throttling_failure_timestamp",
                    models.DateTimeField(
                        blank=True,
                        null=True,
                        default=None,
                        help_text="A timestamp of the last failed verification attempt. Null if last attempt succeeded.",
                    ),
                ),
                (
                    "throttling_failure_count",
                    models.PositiveIntegerField(default=0, help_text="Number of successive failed attempts."),
                ),
                ("sealed", models.BinaryField(default=new_secret)),
                ("last_step", models.BigIntegerField(default=-1)),
                (
                    "user",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.CASCADE,
                        help_text="The user that this device belongs to.",
                    ),
                ),
            ],
            options={
                "verbose_name": "authenticator",
                "verbose_name_plural": "authenticators",
                "abstract": False,
            },
        ),
    ]
