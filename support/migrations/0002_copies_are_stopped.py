from django.db import migrations, models


class Migration(migrations.Migration):
    # A database made before the tables came from one migration may have applied it under this name.
    replaces = [("support", "0006_copies_are_stopped")]

    dependencies = [
        ("support", "0001_tables"),
    ]

    operations = [
        migrations.AlterField(
            model_name="datacopy",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Being made"),
                    ("ready", "Ready"),
                    ("stopped", "Stopped"),
                    ("expired", "No longer there"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="rightsrequest",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[("done", "Done"), ("refused", "Refused"), ("stopped", "Stopped")],
                max_length=10,
                verbose_name="outcome",
            ),
        ),
    ]
