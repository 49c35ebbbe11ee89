"""Letters are listed by their keys, the newest first: nothing is looked up by when they were issued."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("letters", "0001_tables"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="letter",
            options={
                "ordering": ["-id"],
                "permissions": [("revoke", "Can revoke letters")],
                "verbose_name": "letter",
                "verbose_name_plural": "letters",
            },
        ),
        migrations.RemoveIndex(
            model_name="letter",
            name="letter_of_series",
        ),
        migrations.RemoveIndex(
            model_name="letter",
            name="letter_latest",
        ),
    ]
