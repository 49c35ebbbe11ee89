"""How an establishment's subscription stands for its owner: what holds, until when, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from activation.models import (
    Act,
    ClosingRequest,
    State,
    Subscription,
    SubscriptionEvent,
    SubscriptionStatus,
)
from registration.models import Establishment
from shumoos.accounts.models import User
from shumoos.saudi import calendar
from shumoos.templatetags.days import both_calendars


@dataclass(frozen=True)
class Standing:
    """An establishment with its last period begun, the one that follows, and what was asked and ordered."""

    establishment: Establishment
    subscription: Subscription | None
    renewal: Subscription | None = None
    closing: ClosingRequest | None = None
    order: SubscriptionEvent | None = None

    @property
    def what_next(self) -> str:
        """What comes next and what the owner is to do about it, as a sentence or two."""
        if self.subscription is None:
            return ""
        if self.renewal:
            return _(
                "The subscription is renewed. The next period begins on %(begins)s and ends on %(ends)s."
            ) % {
                "begins": both_calendars(self.renewal.begins_on),
                "ends": both_calendars(self.renewal.ends_on),
            }
        return what_next(self.subscription)


def what_next(subscription: Subscription) -> str:
    """Return what comes next for a period that nothing follows yet; its licence and owner are read."""
    state = subscription.state
    if state == State.SUSPENDED:
        return _(
            "The subscription is suspended: no guests are taken until it is reinstated. Ask the "
            "investigation office of its region."
        )
    if state == State.CLOSED:
        return _("To submit guests again, register the establishment again.")
    if subscription.awaits_renewal:
        if subscription.has_other_owner:
            return _(
                "The register of the licensing authority names another owner, who has to register. If that "
                "is a mistake, have the authority correct it."
            )
        return _(
            "The register has the renewed licence, until %(day)s. The investigation office confirms the "
            "renewal; there is nothing for you to do."
        ) % {"day": both_calendars(subscription.licence.expires_on)}
    if state in (State.ACTIVE, State.UPCOMING):
        return _("It ends with the licence. We remind you by text before that.")
    if not subscription.licence.in_register:
        return _(
            "Have the licence renewed by its licensing authority, then register with the renewed licence: "
            "its authority's register does not have it."
        )
    return _(
        "Have the licence renewed by its licensing authority. Once the authority's register has the new end, "
        "the investigation office confirms the renewal."
    )


def standings(establishments: Iterable[Establishment]) -> list[Standing]:
    """Return how these establishments' subscriptions stand; three queries, however many there are."""
    establishments = list(establishments)
    periods: dict[int, list[Subscription]] = {}
    rows = Subscription.objects.filter(establishment__in=establishments).select_related(
        "licence__authority", "statement", "establishment__owner"
    )
    for subscription in rows.order_by("pk"):
        periods.setdefault(subscription.establishment_id, []).append(subscription)
    closings = {
        request.subscription.establishment_id: request
        for request in ClosingRequest.objects.open()
        .filter(subscription__establishment__in=establishments)
        .select_related("subscription")
    }
    orders = {
        event.subscription_id: event
        for event in SubscriptionEvent.objects.filter(
            subscription__establishment__in=establishments,
            subscription__status=SubscriptionStatus.SUSPENDED,
            act=Act.SUSPENDED,
        ).order_by("pk")
    }
    return [
        stand(establishment, periods.get(establishment.pk, []), closings.get(establishment.pk), orders)
        for establishment in establishments
    ]


def stand(
    establishment: Establishment,
    periods: list[Subscription],
    closing: ClosingRequest | None,
    orders: dict[int, SubscriptionEvent],
) -> Standing:
    present = present_of(periods)
    if present is None:
        return Standing(establishment, None)
    renewal = next((period for period in periods if period.predecessor_id == present.pk), None)
    if renewal and renewal.status == SubscriptionStatus.CLOSED:
        renewal = None
    return Standing(establishment, present, renewal, closing, orders.get(present.pk))


def present_of(periods: list[Subscription]) -> Subscription | None:
    """Return the last period begun, or else the first to come; a closed one only if nothing else stands."""
    today = calendar.today()
    standing = [
        period
        for period in periods
        if period.status != SubscriptionStatus.CLOSED and not (period.is_renewed and period.ends_on < today)
    ]
    if not standing:
        return periods[-1] if periods else None
    begun = [period for period in standing if period.begins_on <= today]
    return begun[-1] if begun else standing[0]


def banners(user: User) -> list[Subscription]:
    """Return the subscriptions of which an owner or their staff are to be warned on every page; one query."""
    if user.role not in ("owner", "staff"):
        return []
    visible = Subscription.objects.visible_to(user).exclude(status=SubscriptionStatus.CLOSED).latest_periods()
    pressing = visible.pressing().select_related("establishment__owner", "licence")
    return list(pressing.order_by("period__endswith", "pk"))
