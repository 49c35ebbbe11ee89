"""Texts that are deleted once nobody has to know any more that they were sent."""

from datetime import timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from shumoos import keeping
from shumoos.sms.models import Status, TextMessage

# As long as somebody may object to what a text told them of, and a year's figures are counted.
KEPT_FOR = timedelta(days=2 * 365)
ROWS_AT_ONCE = 5000


def register() -> None:
    """Declare it for the public page."""
    keeping.register(
        "texts",
        what=_("That a text was sent to a mobile, and whether it arrived; what it said is never kept"),
        period=lambda: KEPT_FOR,
        counted=_("since it was queued"),
        why=_("So that it can be told whether somebody was informed, and when."),
    )


def forget_old() -> int:
    """Delete the texts whose time is over, and return how many. Safe to run twice at once, or to kill.

    One that is still on its way stays: it is given up within days.
    """
    old = TextMessage.objects.filter(queued_at__lt=Now() - KEPT_FOR)
    old = old.exclude(status__in=[Status.QUEUED, Status.SENDING]).order_by("queued_at")
    deleted = 0
    while keys := list(old.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        deleted += TextMessage.objects.filter(pk__in=keys).delete()[0]
    return deleted
