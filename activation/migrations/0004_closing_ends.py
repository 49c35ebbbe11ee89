"""Closing a subscription ends its period: also of those that were closed before it did."""

import django.contrib.postgres.fields.ranges
from django.db import migrations, models

# Closed on its first day or before, a period keeps no day. One that no history says to be closed was closed by
# hand: it ends where the next one begins, and today at the latest.
SHORTEN = """
    UPDATE activation_subscription AS subscription
    SET closed_on = closing.day,
        foreseen = CASE WHEN upper(subscription.period) > closing.day THEN subscription.period END,
        period = CASE
            WHEN upper(subscription.period) <= closing.day THEN subscription.period
            ELSE daterange(lower(subscription.period), greatest(lower(subscription.period), closing.day))
        END
    FROM (
        SELECT closed.id, coalesce(
            max((event.at AT TIME ZONE 'Asia/Riyadh')::date),
            least(min(lower(later.period)), (now() AT TIME ZONE 'Asia/Riyadh')::date)
        ) AS day
        FROM activation_subscription AS closed
        LEFT JOIN activation_subscriptionevent AS event
            ON event.subscription_id = closed.id AND event.act = 'closed'
        LEFT JOIN activation_subscription AS later
            ON later.establishment_id = closed.establishment_id AND later.id > closed.id
        WHERE closed.status = 'closed'
        GROUP BY closed.id
    ) AS closing
    WHERE closing.id = subscription.id
"""

LENGTHEN = """
    UPDATE activation_subscription SET period = foreseen WHERE foreseen IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ("activation", "0003_a_reason_is_about"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="closed_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="closed on"),
        ),
        migrations.AddField(
            model_name="subscription",
            name="foreseen",
            field=django.contrib.postgres.fields.ranges.DateRangeField(
                blank=True, editable=False, null=True, verbose_name="period before it was closed"
            ),
        ),
        migrations.RunSQL(SHORTEN, LENGTHEN),
    ]
