"""Renewals that the authorities' registers show and supervisors confirm."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activation.models import Subscription, SubscriptionStatus
from registration.models import Establishment, Licence
from registration.moves import MoveRefused
from shumoos.accounts.models import User
from shumoos.saudi import calendar

PAGE = 50
# Beyond it a count says no more than that there are many.
MOST_COUNTED = 100

# What an establishment takes over from its licence in the register.
TAKEN_OVER = {
    "name_ar": gettext_lazy("Name in Arabic"),
    "name_en": gettext_lazy("Name in English"),
    "commercial_registration": gettext_lazy("Commercial registration"),
    "sector": gettext_lazy("Sector"),
    "city": gettext_lazy("City"),
}


@dataclass(frozen=True)
class Difference:
    """One field in which the register differs from what we have; `refuses` where it keeps from renewing."""

    name: str
    label: str
    ours: Any
    theirs: Any
    refuses: bool = False


@dataclass(frozen=True)
class Page:
    subscriptions: list[Subscription]
    next_key: str


def waiting(user: User):
    """Return the renewals that wait for this person's office, the one that ends first at the top."""
    waiting = Subscription.objects.visible_to(user).awaiting_renewal()
    return waiting.order_by("period__endswith", "pk")


def page(waiting, after: str = "") -> Page:
    """Return the next ones after a key from the page before, with all that the list shows of them."""
    if key := read_key(after):
        ends, pk = key
        waiting = waiting.filter(Q(period__endswith__gt=ends) | Q(period__endswith=ends, pk__gt=pk))
    rows = list(
        waiting.select_related(
            "establishment__owner",
            "establishment__sector",
            "establishment__city__region",
            "licence__authority",
            "licence__sector",
            "licence__city__region",
        )[: PAGE + 1]
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(rows[:PAGE], f"{last.period.upper.isoformat()}_{last.pk}" if last else "")


def read_key(text: str) -> tuple[date, int] | None:
    """Return the end and the key of the last one seen, or None for anything else."""
    try:
        ends, pk = text.split("_")
        return date.fromisoformat(ends), int(pk) % 2**63
    except ValueError:
        return None


def count(waiting) -> str:
    """Return how many there are, in words for a page: the number, or that there are more than a hundred."""
    number = len(waiting.values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return str(number) if number <= MOST_COUNTED else f"{MOST_COUNTED}+"


def differences(establishment: Establishment, licence: Licence) -> list[Difference]:
    """Return in what the register differs from the establishment, what keeps from renewing at the top."""
    found = []
    owner = establishment.owner
    if owner.national_id != licence.owner_national_id:
        found.append(
            Difference(
                "owner",
                _("Owner"),
                owner_words(owner.full_name, owner.national_id),
                owner_words(licence.owner_name, licence.owner_national_id),
                refuses=True,
            )
        )
    for name, label in TAKEN_OVER.items():
        ours, theirs = getattr(establishment, name), getattr(licence, name)
        # A register that leaves something out says nothing about it.
        if ours != theirs and theirs:
            is_elsewhere = name == "city" and ours.region_id != theirs.region_id
            found.append(Difference(name, str(label), ours, theirs, refuses=is_elsewhere))
    return found


def owner_words(name: str, national_id: str) -> str:
    return f"{name} · {national_id}"


def refuse(subscription: Subscription, licence: Licence) -> None:
    """Raise MoveRefused where the register does not show a renewal that can simply be confirmed."""
    if subscription.status == SubscriptionStatus.CLOSED:
        raise MoveRefused(_("This subscription is closed. The owner has to register again."))
    if subscription.status == SubscriptionStatus.SUSPENDED:
        raise MoveRefused(_("The subscription is suspended by order. It has to be reinstated first."))
    if not licence.in_register or not subscription.ends_on < licence.expires_on >= calendar.today():
        raise MoveRefused(_("The register has no later end for this licence yet."))
    refusing = {found.name for found in differences(subscription.establishment, licence) if found.refuses}
    if "owner" in refusing:
        raise MoveRefused(
            _("The register names another owner, who has to register: this cannot be confirmed here.")
        )
    if "city" in refusing:
        raise MoveRefused(
            _("The establishment is in another region now. Its owner has to register with the office there.")
        )


def take_over(establishment: Establishment, licence: Licence) -> dict[str, list[str]]:
    """Bring an establishment up to the register and return what has changed: by field, before and after."""
    found = differences(establishment, licence)
    for difference in found:
        setattr(establishment, difference.name, difference.theirs)
    if found:
        establishment.full_clean()
        establishment.save()
    return {
        difference.name: [code_or_text(difference.ours), code_or_text(difference.theirs)]
        for difference in found
    }


def code_or_text(value: Any) -> str:
    return getattr(value, "code", "") or str(value)
