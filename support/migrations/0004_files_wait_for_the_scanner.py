import registration.storage
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('support', '0003_tickets_in_full'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticketfile',
            name='scan_state',
            field=models.CharField(choices=[('unscanned', 'Not scanned'), ('waiting', 'Being checked'), ('clean', 'Clean'), ('infected', 'Harmful, removed')], default='unscanned', max_length=10, verbose_name='scan'),
        ),
        migrations.AddField(
            model_name='ticketfile',
            name='original',
            field=models.FileField(blank=True, default='', editable=False, max_length=60, upload_to=registration.storage.random_name),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='ticketfile',
            name='scan_tried_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='ticketfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('file', ''), ('scan_state', 'infected')), models.Q(models.Q(('scan_state', 'infected'), _negated=True), models.Q(('file', ''), _negated=True)), _connector='OR'), name='ticket_file_harmful_is_gone'),
        ),
        migrations.AddConstraint(
            model_name='ticketfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scan_state', 'waiting'), models.Q(('original', ''), _negated=True)), models.Q(models.Q(('scan_state', 'waiting'), _negated=True), ('original', '')), _connector='OR'), name='ticket_file_waiting_has_original'),
        ),
        migrations.AddIndex(
            model_name='ticketfile',
            index=models.Index(condition=models.Q(('scan_state', 'waiting')), fields=['scan_tried_at', 'id'], name='ticket_file_waiting'),
        ),
    ]
