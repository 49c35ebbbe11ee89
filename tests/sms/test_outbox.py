import subprocess
import sys

import pytest
from django.db import DatabaseError, transaction

from shumoos.accounts.models import Role, User
from shumoos.accounts.people import create_person
from shumoos.sms.models import Status, TextMessage, Urgency
from shumoos.sms.outbox import Recipient, cancel_sms, queue_many, queue_sms
from shumoos.sms.outcomes import Cancelled
from shumoos.sms.tasks import send
from tests.races import at_once
from tests.sms.conftest import MOBILE, WITH_TEST_KINDS, now
from tests.workers import child_environment


@pytest.mark.usefixtures("transactional_db")
def test_a_text_is_a_row_and_rings_once_the_transaction_commits(bells, owner):
    with transaction.atomic():
        text = queue_sms(kind="test_secret", to=MOBILE, language="en", about=owner)
        assert bells() == 0

    assert bells() == 1
    stored = TextMessage.objects.get()
    assert (stored.pk, stored.kind, stored.to, stored.language) == (text.pk, "test_secret", MOBILE, "en")
    assert (stored.about, stored.urgency, stored.status) == (owner, Urgency.CREDENTIALS, Status.QUEUED)
    assert stored.queued_at
    assert [due.pk for due in TextMessage.objects.due()] == [text.pk]


@pytest.mark.usefixtures("transactional_db")
def test_a_rolled_back_text_leaves_no_row_and_rings_no_bell(bells):
    with transaction.atomic():
        queue_sms(kind="test_note", to=MOBILE)
        queue_many(kind="test_note", recipients=[Recipient(MOBILE)])
        transaction.set_rollback(True)

    assert TextMessage.objects.count() == 0
    assert bells() == 0


@pytest.mark.django_db
def test_a_kind_that_nobody_registered_is_refused():
    with pytest.raises(KeyError):
        queue_sms(kind="test_unheard_of", to=MOBILE)


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["", "0501234567", "966501234567", "+966 501234567", "+96650123456789012"])
def test_what_is_no_whole_number_is_refused_by_the_database(to):
    with pytest.raises(DatabaseError), transaction.atomic():
        queue_sms(kind="test_note", to=to)


@pytest.mark.usefixtures("transactional_db")
def test_many_are_queued_in_one_go_with_one_bell(bells, owner, django_assert_num_queries):
    queue_sms(kind="test_secret", to=MOBILE, about=owner)  # the content type is known from here on
    recipients = [Recipient(f"+9665000{n:05}", "en", owner.pk) for n in range(500)]
    before = bells()

    with transaction.atomic(), django_assert_num_queries(1):
        assert queue_many(kind="test_secret", about=type(owner), recipients=recipients) == 500

    assert bells() == before + 1
    stored = TextMessage.objects.get(to="+966500000499")
    assert (stored.about, stored.language, stored.urgency) == (owner, "en", Urgency.CREDENTIALS)


@pytest.mark.usefixtures("transactional_db")
def test_nobody_to_write_to_rings_no_bell(bells):
    assert queue_many(kind="test_note", recipients=[]) == 0
    assert bells() == 0


@pytest.mark.usefixtures("transactional_db")
def test_a_broker_that_is_away_costs_the_caller_nothing():
    script = (
        "import django; django.setup()\n"
        "from django.db import transaction\n"
        "from shumoos.sms.outbox import queue_sms\n"
        "with transaction.atomic():\n"
        f"    queue_sms(kind='test_note', to='{MOBILE}')\n"
        "print('done')\n"
    )
    environment = child_environment(REDIS_URL="redis://127.0.0.1:1/0", **WITH_TEST_KINDS)

    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60
    )

    assert done.stdout == "done\n", done.stderr
    assert TextMessage.objects.get().status == Status.QUEUED
    assert MOBILE not in done.stderr


def texts_about(owner):
    """Credentials of an owner that were queued, that a worker has, and that went out."""
    queued, claimed, sent = (queue_sms(kind="test_secret", to=MOBILE, about=owner) for _text in range(3))
    at = now()
    TextMessage.objects.filter(pk=claimed.pk).update(status=Status.SENDING, attempts=1, claimed_at=at)
    TextMessage.objects.filter(pk=sent.pk).update(status=Status.SENT, sid="SM1", sent_at=at)
    return queued, claimed, sent


@pytest.mark.usefixtures("transactional_db")
def test_what_has_not_gone_out_is_cancelled_and_nothing_else(owner):
    other = create_person(username="o-2", full_name="مالك آخر", role=Role.OWNER, mobile=MOBILE)
    queued, claimed, sent = texts_about(owner)
    kept = [
        queue_sms(kind="test_secret", to=MOBILE, about=other),
        queue_sms(kind="test_note", to=MOBILE, about=owner),
    ]

    assert cancel_sms(kind="test_secret", about=User.objects.filter(pk=owner.pk)) == 2
    assert cancel_sms(kind="test_secret", about=User.objects.filter(pk=owner.pk)) == 0

    statuses = dict(TextMessage.objects.values_list("pk", "status"))
    assert [statuses[text.pk] for text in (queued, claimed, sent)] == ["cancelled", "cancelled", "sent"]
    assert {statuses[text.pk] for text in kept} == {"queued"}


def take_back(owner):
    """What ends a password that may be on its way: its text first, then what it would open."""
    with transaction.atomic():
        cancel_sms(kind="test_secret", about=User.objects.filter(pk=owner.pk))
        user = User.objects.select_for_update().get(pk=owner.pk)
        user.set_unusable_password()
        user.save(update_fields=["password"])


def test_a_worker_that_has_a_cancelled_text_makes_no_password_and_sends_nothing(twilio, owner):
    queue_sms(kind="test_secret", to=MOBILE, about=owner)
    [claimed] = TextMessage.objects.claim(limit=1)
    take_back(owner)

    assert send(claimed) == Cancelled()

    owner.refresh_from_db()
    assert not owner.has_usable_password()
    assert twilio.messages == []
    assert TextMessage.objects.get().status == Status.CANCELLED


def test_cancelled_while_it_is_being_written_its_password_does_not_work(twilio, owner):
    for _turn in range(8):
        queue_sms(kind="test_secret", to=MOBILE, about=owner)
        [claimed] = TextMessage.objects.claim(limit=1)

        outcomes = at_once(lambda claimed=claimed: send(claimed), lambda: take_back(owner))

        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        owner.refresh_from_db()
        assert not owner.has_usable_password()
