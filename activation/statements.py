"""The statement letter that comes with every period of a subscription."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activation.models import State, Subscription
from registration.models import Application, Establishment, Licence, Office
from shumoos.accounts.models import User
from shumoos.letters.issue import issue
from shumoos.letters.models import Kind, Letter
from shumoos.letters.today import Standing

# What the public page says of a genuine letter: the word for its subscription today, its tone, the sentence.
TODAY = {
    State.ACTIVE: (
        gettext_lazy("Active"),
        "success",
        gettext_lazy("The letter is genuine, and the subscription it states is active today."),
    ),
    State.IN_GRACE: (
        gettext_lazy("Ended, in its days of grace"),
        "warning",
        gettext_lazy(
            "The letter is genuine, but the subscription it states has ended and is not renewed. Its days of "
            "grace are not over yet."
        ),
    ),
    State.ENDED: (
        gettext_lazy("Has ended"),
        "danger",
        gettext_lazy(
            "The letter is genuine, but the subscription it states has ended, and its days of grace are over."
        ),
    ),
    State.SUSPENDED: (
        gettext_lazy("Suspended"),
        "danger",
        gettext_lazy(
            "The letter is genuine, but the subscription it states is suspended by order: today it does not "
            "hold."
        ),
    ),
    State.CLOSED: (
        gettext_lazy("Closed"),
        "danger",
        gettext_lazy("The letter is genuine, but the subscription it states is closed."),
    ),
}


def issue_statement(
    application: Application,
    establishment: Establishment,
    licence: Licence,
    *,
    by: User,
    since: date,
    presented: str = "",
) -> Letter:
    """Issue the statement letter that the owner takes to the licensing authority, for a period from `since`.

    `presented` says who presented the documents, where it was not the owner. A renewal's letter refers to the
    application that was activated last.
    """
    office = Office.objects.get(applications=application)
    return issue(
        kind=Kind.STATEMENT,
        series=office.code,
        establishment=establishment.name_ar,
        licence_number=licence.number,
        content={
            "establishment": establishment.name_ar,
            "establishment_en": establishment.name_en,
            "licence_number": licence.number,
            "commercial_registration": establishment.commercial_registration,
            "city": establishment.city.name_ar,
            "city_en": establishment.city.name_en,
            "authority": licence.authority.name_ar,
            "authority_en": licence.authority.name_en,
            "reference": application.shown_reference,
            "office": office.name_ar,
            "office_en": office.name_en,
            "supervisor": by.full_name,
            "presented": presented,
            "period_from": since.isoformat(),
            "period_until": licence.expires_on.isoformat(),
        },
    )


def standing_today(letter: Letter) -> Standing | None:
    """Return how the subscription that a statement letter states stands today; two queries.

    The chain of periods is one subscription: what is renewed stands as the period that follows. None for a
    letter without a subscription.
    """
    subscription = Subscription.objects.filter(statement=letter).first()
    if subscription is None:
        return None
    word, tone, sentence = TODAY[state_of_chain(subscription)]
    return Standing(_("Subscription today"), str(word), tone, str(sentence))


def state_of_chain(subscription: Subscription) -> State:
    """Return how the subscription of which this is one period stands today; one that ends soon is active."""
    periods = Subscription.objects.filter(establishment=subscription.establishment_id)
    by_key = {period.pk: period for period in periods}
    following = {period.predecessor_id: period for period in by_key.values()}
    state = subscription.state
    while state == State.ENDED and subscription.pk in following:
        subscription = following[subscription.pk]
        state = subscription.state
    while state == State.UPCOMING and subscription.predecessor_id:
        subscription = by_key[subscription.predecessor_id]
        state = subscription.state
    return State.ACTIVE if state in (State.EXPIRING, State.UPCOMING) else state
