from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0004_words")]

    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="door",
            field=models.CharField(
                choices=[
                    ("agent", "By telephone"),
                    ("owner", "By the owner, on the portal"),
                    ("code", "With a reference number and a code"),
                ],
                default="owner",
                max_length=10,
                verbose_name="how it was opened",
            ),
        ),
    ]
