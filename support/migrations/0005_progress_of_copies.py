from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0004_files_wait_for_the_scanner"),
    ]

    operations = [
        migrations.AddField(
            model_name="datacopy",
            name="parts",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="parts"),
        ),
        migrations.AddField(
            model_name="datacopy",
            name="parts_done",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="parts done"),
        ),
    ]
