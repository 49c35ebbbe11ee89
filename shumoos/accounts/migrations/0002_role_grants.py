from django.db import migrations, models

# What came with this table: the groups made before it do not have these.
NEW = {"load_register", "view_registerimport"}


def note_what_was_given(apps, schema_editor):
    """Take what there was to give before this table for given, so that nothing an administrator took comes back."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    RoleGrant = apps.get_model("accounts", "RoleGrant")
    roles = list(Group.objects.values_list("name", flat=True))
    names = [
        f"{label}.{codename}"
        for label, codename in Permission.objects.values_list("content_type__app_label", "codename")
        if codename not in NEW
    ]
    RoleGrant.objects.bulk_create(
        [RoleGrant(role=role, permission=name) for role in roles for name in names if len(role) <= 20]
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("role", models.CharField(max_length=20)),
                ("permission", models.CharField(max_length=150)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("role", "permission"), name="grant_once_a_role")
                ],
            },
        ),
        migrations.RunPython(note_what_was_given, migrations.RunPython.noop),
    ]
