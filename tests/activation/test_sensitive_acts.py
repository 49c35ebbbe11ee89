"""Acts that ask for the code again where it was typed over ten minutes ago, and do nothing until then."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from activation import closing, decisions
from activation.models import DocumentCheck, Subscription
from registration.models import Sector
from shumoos.accounts import fresh
from shumoos.accounts.models import Look, Role
from shumoos.letters.models import Letter
from tests.activation.reviewing import claimed, everything_ticked, page
from tests.activation.subscribing import subscribe
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, AuthorityOfficerFactory, OfficerFactory, UserFactory

pytestmark = pytest.mark.django_db

HOST = "http://testserver"
TEN_MINUTES = 10 * 60


def verified(user, seconds_ago):
    """A browser in which this person typed their code so long ago."""
    client = sign_in(user)
    session = client.session
    session[fresh.KEY] = time.time() - seconds_ago
    session.save()
    return client


def admin(name, *args):
    return reverse(f"admin:{name}", args=args)


def head():
    return OfficerFactory(role=Role.HEAD)


def activating():
    supervisor = OfficerFactory()
    application = ApplicationFactory()
    decisions.claim(application, by=supervisor)
    return supervisor, page("activate", application), everything_ticked(application)


def confirming():
    Sector.objects.filter(code="hotels").update(needs_second_review=True)
    application = claimed(ApplicationFactory(), supervisor := OfficerFactory())
    decisions.propose(application, by=supervisor)
    return head(), page("confirm", application), {}


def suspending():
    subscription = subscribe()
    return (
        head(),
        admin("activation_suspend", subscription.pk),
        {"order_number": "1447/88", "reason": "سبب"},
    )


def closing_at_the_owners_wish():
    subscription = subscribe()
    asked = closing.ask(subscription, by=subscription.establishment.owner.user, reason="سنغلق الفندق")
    return AuthorityOfficerFactory(), reverse("activation:confirm_closing", args=[asked.pk]), {}


def revoking():
    return head(), admin("letters_revoke", subscribe().statement_id), {"reason": "خطأ في الاسم"}


def exporting_figures():
    return head(), admin("activation_figures_csv", "waiting"), None


def exporting_the_directory():
    user = UserFactory(role=Role.DIRECTORY)
    return user, reverse("registration:directory"), {"reason": "كتاب 12", "name": "فندق", "export": "1"}


ACTS = [
    activating,
    confirming,
    suspending,
    closing_at_the_owners_wish,
    revoking,
    exporting_figures,
    exporting_the_directory,
]


def state():
    """What any of the acts would change."""
    return (
        list(Subscription.objects.order_by("pk").values_list("pk", "status")),
        list(Letter.objects.order_by("pk").values_list("pk", "status")),
        Look.objects.filter(action__endswith="export").count(),
    )


def do(client, address, data):
    # The button stands on the page that the address of the act leads back to.
    if data is None:
        return client.get(address)
    return client.post(address, data, headers={"referer": f"{HOST}{address}"})


@pytest.mark.parametrize("prepare", ACTS)
def test_after_ten_minutes_the_code_is_asked_for_and_nothing_is_done(prepare):
    user, address, data = prepare()
    before = state()

    response = do(verified(user, TEN_MINUTES + 1), address, data)

    asked = urlsplit(response["Location"])
    assert (response.status_code, asked.path) == (302, reverse("accounts:confirm"))
    assert parse_qs(asked.query)["next"] == [address]
    assert state() == before


@pytest.mark.parametrize("prepare", ACTS)
def test_within_ten_minutes_it_is_done(prepare):
    user, address, data = prepare()
    before = state()

    response = do(verified(user, TEN_MINUTES - 60), address, data)

    assert response.status_code in (200, 302)
    assert reverse("accounts:confirm") not in response.headers.get("Location", "")
    assert state() != before


def test_the_checklist_is_kept_while_the_code_is_typed():
    supervisor, address, data = activating()

    do(verified(supervisor, TEN_MINUTES + 1), address, data)

    checks = DocumentCheck.objects.values_list("original_seen", "matches", "legible")
    assert checks
    assert all(all(answers) for answers in checks)
