"""Places, owners, licences and their registers, applications and their documents, establishments."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import TrigramExtension
from django.core.validators import MinValueValidator
from django.db import migrations, models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Collate, Concat, Lower
from django.db.models.lookups import Regex
from django.utils import timezone
from pgtrigger.compiler import Trigger, UpsertTriggerSql

from registration.models import applications, mandates
from registration.models.drafts import make_resume_key
from registration.storage import random_name
from shumoos.first_tables import FirstTables

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
STATUSES = [
    ("draft", "Draft"),
    ("submitted", "Waiting for the office"),
    ("under_review", "Under review"),
    ("returned", "Returned for correction"),
    ("activated", "Activated"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
    ("expired", "Expired"),
]
NO_CHANGE = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"
# The names of a row, folded by the steps of `registration.models.names`.
FOLDED = models.GeneratedField(
    db_persist=True,
    expression=Func(
        Func(
            Func(
                Func(
                    Case(
                        When(
                            Regex(
                                Concat(F("name_ar"), Value(" "), F("name_en")),
                                Value("[^\\u0020-\\u007e\\u0621-\\u0652]"),
                            ),
                            then=Func(
                                Concat(F("name_ar"), Value(" "), F("name_en")),
                                Value(
                                    "أإآٱؤئىیېةۀہەھکﻵﻶﻷﻸﻹﻺﻻﻼ\t\n\x0b\x0c\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦĨĩĪīĬĭĮįİĲĴĵĶķĹĺĻļĽľĿŁŃńŅņŇňŊŌōŎŏŐőŒŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž٠۰١۱٢۲٣۳٤۴٥۵٦۶٧۷٨۸٩۹ﺁﺂﺃﺄﺅﺆﺇﺈﺉﺊﺋﺌﺍﺎﺏﺐﺑﺒﺓﺔﺕﺖﺗﺘﺙﺚﺛﺜﺝﺞﺟﺠﺡﺢﺣﺤﺥﺦﺧﺨﺩﺪﺫﺬﺭﺮﺯﺰﺱﺲﺳﺴﺵﺶﺷﺸﺹﺺﺻﺼﺽﺾﺿﻀﻁﻂﻃﻄﻅﻆﻇﻈﻉﻊﻋﻌﻍﻎﻏﻐﻑﻒﻓﻔﻕﻖﻗﻘﻙﻚﻛﻜﻝﻞﻟﻠﻡﻢﻣﻤﻥﻦﻧﻨﻩﻪﻫﻬﻭﻮﻯﻰﻱﻲﻳﻴ"
                                ),
                                Value(
                                    "ااااوييييهههههكﻼﻼﻼﻼﻼﻼﻼﻼ                        abcdefghijklmnopqrstuvwxyzaaaaaaæceeeeiiiiðnoooooøuuuuyþaaaaaaceeeeiiiinooooouuuuyyaaaaaaccccccccddđeeeeeeeeeegggggggghhħiiiiiiiiiĳjjkkllllllŀłnnnnnnŋooooooœrrrrrrssssssssttttŧuuuuuuuuuuuuwwyyyzzzzzz00112233445566778899ااااووااييييااببببههتتتتثثثثججججححححخخخخددذذررززسسسسششششصصصصضضضضططططظظظظععععغغغغففففققققككككللللممممننننههههوويييييي"
                                ),
                                function="translate",
                                output_field=models.TextField(),
                            ),
                        ),
                        default=Func(
                            Lower(Collate(Concat(F("name_ar"), Value(" "), F("name_en")), "C")),
                            Value("أإآؤئىة"),
                            Value("اااوييه"),
                            function="translate",
                            output_field=models.TextField(),
                        ),
                    ),
                    Value(
                        "[\\u00ad\\u0300-\\u036f\\u0610-\\u061a\\u061c\\u0621\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufe70-\\ufe80\\ufeff]"
                    ),
                    Value(""),
                    Value("g"),
                    function="regexp_replace",
                ),
                Value("ﻼ"),
                Value("لا"),
                function="replace",
            ),
            Value(" +"),
            Value(" "),
            Value("g"),
            function="regexp_replace",
        ),
        Value(" "),
        function="btrim",
        output_field=models.TextField(),
    ),
    output_field=models.TextField(),
)


class Migration(FirstTables):
    initial = True

    # What a database made before this has applied. These names are not for later migrations.
    replaces = [
        ("registration", "0001_initial"),
        ("registration", "0002_drafts"),
        ("registration", "0003_documents"),
        ("registration", "0004_register_lists"),
        ("registration", "0005_office_time_and_changes"),
        ("registration", "0006_document_kinds_expire"),
        ("registration", "0007_flag_code"),
        ("registration", "0008_folded_names"),
        ("registration", "0009_licence_authority_index"),
        ("registration", "0010_by_mobile"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        # These of other people come first, while there are few models to read again for each of their steps.
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("axes", "0010_accessattemptexpiration"),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [
        # For the names that are looked for by a part of them.
        TrigramExtension(),
        migrations.CreateModel(
            name="Region",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=30, unique=True)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=150)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=150)),
            ],
            options={
                "verbose_name": "region",
                "verbose_name_plural": "regions",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="City",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=30, unique=True)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=150)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=150)),
                (
                    "region",
                    models.ForeignKey(
                        to="registration.region",
                        on_delete=models.PROTECT,
                        verbose_name="region",
                        related_name="cities",
                    ),
                ),
            ],
            options={
                "verbose_name": "city",
                "verbose_name_plural": "cities",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Authority",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=30, unique=True)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=150)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=150)),
                (
                    "officers",
                    models.ManyToManyField(
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="officers",
                        blank=True,
                        related_name="authorities",
                    ),
                ),
            ],
            options={
                "verbose_name": "licensing authority",
                "verbose_name_plural": "licensing authorities",
                "ordering": ["id"],
                "permissions": [("see_authority", "Can see one's own authority's licences and letters")],
            },
        ),
        migrations.CreateModel(
            name="Office",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=30, unique=True)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=150)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=150)),
                ("address_ar", models.CharField(verbose_name="address in Arabic", max_length=200)),
                ("address_en", models.CharField(verbose_name="address in English", max_length=200)),
                ("hours_ar", models.CharField(verbose_name="hours in Arabic", max_length=100)),
                ("hours_en", models.CharField(verbose_name="hours in English", max_length=100)),
                (
                    "members",
                    models.ManyToManyField(
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="members",
                        blank=True,
                        related_name="offices",
                    ),
                ),
                (
                    "region",
                    models.OneToOneField(
                        to="registration.region",
                        on_delete=models.PROTECT,
                        verbose_name="region",
                        related_name="office",
                    ),
                ),
                (
                    "target_days",
                    models.PositiveSmallIntegerField(
                        verbose_name="working days to decide in", default=2, validators=[MinValueValidator(1)]
                    ),
                ),
            ],
            options={
                "verbose_name": "investigation office",
                "verbose_name_plural": "investigation offices",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Owner",
            fields=[
                ID,
                (
                    "national_id",
                    models.CharField(verbose_name="national ID or iqama", max_length=10, unique=True),
                ),
                ("full_name", models.CharField(verbose_name="full name", max_length=150)),
                ("mobile", models.CharField(verbose_name="mobile", max_length=16)),
                (
                    "user",
                    models.OneToOneField(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="user",
                        blank=True,
                        null=True,
                        related_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "owner",
                "verbose_name_plural": "owners",
                "indexes": [models.Index(fields=["mobile"], name="owner_of_mobile")],
            },
        ),
        migrations.CreateModel(
            name="RegisterImport",
            fields=[
                ID,
                ("file_name", models.CharField(verbose_name="file name", max_length=100, blank=True)),
                ("sha256", models.CharField(verbose_name="SHA-256", max_length=64)),
                ("encoding", models.CharField(verbose_name="encoding", max_length=20)),
                (
                    "status",
                    models.CharField(
                        verbose_name="status",
                        choices=[
                            ("queued", "Waiting to be read"),
                            ("running", "Being read"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        max_length=10,
                        default="queued",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(verbose_name="attempts", default=0)),
                ("claimed_at", models.DateTimeField(verbose_name="claimed at", null=True)),
                ("rows_total", models.PositiveIntegerField(verbose_name="lines", default=0)),
                ("rows_done", models.PositiveIntegerField(verbose_name="lines read", default=0)),
                ("created", models.PositiveIntegerField(verbose_name="new licences", default=0)),
                ("updated", models.PositiveIntegerField(verbose_name="changed licences", default=0)),
                ("unchanged", models.PositiveIntegerField(verbose_name="unchanged licences", default=0)),
                ("refused", models.PositiveIntegerField(verbose_name="refused lines", default=0)),
                (
                    "owner_changes",
                    models.PositiveIntegerField(verbose_name="licences with another owner", default=0),
                ),
                ("problem", models.CharField(verbose_name="problem", max_length=20, blank=True)),
                (
                    "uploaded_at",
                    models.DateTimeField(verbose_name="uploaded at", default=timezone.now, editable=False),
                ),
                ("finished_at", models.DateTimeField(verbose_name="finished at", null=True)),
                (
                    "authority",
                    models.ForeignKey(
                        to="registration.authority",
                        on_delete=models.PROTECT,
                        verbose_name="licensing authority",
                        null=True,
                        related_name="imports",
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
            ],
            options={
                "verbose_name": "register import",
                "verbose_name_plural": "register imports",
                "ordering": ["-id"],
                "permissions": [("load_register", "Can load one's own authority's register")],
                "indexes": [
                    models.Index(
                        fields=["id"], name="import_unfinished", condition=Q(status__in=["queued", "running"])
                    ),
                    models.Index(fields=["authority", "-id"], name="import_of_authority"),
                    models.Index(fields=["authority", "sha256", "-id"], name="import_of_same_file"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("authority", "sha256"),
                        condition=Q(status__in=["queued", "running"]) & ~Q(sha256=""),
                        name="import_same_file_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=Q(finished_at__isnull=True, status__in=["queued", "running"])
                        | (~Q(status__in=["queued", "running"]) & Q(finished_at__isnull=False)),
                        name="import_ended_has_time",
                    ),
                    models.CheckConstraint(
                        condition=(Q(status="failed") & ~Q(problem=""))
                        | (~Q(status="failed") & Q(problem="")),
                        name="import_failed_has_problem",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="done")
                        | Q(rows_done=F("created") + F("updated") + F("unchanged") + F("refused")),
                        name="import_done_counts_every_line",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedLine",
            fields=[
                ID,
                ("line", models.PositiveIntegerField(verbose_name="line")),
                ("faults", models.JSONField(verbose_name="faults")),
                ("cells", models.JSONField(verbose_name="cells")),
                (
                    "register_import",
                    models.ForeignKey(
                        to="registration.registerimport",
                        on_delete=models.CASCADE,
                        related_name="refused_lines",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "refused line",
                "verbose_name_plural": "refused lines",
                "ordering": ["line"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("register_import", "line"), name="refused_line_once_an_import"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RegisterPart",
            fields=[
                ID,
                ("number", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "register_import",
                    models.ForeignKey(
                        to="registration.registerimport", on_delete=models.CASCADE, related_name="parts"
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a register",
                "verbose_name_plural": "parts of registers",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("register_import", "number"), name="part_number_once_an_import"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sector",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=30, unique=True)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=150)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=150)),
                (
                    "record_kinds",
                    ArrayField(
                        verbose_name="record kinds",
                        default=list,
                        base_field=models.CharField(max_length=30),
                        size=None,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        to="registration.authority",
                        on_delete=models.PROTECT,
                        verbose_name="licensing authority",
                        related_name="sectors",
                    ),
                ),
                (
                    "needs_second_review",
                    models.BooleanField(
                        verbose_name="activation confirmed by the office head",
                        default=False,
                        help_text="A supervisor's activation waits until the office head has confirmed it.",
                    ),
                ),
            ],
            options={
                "verbose_name": "sector",
                "verbose_name_plural": "sectors",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Establishment",
            fields=[
                ID,
                ("number", models.CharField(verbose_name="establishment number", max_length=10, unique=True)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=200)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=200, blank=True)),
                (
                    "commercial_registration",
                    models.CharField(verbose_name="commercial registration", max_length=10),
                ),
                (
                    "short_address",
                    models.CharField(verbose_name="national address", max_length=8, blank=True),
                ),
                (
                    "city",
                    models.ForeignKey(
                        to="registration.city",
                        on_delete=models.PROTECT,
                        verbose_name="city",
                        related_name="+",
                    ),
                ),
                (
                    "staff",
                    models.ManyToManyField(
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                        blank=True,
                        related_name="workplaces",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        to="registration.owner",
                        on_delete=models.PROTECT,
                        verbose_name="owner",
                        related_name="establishments",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        to="registration.sector",
                        on_delete=models.PROTECT,
                        verbose_name="sector",
                        related_name="+",
                    ),
                ),
                ("folded_names", FOLDED),
            ],
            options={
                "verbose_name": "establishment",
                "verbose_name_plural": "establishments",
                "ordering": ["number"],
                "permissions": [("read_directory", "Can read the directory of establishments")],
                "indexes": [
                    models.Index(fields=["commercial_registration"], name="establishment_by_registration"),
                    GinIndex(fields=["folded_names"], name="establishment_names", opclasses=["gin_trgm_ops"]),
                ],
            },
        ),
        migrations.CreateModel(
            name="Licence",
            fields=[
                ID,
                ("number", models.CharField(verbose_name="licence number", max_length=40)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=200)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=200, blank=True)),
                (
                    "commercial_registration",
                    models.CharField(verbose_name="commercial registration", max_length=10),
                ),
                ("owner_name", models.CharField(verbose_name="owner's name", max_length=150)),
                ("owner_national_id", models.CharField(verbose_name="owner's national ID", max_length=10)),
                ("owner_mobile", models.CharField(verbose_name="owner's mobile", max_length=16)),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("expires_on", models.DateField(verbose_name="expires on")),
                (
                    "in_register",
                    models.BooleanField(verbose_name="in the authority's register", default=True),
                ),
                (
                    "former_owner_name",
                    models.CharField(verbose_name="former owner's name", max_length=150, blank=True),
                ),
                (
                    "former_owner_national_id",
                    models.CharField(verbose_name="former owner's national ID", max_length=10, blank=True),
                ),
                (
                    "owner_changed_at",
                    models.DateTimeField(
                        verbose_name="owner changed at", blank=True, null=True, editable=False
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        to="registration.authority",
                        on_delete=models.PROTECT,
                        verbose_name="authority",
                        related_name="licences",
                        db_index=False,
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        to="registration.city",
                        on_delete=models.PROTECT,
                        verbose_name="city",
                        related_name="+",
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
                        related_name="licences",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        to="registration.sector",
                        on_delete=models.PROTECT,
                        verbose_name="sector",
                        related_name="+",
                    ),
                ),
                ("folded_names", FOLDED),
            ],
            options={
                "verbose_name": "licence",
                "verbose_name_plural": "licences",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["owner_national_id"], name="licence_of_owner"),
                    models.Index(fields=["authority", "-id"], name="licence_of_authority"),
                    models.Index(
                        fields=["authority", "-id"],
                        name="licence_owner_changed",
                        condition=Q(owner_changed_at__isnull=False),
                    ),
                    models.Index(
                        fields=["authority", "-id"],
                        name="licence_applied_for_only",
                        condition=Q(in_register=False),
                    ),
                    GinIndex(fields=["folded_names"], name="licence_names", opclasses=["gin_trgm_ops"]),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("authority", "number"),
                        name="licence_number_once_per_authority",
                        violation_error_message="This authority already has a licence with this number.",
                    ),
                    models.CheckConstraint(
                        condition=Q(expires_on__gt=F("issued_on")),
                        name="licence_expires_after_issue",
                        violation_error_message="A licence expires after the day it was issued.",
                    ),
                    models.CheckConstraint(
                        condition=Q(former_owner_national_id="", owner_changed_at__isnull=True)
                        | (Q(owner_changed_at__isnull=False) & ~Q(former_owner_national_id="")),
                        name="licence_changed_owner_keeps_former",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ID,
                (
                    "key",
                    models.CharField(
                        max_length=40, unique=True, default=applications.make_key, editable=False
                    ),
                ),
                ("reference", models.CharField(verbose_name="reference number", max_length=12, blank=True)),
                (
                    "status",
                    models.CharField(verbose_name="status", choices=STATUSES, max_length=15, default="draft"),
                ),
                ("language", models.CharField(verbose_name="language", max_length=2, default="ar")),
                (
                    "licence_number",
                    models.CharField(verbose_name="licence number", max_length=40, blank=True),
                ),
                ("licence_issued_on", models.DateField(verbose_name="licence issued on", null=True)),
                ("licence_expires_on", models.DateField(verbose_name="licence expires on", null=True)),
                (
                    "name_ar",
                    models.CharField(
                        verbose_name="establishment's name in Arabic", max_length=200, blank=True
                    ),
                ),
                (
                    "name_en",
                    models.CharField(
                        verbose_name="establishment's name in English", max_length=200, blank=True
                    ),
                ),
                (
                    "commercial_registration",
                    models.CharField(verbose_name="commercial registration", max_length=10, blank=True),
                ),
                (
                    "short_address",
                    models.CharField(verbose_name="national address", max_length=8, blank=True),
                ),
                ("owner_name", models.CharField(verbose_name="owner's name", max_length=150, blank=True)),
                (
                    "owner_national_id",
                    models.CharField(verbose_name="owner's national ID", max_length=10, blank=True),
                ),
                ("owner_mobile", models.CharField(verbose_name="owner's mobile", max_length=16, blank=True)),
                (
                    "created_at",
                    models.DateTimeField(verbose_name="created at", default=timezone.now, editable=False),
                ),
                (
                    "mobile_verified_at",
                    models.DateTimeField(verbose_name="mobile verified at", null=True, editable=False),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(verbose_name="submitted at", null=True, editable=False),
                ),
                ("reminded_on_day", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("decided_at", models.DateTimeField(verbose_name="decided at", null=True, editable=False)),
                (
                    "again_of",
                    models.ForeignKey(
                        to="registration.application",
                        on_delete=models.PROTECT,
                        blank=True,
                        null=True,
                        editable=False,
                        related_name="applied_again",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        to="registration.authority",
                        on_delete=models.PROTECT,
                        verbose_name="licensing authority",
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        to="registration.city",
                        on_delete=models.PROTECT,
                        verbose_name="city",
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
                        blank=True,
                        null=True,
                        related_name="applications",
                    ),
                ),
                (
                    "licence",
                    models.ForeignKey(
                        to="registration.licence",
                        on_delete=models.PROTECT,
                        verbose_name="licence",
                        null=True,
                        related_name="applications",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        to="registration.office",
                        on_delete=models.PROTECT,
                        verbose_name="investigation office",
                        null=True,
                        related_name="applications",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        to="registration.sector",
                        on_delete=models.PROTECT,
                        verbose_name="sector",
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "saved_at",
                    models.DateTimeField(verbose_name="saved at", default=timezone.now, editable=False),
                ),
                (
                    "clock_from",
                    models.DateField(verbose_name="office's clock from", null=True, editable=False),
                ),
                ("folded_names", FOLDED),
            ],
            options={
                "verbose_name": "application",
                "verbose_name_plural": "applications",
                "ordering": ["submitted_at", "id"],
                "indexes": [
                    models.Index(fields=["licence_number"], name="application_by_licence_number"),
                    models.Index(fields=["commercial_registration"], name="application_by_registration"),
                    models.Index(
                        fields=["submitted_at", "id"], name="application_by_age", condition=~Q(status="draft")
                    ),
                    models.Index(
                        fields=["submitted_at", "id"],
                        name="application_waiting",
                        condition=Q(status="submitted"),
                    ),
                    models.Index(
                        fields=["saved_at"], name="application_draft_idle", condition=Q(status="draft")
                    ),
                    models.Index(
                        fields=["office", "submitted_at", "id"],
                        name="application_queue",
                        condition=Q(status__in=["submitted", "under_review"]),
                    ),
                    models.Index(
                        fields=["office", "clock_from", "id"],
                        name="application_clock",
                        condition=Q(status__in=["submitted", "under_review"]),
                    ),
                    models.Index(
                        fields=["office", "submitted_at", "id"],
                        name="application_returned",
                        condition=Q(status="returned"),
                    ),
                    models.Index(
                        fields=["office", "decided_at", "id"],
                        name="application_decided",
                        condition=Q(status__in=["activated", "rejected"]),
                    ),
                    models.Index(fields=["owner_national_id"], name="application_of_owner"),
                    GinIndex(fields=["folded_names"], name="application_names", opclasses=["gin_trgm_ops"]),
                    models.Index(fields=["owner_mobile"], name="application_of_mobile"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("licence",),
                        condition=Q(status__in=["submitted", "under_review", "returned"]),
                        name="application_one_open_per_licence",
                        violation_error_message="This licence already has an application in progress.",
                    ),
                    models.UniqueConstraint(
                        fields=("reference",), condition=~Q(reference=""), name="application_reference_once"
                    ),
                    models.UniqueConstraint(
                        fields=("again_of",),
                        condition=Q(again_of__isnull=False, status="draft"),
                        name="application_one_draft_again",
                    ),
                    models.CheckConstraint(
                        condition=Q(status="draft")
                        | (
                            Q(
                                authority__isnull=False,
                                city__isnull=False,
                                licence__isnull=False,
                                licence_expires_on__gt=F("licence_issued_on"),
                                licence_issued_on__isnull=False,
                                office__isnull=False,
                                sector__isnull=False,
                                submitted_at__isnull=False,
                            )
                            & ~(
                                Q(commercial_registration="")
                                | Q(licence_number="")
                                | Q(name_ar="")
                                | Q(owner_mobile="")
                                | Q(owner_name="")
                                | Q(owner_national_id="")
                                | Q(reference="")
                            )
                        ),
                        name="application_sent_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="activated") | Q(establishment__isnull=False),
                        name="application_activated_has_establishment",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status__in=["submitted", "under_review", "returned"])
                        | Q(clock_from__isnull=False),
                        name="application_with_office_has_clock",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Flag",
            fields=[
                ID,
                ("name", models.CharField(verbose_name="field or document", max_length=40)),
                ("words", models.CharField(verbose_name="words for the owner", max_length=500)),
                (
                    "raised_at",
                    models.DateTimeField(verbose_name="raised at", default=timezone.now, editable=False),
                ),
                ("resolved_at", models.DateTimeField(verbose_name="resolved at", null=True, editable=False)),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application", on_delete=models.PROTECT, related_name="flags"
                    ),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="raised by",
                        related_name="+",
                    ),
                ),
                (
                    "code",
                    models.SlugField(verbose_name="reason's code", max_length=40, blank=True, db_index=False),
                ),
            ],
            options={
                "verbose_name": "flag",
                "verbose_name_plural": "flags",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "name"),
                        condition=Q(resolved_at__isnull=True),
                        name="flag_once_until_resolved",
                    ),
                    models.CheckConstraint(
                        condition=~Q(words=""),
                        name="flag_has_words",
                        violation_error_message="Say what is wrong, in words for the owner.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WrongLookUp",
            fields=[
                ID,
                ("address", models.GenericIPAddressField(null=True)),
                ("reference", models.CharField(max_length=12)),
                ("at", models.DateTimeField(default=timezone.now, editable=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["address", "-at"], name="wrong_look_up_from"),
                    models.Index(fields=["reference", "-at"], name="wrong_look_up_of"),
                    models.Index(fields=["at"], name="wrong_look_up_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationVersion",
            fields=[
                ID,
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("typed", models.JSONField(verbose_name="data")),
                (
                    "documents",
                    ArrayField(verbose_name="documents", base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "sent_at",
                    models.DateTimeField(verbose_name="sent at", default=timezone.now, editable=False),
                ),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application", on_delete=models.PROTECT, related_name="versions"
                    ),
                ),
            ],
            options={
                "verbose_name": "version",
                "verbose_name_plural": "versions",
                "ordering": ["application", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("application", "number"), name="version_number_once")
                ],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_79f82",
                            table="registration_applicationversion",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="fe92c007a8003451b22b7d09f90de1174ead9005",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ResumeLink",
            fields=[
                ID,
                ("key", models.CharField(max_length=16, unique=True, default=make_resume_key)),
                ("sent_at", models.DateTimeField(verbose_name="sent at", default=timezone.now)),
                (
                    "application",
                    models.OneToOneField(
                        to="registration.application", on_delete=models.CASCADE, related_name="resume_link"
                    ),
                ),
            ],
            options={
                "verbose_name": "resume link",
                "verbose_name_plural": "resume links",
            },
        ),
        migrations.CreateModel(
            name="DocumentKind",
            fields=[
                ID,
                ("code", models.SlugField(verbose_name="code", max_length=30, unique=True)),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=150)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=150)),
                (
                    "is_required",
                    models.BooleanField(
                        verbose_name="required",
                        default=True,
                        help_text="Without it an application cannot be sent.",
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(verbose_name="order", default=100)),
                (
                    "sectors",
                    models.ManyToManyField(
                        to="registration.sector",
                        verbose_name="sectors",
                        blank=True,
                        help_text="Without a sector, owners of every sector are asked for it.",
                        related_name="document_kinds",
                    ),
                ),
                (
                    "expires",
                    models.BooleanField(
                        verbose_name="has a last day",
                        default=False,
                        help_text="The supervisor notes until when it is valid.",
                    ),
                ),
            ],
            options={
                "verbose_name": "document kind",
                "verbose_name_plural": "document kinds",
                "ordering": ["order", "id"],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ID,
                (
                    "kind",
                    models.ForeignKey(
                        to="registration.documentkind",
                        on_delete=models.PROTECT,
                        verbose_name="kind",
                        db_column="kind",
                        related_name="documents",
                        to_field="code",
                    ),
                ),
                ("file", models.FileField(verbose_name="file", max_length=60, upload_to=random_name)),
                ("content_type", models.CharField(verbose_name="content type", max_length=30)),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("sha256", models.CharField(verbose_name="SHA-256", max_length=64)),
                ("is_current", models.BooleanField(verbose_name="current", default=True)),
                (
                    "uploaded_at",
                    models.DateTimeField(verbose_name="uploaded at", default=timezone.now, editable=False),
                ),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application", on_delete=models.PROTECT, related_name="documents"
                    ),
                ),
                ("is_sent", models.BooleanField(verbose_name="sent", default=False)),
                (
                    "original",
                    models.FileField(max_length=60, blank=True, editable=False, upload_to=random_name),
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
                ("scan_tried_at", models.DateTimeField(null=True, editable=False)),
                (
                    "thumbnail",
                    models.FileField(
                        verbose_name="thumbnail", max_length=60, blank=True, upload_to=random_name
                    ),
                ),
                ("warning_codes", models.JSONField(verbose_name="warnings", blank=True, default=list)),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        fields=["scan_tried_at", "id"],
                        name="document_waiting",
                        condition=Q(scan_state="waiting"),
                    ),
                    models.Index(
                        fields=["uploaded_at"],
                        name="document_superseded",
                        condition=Q(is_current=False, is_sent=False),
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "kind"),
                        condition=Q(is_current=True),
                        name="document_one_current_of_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=Q(content_type__in=["image/jpeg", "application/pdf"]),
                        name="document_type_is_safe",
                    ),
                    models.CheckConstraint(
                        condition=Q(file="", scan_state="infected", thumbnail="")
                        | (~Q(scan_state="infected") & ~Q(file="")),
                        name="document_harmful_has_no_file",
                    ),
                    models.CheckConstraint(
                        condition=(Q(scan_state="waiting") & ~Q(original=""))
                        | (~Q(scan_state="waiting") & Q(original="")),
                        name="document_waiting_has_original",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationChange",
            fields=[
                ID,
                (
                    "kind",
                    models.CharField(
                        verbose_name="kind",
                        choices=[
                            ("mobile", "Mobile changed"),
                            ("office", "Given to another office"),
                            ("proposed", "Activation proposed to the office head"),
                            ("sent_back", "Proposed activation sent back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("before", models.CharField(verbose_name="before", max_length=40, blank=True)),
                ("after", models.CharField(verbose_name="after", max_length=40, blank=True)),
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
                ("reason", models.TextField(verbose_name="reason", blank=True)),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application", on_delete=models.PROTECT, related_name="changes"
                    ),
                ),
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
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "changes",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind="proposed") | Q(by__isnull=True) | ~Q(reason=""),
                        name="change_has_reason",
                        violation_error_message="Say why.",
                    )
                ],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_9cecb",
                            table="registration_applicationchange",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="76f1c0063b492a371ff98fa81d3a34c70b5632f6",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ID,
                ("day", models.DateField(verbose_name="day")),
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=150)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=150)),
                (
                    "office",
                    models.ForeignKey(
                        to="registration.office",
                        on_delete=models.PROTECT,
                        verbose_name="investigation office",
                        blank=True,
                        null=True,
                        help_text="Empty for all offices.",
                        related_name="holidays",
                    ),
                ),
            ],
            options={
                "verbose_name": "holiday",
                "verbose_name_plural": "holidays",
                "ordering": ["-day"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "office"),
                        name="holiday_once_an_office",
                        violation_error_message="This day is a holiday already.",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                ID,
                ("name_ar", models.CharField(verbose_name="name in Arabic", max_length=200)),
                ("name_en", models.CharField(verbose_name="name in English", max_length=200)),
                (
                    "commercial_registration",
                    models.CharField(verbose_name="commercial registration", max_length=10, unique=True),
                ),
                (
                    "fee",
                    models.DecimalField(
                        verbose_name="usual fee in SAR",
                        default=Decimal("700.00"),
                        validators=[MinValueValidator(0)],
                        max_digits=8,
                        decimal_places=2,
                    ),
                ),
            ],
            options={
                "verbose_name": "provider",
                "verbose_name_plural": "providers",
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ID,
                ("owner_name", models.CharField(verbose_name="owner's name", max_length=150)),
                (
                    "owner_national_id",
                    models.CharField(verbose_name="owner's national ID or iqama", max_length=10),
                ),
                ("owner_mobile", models.CharField(verbose_name="owner's mobile", max_length=16)),
                ("language", models.CharField(verbose_name="language", max_length=2, default="ar")),
                (
                    "fee",
                    models.DecimalField(
                        verbose_name="fee in SAR",
                        validators=[MinValueValidator(0)],
                        max_digits=8,
                        decimal_places=2,
                    ),
                ),
                ("paid_on", models.DateField(verbose_name="paid on", blank=True, null=True)),
                (
                    "receipt_number",
                    models.CharField(
                        verbose_name="number of the company's receipt", max_length=40, blank=True
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(verbose_name="made at", default=timezone.now, editable=False),
                ),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application",
                        on_delete=models.PROTECT,
                        verbose_name="application",
                        blank=True,
                        null=True,
                        related_name="agreements",
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
                        related_name="agreements",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        to="registration.provider",
                        on_delete=models.PROTECT,
                        verbose_name="provider",
                        related_name="agreements",
                    ),
                ),
            ],
            options={
                "verbose_name": "agreement",
                "verbose_name_plural": "agreements",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["owner_national_id"], name="agreement_of_owner")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "establishment", "owner_national_id"),
                        name="agreement_once_an_establishment",
                    ),
                    models.UniqueConstraint(
                        fields=("provider", "application", "owner_national_id"),
                        name="agreement_once_an_application",
                    ),
                    models.UniqueConstraint(
                        fields=("provider", "owner_national_id"),
                        condition=Q(application__isnull=True, establishment__isnull=True),
                        name="agreement_one_unregistered",
                    ),
                    models.CheckConstraint(condition=Q(fee__gte=0), name="agreement_fee_not_negative"),
                    models.CheckConstraint(
                        condition=Q(paid_on__isnull=True, receipt_number="")
                        | (Q(paid_on__isnull=False) & ~Q(receipt_number="")),
                        name="agreement_paid_has_receipt",
                        violation_error_message="A payment has a day and a receipt number.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ID,
                (
                    "kind",
                    models.CharField(
                        verbose_name="duty",
                        choices=[
                            ("registered", "Registered the establishment"),
                            ("visited", "Visited the investigation office"),
                            ("trained", "Trained the owner"),
                        ],
                        max_length=12,
                    ),
                ),
                ("done_on", models.DateField(verbose_name="done on")),
                ("evidence", models.CharField(verbose_name="evidence", max_length=500)),
                (
                    "file",
                    models.FileField(
                        verbose_name="document", max_length=60, blank=True, upload_to=random_name
                    ),
                ),
                ("content_type", models.CharField(verbose_name="content type", max_length=30, blank=True)),
                ("sha256", models.CharField(verbose_name="SHA-256", max_length=64, blank=True)),
                (
                    "recorded_at",
                    models.DateTimeField(verbose_name="recorded at", default=timezone.now, editable=False),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        to="registration.agreement", on_delete=models.PROTECT, related_name="duties"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="recorded by",
                        related_name="+",
                    ),
                ),
            ],
            options={
                "verbose_name": "duty",
                "verbose_name_plural": "duties",
                "ordering": ["done_on", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "kind"),
                        name="duty_once_an_agreement",
                        violation_error_message="This duty is recorded already.",
                    ),
                    models.CheckConstraint(
                        condition=Q(content_type="", file="")
                        | (~Q(file="") & Q(content_type__in=["image/jpeg", "application/pdf"])),
                        name="duty_document_is_safe",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ID,
                (
                    "key",
                    models.CharField(max_length=40, unique=True, default=mandates.make_key, editable=False),
                ),
                (
                    "scopes",
                    ArrayField(
                        verbose_name="scope",
                        base_field=models.CharField(
                            choices=[
                                ("register", "Register the establishment and follow its application"),
                                ("present_documents", "Present the documents at the investigation office"),
                                (
                                    "submit_guests",
                                    "Enter the establishment's guests, and see those it has entered",
                                ),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("ends_on", models.DateField(verbose_name="last day")),
                (
                    "asked_at",
                    models.DateTimeField(verbose_name="asked at", default=timezone.now, editable=False),
                ),
                ("approved_at", models.DateTimeField(verbose_name="approved at", null=True, editable=False)),
                ("revoked_at", models.DateTimeField(verbose_name="revoked at", null=True, editable=False)),
                (
                    "agreement",
                    models.ForeignKey(
                        to="registration.agreement",
                        on_delete=models.PROTECT,
                        verbose_name="agreement",
                        related_name="mandates",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="approved by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
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
                    "revoked_by",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="revoked by",
                        blank=True,
                        null=True,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "verbose_name": "mandate",
                "verbose_name_plural": "mandates",
                "ordering": ["-id"],
                "permissions": [("ask_mandate", "Can ask owners for mandates and act under them")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            scopes__contained_by=["register", "present_documents", "submit_guests"],
                            scopes__len__gte=1,
                        ),
                        name="mandate_scopes_known",
                    ),
                    models.UniqueConstraint(
                        fields=("agreement",),
                        condition=Q(approved_at__isnull=True, revoked_at__isnull=True),
                        name="mandate_one_waiting_an_agreement",
                        violation_error_message="The owner has been asked already and has not answered yet.",
                    ),
                    models.CheckConstraint(
                        condition=Q(approved_by__isnull=True) | Q(approved_at__isnull=False),
                        name="mandate_approved_by_has_time",
                    ),
                    models.CheckConstraint(
                        condition=Q(revoked_by__isnull=True) | Q(revoked_at__isnull=False),
                        name="mandate_revoked_by_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationEvent",
            fields=[
                ID,
                ("old", models.CharField(verbose_name="from", choices=STATUSES, max_length=15)),
                ("new", models.CharField(verbose_name="to", choices=STATUSES, max_length=15)),
                ("at", models.DateTimeField(verbose_name="at", default=timezone.now, editable=False)),
                ("reason", models.TextField(verbose_name="reason", blank=True)),
                (
                    "application",
                    models.ForeignKey(
                        to="registration.application", on_delete=models.PROTECT, related_name="events"
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
                        null=True,
                        related_name="events",
                    ),
                ),
            ],
            options={
                "verbose_name": "application event",
                "verbose_name_plural": "application events",
                "ordering": ["id"],
                "triggers": [
                    Trigger(
                        name="append_only",
                        sql=UpsertTriggerSql(
                            pgid="pgtrigger_append_only_1982b",
                            table="registration_applicationevent",
                            when="BEFORE",
                            operation="UPDATE OR DELETE",
                            func=NO_CHANGE,
                            hash="a76895800f027825e55455c6aacddeccb0dbbf89",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderAgent",
            fields=[
                ID,
                ("is_head", models.BooleanField(verbose_name="head of the company", default=False)),
                (
                    "added_at",
                    models.DateTimeField(verbose_name="added at", default=timezone.now, editable=False),
                ),
                ("ended_at", models.DateTimeField(verbose_name="ended at", blank=True, null=True)),
                (
                    "provider",
                    models.ForeignKey(
                        to="registration.provider",
                        on_delete=models.PROTECT,
                        verbose_name="provider",
                        related_name="memberships",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        on_delete=models.PROTECT,
                        verbose_name="agent",
                        related_name="memberships",
                    ),
                ),
            ],
            options={
                "verbose_name": "agent",
                "verbose_name_plural": "agents",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user",),
                        condition=Q(ended_at__isnull=True),
                        name="agent_of_one_provider",
                        violation_error_message="This person is an agent of a company already.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="provider",
            name="agents",
            field=models.ManyToManyField(
                to=settings.AUTH_USER_MODEL,
                verbose_name="agents",
                blank=True,
                related_name="providers",
                through="registration.ProviderAgent",
            ),
        ),
    ]
