"""No two periods of an establishment overlap, closed ones included."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models
from django.db.models import F, Q

OVERLAP = {
    "name": "subscription_periods_do_not_overlap",
    "expressions": [("period", "&&"), ("establishment", "=")],
    "violation_error_message": "Two subscriptions of one establishment cannot overlap.",
}


class Migration(migrations.Migration):

    dependencies = [
        ("activation", "0004_closing_ends"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="subscription", name="subscription_periods_do_not_overlap"),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(**OVERLAP),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=Q(
                    ~Q(status="closed"),
                    period__isempty=False,
                    closed_on__isnull=True,
                    foreseen__isnull=True,
                )
                | Q(status="closed", closed_on__isnull=False)
                & (Q(period__isempty=True) | Q(period__endswith__lte=F("closed_on"))),
                name="subscription_ends_when_closed",
                violation_error_message="A closed subscription ends on the day of its closing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=Q(foreseen__isnull=True, period__isempty=False)
                | Q(foreseen__isnull=False, foreseen__contains=F("period")),
                name="subscription_foreseen_holds_period",
            ),
        ),
    ]
