from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('guests', '0004_carry_transfers_over'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='guestrecord',
            index=models.Index(fields=['establishment', 'occurred_at'], name='record_by_time'),
        ),
        migrations.AddIndex(
            model_name='guestrecord',
            index=models.Index(condition=models.Q(('state', 'accepted')), fields=['kind', 'id'], name='record_due'),
        ),
        migrations.AddIndex(
            model_name='guestrecord',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['batch'], name='record_in_batch'),
        ),
        migrations.AddIndex(
            model_name='guestrecord',
            index=models.Index(condition=models.Q(('is_open', True)), fields=['establishment', '-id'], name='record_open'),
        ),
        migrations.AddIndex(
            model_name='guestrecord',
            index=models.Index(condition=models.Q(('to_correct', True)), fields=['establishment', '-id'], name='record_to_correct'),
        ),
        migrations.AddConstraint(
            model_name='guestrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at__isnull', False), ('state__in', ['transferred', 'refused'])), models.Q(models.Q(('state__in', ['transferred', 'refused']), _negated=True), ('acknowledged_at__isnull', True)), _connector='OR'), name='record_ended_is_acknowledged'),
        ),
        migrations.AddConstraint(
            model_name='guestrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', True), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('batch__isnull', False)), _connector='OR'), name='record_waits_or_has_batch'),
        ),
        migrations.AddConstraint(
            model_name='guestrecord',
            constraint=models.CheckConstraint(condition=models.Q(('is_open', False), models.Q(('cancelled_at__isnull', True), ('departed_at__isnull', True)), _connector='OR'), name='record_open_has_no_end'),
        ),
        migrations.DeleteModel(
            name='Transfer',
        ),
    ]
