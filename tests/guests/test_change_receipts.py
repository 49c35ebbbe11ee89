"""A correction, a departure and a cancellation have receipts of their own, by whichever door they come."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from guests import changes, keeping, receipts
from guests.models import ApiKey, DailyReceipt, Door, GuestRecord, RecordChange, Submission
from shumoos.letters.models import Letter
from shumoos.saudi import calendar, receipt_number
from tests.conftest import sign_in
from tests.guests.api.calling import Caller
from tests.guests.api.conftest import make_key
from tests.guests.factories import GuestFactory, SubscribedFactory, send
from tests.races import at_once
from tests.registration.mandating import ProviderFactory, agent_of, granted

pytestmark = pytest.mark.django_db

RECEIPTS = reverse("guests:receipts")


@pytest.fixture
def page(owner_client):
    owner_client.cookies["django_language"] = "en"
    return owner_client


@pytest.fixture
def record(hotel):
    send(hotel, GuestFactory(full_name="نزيل مخترع", room="101"))
    return GuestRecord.objects.get()


def correct(record, by):
    content = {**record.content, "room": "102"}
    return changes.correct(record, content, reason="غرفة أخرى", by=by, door=Door.FORM)


def depart(record, by):
    return changes.depart(record, timezone.localtime(timezone.now()), by=by, door=Door.FORM)


def cancel(record, by):
    return changes.cancel(record, reason="سُجل مرتين", by=by, door=Door.FORM)


@pytest.fixture
def api(hotel):
    return Caller(make_key(hotel)[1])


CHANGES = pytest.mark.parametrize(
    ("make", "word"), [(correct, "Correction"), (depart, "Departure"), (cancel, "Cancellation")]
)


@CHANGES
def test_each_has_a_receipt_of_its_own(hotel, owner, record, page, make, word):
    change = make(record, owner)

    receipt = change.submission
    assert receipt_number.is_valid(receipt.receipt)
    assert receipt.receipt != record.submission.receipt
    assert (receipt.action, receipt.about, receipt.kind) == (change.action, record.submission, "lodging")
    assert (receipt.door, receipt.by, receipt.accepted) == ("form", owner, 0)
    said = {
        "action": change.action,
        "version": 2,
        "reason": change.reason,
        "record": GuestRecord.objects.get().content,
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    assert receipt.sha256 == hashlib.sha256(canonical.encode()).hexdigest()

    listed = page.get(RECEIPTS, {"day": calendar.today().isoformat()})
    assertContains(listed, receipt.shown_receipt)
    assertContains(listed, word)
    assertContains(listed, ">–<", count=3)
    shown = page.get(reverse("guests:receipt", args=[receipt.receipt]))
    assertContains(shown, word)
    assertContains(shown, receipt.sha256)
    assertContains(shown, reverse("guests:receipt", args=[record.submission.receipt]))
    assertContains(shown, f"{reverse('guests:detail', args=[record.pk])}#version-2")
    detail = page.get(reverse("guests:detail", args=[record.pk]))
    assertContains(detail, reverse("guests:receipt", args=[receipt.receipt]))


@CHANGES
def test_anybody_verifies_it_by_its_number_and_sees_nobody(hotel, owner, record, english, make, word):
    change = make(record, owner)

    asked = english.get(
        reverse("letters:verify_form"), {"code": change.submission.shown_receipt}, follow=True
    )

    assertContains(asked, "Shumoos has issued this receipt.")
    for told in (word, hotel.number, change.submission.sha256, record.submission.shown_receipt):
        assertContains(asked, told)
    for hidden in ("نزيل مخترع", record.client_reference, owner.full_name):
        assertNotContains(asked, hidden)


def test_what_changes_nothing_has_no_receipt(owner, record):
    changes.correct(record, record.content, reason="لا شيء", by=owner, door=Door.FORM)
    first = depart(record, owner)
    assert changes.depart(record, record.departed_at, by=owner, door=Door.FORM) is None
    with pytest.raises(changes.ChangeRefused):
        changes.cancel(record, reason=" ", by=owner, door=Door.FORM)
    cancel(record, owner)
    assert cancel(record, owner) is None

    assert RecordChange.objects.count() == 2
    assert Submission.objects.count() == 3
    assert first.submission.receipt != record.submission.receipt


@pytest.mark.django_db(transaction=True)
def test_its_letter_says_what_was_changed_and_under_which_receipt_the_record_came(owner, record, page):
    change = cancel(record, owner)
    address = reverse("guests:receipt_pdf", args=[change.submission.receipt])

    first, again = page.get(address), page.get(address)

    assert first.content[:5] == b"%PDF-"
    assert first.content == again.content
    letter = Letter.objects.get(kind="receipt")
    values = {row[2]: row[1] for row in letter.content["rows"]}
    assert values["Receipt number"] == change.submission.shown_receipt
    assert values["Receipt of the record"] == record.submission.shown_receipt
    assert values["Change"] == "إلغاء"
    assert values["SHA-256"].replace(" ", "") == change.submission.sha256
    assert "Accepted" not in values
    assert record.client_reference not in str(letter.content)
    assert "Receipt for a change of a record" in letter.content.values()
    assertContains(page.get(reverse("letters:verify", args=[letter.code])), letter.number)


def test_the_daily_receipt_counts_them_apart_and_holds_their_digests(hotel, owner, record, page):
    correct(record, owner)
    depart(record, owner)
    Submission.objects.update(received_at=timezone.now() - timedelta(days=1))
    yesterday = calendar.today() - timedelta(days=1)

    daily = receipts.sum_up(hotel, yesterday)

    assert (daily.submissions, daily.accepted, daily.changes, daily.nil_returns) == (3, 1, 2, 0)
    lines = "".join(f"{one.receipt} {one.sha256}\n" for one in Submission.objects.order_by("pk"))
    assert daily.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    shown = page.get(reverse("guests:day", args=[hotel.number, yesterday.isoformat()]))
    assertContains(shown, "Changes of records")
    assertContains(page.get(reverse("letters:verify", args=[daily.number])), "Changes of records")
    assert DailyReceipt.objects.count() == 1


def test_a_program_is_told_the_receipt_and_reads_it(hotel, api, page):
    sent = api.send(GuestFactory(room="101")).json()
    record_id = sent["results"][0]["id"]
    assert api.get(f"/records/{record_id}").json()["version_receipt"] is None

    told = [
        api.patch(f"/records/{record_id}", {"reason": "Moved", "record": {"room": "2"}}).json(),
        api.post(f"/records/{record_id}/departure", {}).json(),
        api.post(f"/records/{record_id}/cancel", {"reason": "Twice"}).json(),
    ]

    for answer, action in zip(told, ("correction", "departure", "cancellation"), strict=True):
        assert answer["receipt"] == sent["receipt"]
        receipt = api.get(f"/receipts/{answer['version_receipt']}").json()
        assert (receipt["action"], receipt["about"], receipt["accepted"]) == (action, sent["receipt"], 0)
    assert len({answer["version_receipt"] for answer in told}) == 3
    original = api.get(f"/receipts/{sent['receipt']}").json()
    assert (original["action"], original["about"], original["accepted"]) == (None, None, 1)
    key = ApiKey.objects.get()
    assert set(Submission.objects.values_list("door", "by", "api_key")) == {("api", None, key.pk)}
    shown = page.get(reverse("guests:detail", args=[record_id]))
    assertContains(shown, f"{key.prefix}…", count=3)


def test_the_pages_that_change_a_record_tell_its_receipt(hotel, record, page):
    moved = page.post(reverse("guests:move", args=[record.pk]), {"place": "102"}, follow=True)
    assertContains(moved, Submission.objects.latest("pk").shown_receipt)

    left = page.post(reverse("guests:depart", args=[record.pk]), follow=True)
    assertContains(left, Submission.objects.latest("pk").shown_receipt)
    assert Submission.objects.count() == 3


def test_a_receipt_outlives_the_version_it_was_given_for(hotel, owner, record, page):
    submission = correct(record, owner).submission
    GuestRecord.objects.update(created_at=timezone.now() - timedelta(days=6 * 366))

    assert keeping.purge() == 1

    assert RecordChange.objects.count() == 0
    shown = page.get(reverse("guests:receipt", args=[submission.receipt]))
    assertContains(shown, submission.sha256)
    assertContains(shown, "Correction")
    assertNotContains(shown, "#version-2")


def test_a_version_keeps_its_receipt_and_a_receipt_of_a_change_names_its_record(hotel, owner, record):
    change = correct(record, owner)

    with pytest.raises(InternalError), transaction.atomic():
        RecordChange.objects.filter(pk=change.pk).update(submission=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=change.submission_id).update(about=None)


def test_an_agents_change_has_its_receipt_under_their_mandate(hotel):
    agent = agent_of(ProviderFactory())
    granted(agent, hotel)
    send(hotel, GuestFactory(), by=agent)
    client = sign_in(agent)
    client.cookies["django_language"] = "en"

    submission = cancel(GuestRecord.objects.get(), agent).submission

    assert submission.mandate is not None
    shown = client.get(reverse("guests:receipt", args=[submission.receipt]))
    assertContains(shown, "Under a mandate")
    assertContains(shown, "Cancellation")


@pytest.mark.django_db(transaction=True)
def test_two_who_correct_at_once_get_a_receipt_each(owner, record):
    def to(room):
        content = {**record.content, "room": room}
        mine = GuestRecord.objects.get(pk=record.pk)
        return lambda: changes.correct(mine, content, reason="x", by=owner, door=Door.FORM)

    made = at_once(to("2"), to("3"))

    assert sorted(change.version for change in made) == [2, 3]
    assert len({change.submission.receipt for change in made}) == 2
    assert Submission.objects.filter(about=record.submission).count() == 2


def test_strangers_find_no_receipt_of_a_change(owner, record):
    receipt = correct(record, owner).submission.receipt
    stranger = sign_in(SubscribedFactory().owner.user)

    assert stranger.get(reverse("guests:receipt", args=[receipt])).status_code == 404
    assertNotContains(stranger.get(RECEIPTS), receipt_number.show(receipt))
