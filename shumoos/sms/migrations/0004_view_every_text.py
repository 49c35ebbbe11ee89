from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('sms', '0003_failed_by_time'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='textmessage',
            options={'ordering': ['-queued_at'], 'permissions': [('view_every_text', 'Can view the texts of every office')], 'verbose_name': 'text message', 'verbose_name_plural': 'text messages'},
        ),
    ]
