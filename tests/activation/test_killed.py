"""An activation whose process is killed leaves nothing of itself behind, wherever that happens."""

import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from activation import decisions
from activation.models import Review, Subscription
from registration.models import Establishment, Owner
from shumoos.accounts.models import User
from shumoos.letters.models import Letter
from shumoos.saudi import calendar
from shumoos.sms.models import TextMessage
from shumoos.sms.simulator import TwilioSimulator
from shumoos.sms.tasks import send_due_texts
from tests.activation.reviewing import claimed
from tests.factories import ApplicationFactory, LicenceFactory, OfficerFactory
from tests.workers import child_environment
from violations.escalation import escalate
from violations.models import Case

STEPS = [
    "owner_of",
    "establishment_of",
    "give_account",
    "issue_statement",
    "Subscription",
    "comply",
    "queue_sms",
    "move_application",
    "close",
    "commit",
]


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def supervisor():
    return OfficerFactory()


@pytest.fixture
def application(supervisor):
    """An application under review, for a licence whose owner has been fined for not subscribing."""
    licence = LicenceFactory(issued_on=calendar.today() - timedelta(days=60))
    escalate(calendar.today() - timedelta(days=31))
    escalate(calendar.today())
    return claimed(ApplicationFactory(sector=licence.sector, licence_number=licence.number), supervisor)


def activate_and_die(application, supervisor, *steps):
    """Activate the application in a process that is killed at a step, once for each."""
    arguments = ["-m", "tests.activation.activate_and_die", str(application.pk), str(supervisor.pk), *steps]
    done = subprocess.run(
        [sys.executable, *arguments], env=child_environment(), capture_output=True, text=True, timeout=120
    )
    assert done.stdout.splitlines() == [f"{step} {signal.SIGKILL.value}" for step in steps], done.stderr
    application.refresh_from_db()


def test_a_killed_activation_leaves_nothing_and_can_be_done_again(application, supervisor):
    texts = TextMessage.objects.count()
    letters = Letter.objects.count()

    activate_and_die(application, supervisor, *STEPS)

    assert (application.status, application.establishment) == ("under_review", None)
    for model in (Subscription, Establishment, Owner):
        assert not model.objects.exists()
    assert not User.objects.filter(role="owner").exists()
    assert (TextMessage.objects.count(), Letter.objects.count()) == (texts, letters)
    assert Review.objects.get().decision == ""
    case = Case.objects.get()
    assert (case.stage, case.closed_on) == ("fined_first", None)

    subscription = decisions.activate(application, by=supervisor)
    assert subscription.statement.sequence == letters + 1
    case.refresh_from_db()
    assert case.stage == "complied"


def test_one_that_is_killed_once_it_is_committed_has_happened_in_full(application, supervisor, settings):
    activate_and_die(application, supervisor, "ring")

    assert application.status == "activated"
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.application) == ("active", application)
    assert (subscription.statement.kind, subscription.statement.status) == ("statement", "valid")
    assert (Case.objects.get().stage, Review.objects.get().decision) == ("complied", "activate")
    user = User.objects.get(role="owner")
    assert TextMessage.objects.get(kind="credentials").status == "queued"

    with TwilioSimulator() as twilio:
        settings.TWILIO_API_BASE = twilio.url
        send_due_texts()  # as the beat does

    assert [text.to for text in twilio.messages if user.username in text.body] == [user.mobile]
