"""An activation whose process is killed leaves nothing of itself behind, wherever that happens."""

import signal
import subprocess
import sys

import pytest

from activation import decisions
from activation.models import Review, Subscription
from registration.models import Establishment, Owner
from shumoos.accounts.models import User
from shumoos.letters.models import Letter
from shumoos.sms.models import TextMessage
from tests.activation.reviewing import claimed
from tests.factories import ApplicationFactory, OfficerFactory
from tests.workers import child_environment

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


@pytest.mark.django_db(transaction=True)
def test_a_killed_activation_leaves_nothing_and_can_be_done_again():
    supervisor = OfficerFactory()
    application = claimed(ApplicationFactory(), supervisor)
    texts = TextMessage.objects.count()
    arguments = ["-m", "tests.activation.activate_and_die", str(application.pk), str(supervisor.pk), *STEPS]

    done = subprocess.run(
        [sys.executable, *arguments], env=child_environment(), capture_output=True, text=True, timeout=120
    )

    assert done.stdout.splitlines() == [f"{step} {signal.SIGKILL.value}" for step in STEPS], done.stderr
    application.refresh_from_db()
    assert (application.status, application.establishment) == ("under_review", None)
    for model in (Subscription, Letter, Establishment, Owner):
        assert not model.objects.exists()
    assert not User.objects.filter(role="owner").exists()
    assert TextMessage.objects.count() == texts
    assert Review.objects.get().decision == ""

    subscription = decisions.activate(application, by=supervisor)
    assert subscription.statement.sequence == 1
