"""Rules kept as data, which hold from a day on: nobody changes one, and one that has begun stays."""

from datetime import date

import pgtrigger
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from shumoos.saudi import calendar


def stay_in_force(day: str) -> list[pgtrigger.Trigger]:
    """Return the triggers of a table of rules whose column `day` says from when one holds."""
    return [
        pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
        pgtrigger.Protect(
            name="in_force_stays",
            operation=pgtrigger.Delete,
            condition=pgtrigger.Condition(f"OLD.{day} <= (now() AT TIME ZONE 'Asia/Riyadh')::date"),
        ),
    ]


def refuse_looking_back(field: str, day: date | None) -> None:
    """Raise ValidationError, beside that field, for a rule that would hold today or on a day before."""
    if day and day <= calendar.today():
        raise ValidationError(
            {
                field: _(
                    "It holds from tomorrow at the earliest: what has been reported stays as it was judged."
                )
            }
        )
