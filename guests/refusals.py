"""What the centre has refused goes back to the owner: a list, and a text that says that there is one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from guests.models import Batch, GuestRecord
from registration.models import Establishment
from shumoos.sms import kinds
from shumoos.sms.models import TextMessage, Urgency
from shumoos.sms.outbox import Recipient, queue_many

KIND = "records_refused"
# A bad day of one establishment is one text, and the list has the rest.
ONE_TEXT_IN = timedelta(hours=12)


def tell(batch: Batch, keys: Iterable[int], now: datetime) -> int:
    """Queue a text to the owners of those records that the batch's answer of that moment has refused.

    Owners who were told a moment ago are not told again. Returns how many establishments had one refused. For
    the transaction that writes the answer.
    """
    refused = GuestRecord.objects.to_correct().filter(
        Q(batch=batch, acknowledged_at=now) | Q(changes__batch=batch, changes__acknowledged_at=now),
        pk__in=list(keys),
    )
    concerned = set(refused.values_list("establishment_id", flat=True)) if keys else set()
    told = TextMessage.objects.filter(
        kind=KIND,
        about_type=ContentType.objects.get_for_model(Establishment),
        about_id__in=concerned,
        queued_at__gt=now - ONE_TEXT_IN,
    )
    if untold := concerned - set(told.values_list("about_id", flat=True)):
        establishments = Establishment.objects.filter(pk__in=untold).select_related("owner__user")
        queue_many(kind=KIND, about=Establishment, recipients=[recipient(each) for each in establishments])
    return len(concerned)


def recipient(establishment: Establishment) -> Recipient:
    owner = establishment.owner
    return Recipient(owner.mobile, owner.user.language if owner.user else "ar", establishment.pk)


def context(about: Model | None, language: str) -> dict[str, Any]:
    """Return what the text says. Raises Pointless once nothing is left to correct."""
    establishment = cast(Establishment, about)
    count = GuestRecord.objects.to_correct().filter(establishment=establishment)[:MOST].count()
    if not count:
        raise kinds.Pointless
    return {"establishment": establishment.number, "count": count}


MOST = 999


def samples(language: str) -> list[dict[str, Any]]:
    return [{"establishment": "1010000000", "count": MOST}]


def register() -> None:
    kinds.register(
        KIND,
        label=_("Records refused by the centre"),
        urgency=Urgency.NOTICE,
        template="sms/records_refused.txt",
        context=context,
        samples=samples,
    )
