"""The texts and the times at which their provider was away."""

import uuid

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

from shumoos.first_tables import FirstTables

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(FirstTables):
    initial = True

    # What a database made before this has applied. These names are not for later migrations.
    replaces = [
        ("sms", "0001_initial"),
        ("sms", "0002_outages"),
        ("sms", "0003_failed_by_time"),
        ("sms", "0004_view_every_text"),
    ]

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, serialize=False),
                ),
                ("kind", models.CharField(verbose_name="kind", max_length=40)),
                ("to", models.CharField(verbose_name="to", max_length=16)),
                ("language", models.CharField(verbose_name="language", max_length=2, default="ar")),
                (
                    "urgency",
                    models.PositiveSmallIntegerField(
                        verbose_name="urgency",
                        choices=[(0, "One-time code"), (1, "Credentials"), (2, "Notice"), (3, "Reminder")],
                    ),
                ),
                ("about_id", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        verbose_name="status",
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                            ("cancelled", "No longer needed"),
                        ],
                        max_length=10,
                        default="queued",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(verbose_name="attempts", default=0)),
                ("next_try_at", models.DateTimeField(verbose_name="next try at", db_default=Now())),
                ("claimed_at", models.DateTimeField(verbose_name="claimed at", blank=True, null=True)),
                ("sid", models.CharField(verbose_name="number at the gateway", max_length=40, blank=True)),
                ("error", models.CharField(verbose_name="error", max_length=20, blank=True)),
                (
                    "queued_at",
                    models.DateTimeField(verbose_name="queued at", db_default=Now(), editable=False),
                ),
                ("sent_at", models.DateTimeField(verbose_name="sent at", blank=True, null=True)),
                ("delivered_at", models.DateTimeField(verbose_name="delivered at", blank=True, null=True)),
                (
                    "about_type",
                    models.ForeignKey(
                        to="contenttypes.contenttype", on_delete=models.PROTECT, blank=True, null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "text message",
                "verbose_name_plural": "text messages",
                "ordering": ["-queued_at"],
                "indexes": [
                    models.Index(
                        fields=["urgency", "next_try_at"],
                        name="text_due",
                        condition=Q(status__in=["queued", "sending"]),
                    ),
                    models.Index(fields=["about_type", "about_id"], name="text_about"),
                    models.Index(fields=["-queued_at"], name="text_newest"),
                    models.Index(
                        fields=["status", "sent_at"],
                        name="text_unarrived",
                        condition=Q(status__in=["sent", "failed"], urgency=1),
                    ),
                    models.Index(fields=["queued_at"], name="text_failed", condition=Q(status="failed")),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(status__in=["sent", "delivered"])
                        | (Q(sent_at__isnull=False) & ~Q(sid="")),
                        name="text_sent_has_sid",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="delivered") | Q(delivered_at__isnull=False),
                        name="text_delivered_has_time",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="sending") | Q(claimed_at__isnull=False),
                        name="text_sending_is_claimed",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="failed") | ~Q(error=""), name="text_failed_has_error"
                    ),
                    models.CheckConstraint(
                        condition=Q(about_id__isnull=True, about_type__isnull=True)
                        | Q(about_id__isnull=False, about_type__isnull=False),
                        name="text_about_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=Q(to__regex="^\\+[1-9][0-9]{6,14}$"), name="text_to_is_e164"
                    ),
                ],
                "permissions": [("view_every_text", "Can view the texts of every office")],
            },
        ),
        migrations.CreateModel(
            name="Outage",
            fields=[
                ID,
                ("error", models.CharField(verbose_name="error", max_length=20)),
                ("began_at", models.DateTimeField(verbose_name="began at", db_default=Now())),
                ("tries", models.PositiveIntegerField(verbose_name="tries", default=0)),
                ("next_try_at", models.DateTimeField(verbose_name="next try at")),
                ("ended_at", models.DateTimeField(verbose_name="ended at", blank=True, null=True)),
            ],
            options={
                "verbose_name": "outage of the gateway",
                "verbose_name_plural": "outages of the gateway",
                "ordering": ["-began_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ended_at",),
                        condition=Q(ended_at__isnull=True),
                        name="outage_one_at_a_time",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
