import subprocess
import sys

import pytest
from django.db import DatabaseError, transaction

from shumoos.sms.models import Status, TextMessage, Urgency
from shumoos.sms.outbox import Recipient, queue_many, queue_sms
from tests.sms.conftest import MOBILE, WITH_TEST_KINDS
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
