from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0005_progress_of_copies"),
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
