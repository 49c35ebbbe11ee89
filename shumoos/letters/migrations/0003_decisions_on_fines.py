"""Letters on reductions, waivers and refunds."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0002_fewer_indexes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='letter',
            name='kind',
            field=models.CharField(choices=[('statement', 'Statement letter'), ('warning', 'Warning'), ('fine', 'Fine notice'), ('suspension', 'Suspension order'), ('receipt', 'Receipt for records'), ('payment', 'Receipt for a payment'), ('lifting', 'Lifting of a suspension order'), ('decision', 'Decision on an objection'), ('relief', 'Decision on a fine'), ('refund', 'Notice of a refund')], max_length=20, verbose_name='kind'),
        ),
    ]
