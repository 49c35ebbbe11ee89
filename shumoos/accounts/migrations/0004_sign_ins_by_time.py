import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_session_limits")]

    operations = [
        migrations.AddIndex(
            model_name="signin",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="sign_in_by_time"),
        ),
    ]
