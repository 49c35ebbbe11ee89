import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery


def name_offices(apps, schema_editor):
    applications = apps.get_model("registration", "Application").objects.filter(pk=OuterRef("application_id"))
    reviews = apps.get_model("activation", "Review").objects.filter(office=None)
    reviews.update(office=Subquery(applications.values("office_id")[:1]))


def name_codes(apps, schema_editor):
    """Give a code to what was flagged in a template's words before codes were kept."""
    flags = apps.get_model("registration", "Flag").objects.filter(code="")
    for template in apps.get_model("activation", "ReasonTemplate").objects.filter(use="flag"):
        flags.filter(Q(words=template.words_ar) | Q(words=template.words_en)).update(code=template.code)


class Migration(migrations.Migration):

    dependencies = [
        ('activation', '0003_subscription_life'),
        ('registration', '0007_flag_code'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='review',
            options={'ordering': ['-id'], 'permissions': [('decide', 'Can review and decide applications'), ('lead', 'Can confirm, reassign, reopen and take back from colleagues'), ('see_figures', 'Can see the figures of an office')], 'verbose_name': 'review', 'verbose_name_plural': 'reviews'},
        ),
        migrations.AddField(
            model_name='review',
            name='office',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registration.office', verbose_name='investigation office'),
        ),
        migrations.RunPython(name_offices, migrations.RunPython.noop),
        migrations.RunPython(name_codes, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='review',
            name='office',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registration.office', verbose_name='investigation office'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('decided_at__isnull', False)), fields=['office', 'decided_at'], include=('decision', 'supervisor', 'application'), name='review_decided_at_office'),
        ),
    ]
