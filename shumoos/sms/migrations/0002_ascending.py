"""Indexes of what comes newest first ascend: they are added to at their end, where pages fill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("sms", "0001_tables"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="textmessage",
            name="text_newest",
        ),
        migrations.AddIndex(
            model_name="textmessage",
            index=models.Index(fields=["queued_at"], name="text_newest"),
        ),
    ]
