"""The ledger's entries by day, without a line in an index for each of them."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("letters", "0002_fewer_indexes"),
        ("registration", "0001_tables"),
        ("violations", "0003_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="ledgerentry",
            name="entry_by_day",
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["on"], name="entry_by_day", pages_per_range=32
            ),
        ),
    ]
