"""Indexes of what comes newest first ascend: they are added to at their end, where pages fill."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0004_guest_records"),
        ("letters", "0002_fewer_indexes"),
        ("registration", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="guestrecord",
            name="record_of_establishment",
        ),
        migrations.RemoveIndex(
            model_name="guestrecord",
            name="record_open",
        ),
        migrations.RemoveIndex(
            model_name="submission",
            name="submission_of_establishment",
        ),
        migrations.AddIndex(
            model_name="guestrecord",
            index=models.Index(fields=["establishment", "id"], name="record_of_establishment"),
        ),
        migrations.AddIndex(
            model_name="guestrecord",
            index=models.Index(
                condition=models.Q(("is_open", True)), fields=["establishment", "id"], name="record_open"
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["establishment", "id"], name="submission_of_establishment"),
        ),
    ]
