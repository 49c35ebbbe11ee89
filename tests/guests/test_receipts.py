from datetime import datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from guests import nil_returns, receipts
from guests.models import DailyReceipt, Door, Submission
from shumoos.letters.models import Letter
from shumoos.saudi import calendar, receipt_number
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory
from tests.guests.api.calling import Caller
from tests.guests.api.conftest import make_key
from tests.guests.factories import GuestFactory, send
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(owner_client):
    owner_client.cookies["django_language"] = "en"
    return owner_client


def yesterday():
    return calendar.today() - timedelta(days=1)


def sent_yesterday(establishment, *guests):
    submission = send(establishment, *(guests or [GuestFactory()]))
    Submission.objects.filter(pk=submission.pk).update(received_at=timezone.now() - timedelta(days=1))
    return Submission.objects.get(pk=submission.pk)


def test_a_receipt_has_sixteen_digits_of_which_the_last_two_check_the_others(hotel):
    number = send(hotel, GuestFactory()).receipt

    assert len(number) == 16
    assert receipt_number.is_valid(number)
    mistyped = number[:5] + str((int(number[5]) + 1) % 10) + number[6:]
    assert not receipt_number.is_valid(mistyped)
    assert receipt_number.clean(receipt_number.show(number)) == number


@pytest.mark.django_db(transaction=True)
def test_a_receipt_is_a_signed_letter_issued_at_the_first_asking(hotel, page):
    submission = send(hotel, GuestFactory())

    first = page.get(reverse("guests:receipt_pdf", args=[submission.receipt]))
    again = page.get(reverse("guests:receipt_pdf", args=[submission.receipt]))

    assert first.content == again.content
    letter = Letter.objects.get(kind="receipt")
    submission.refresh_from_db()
    assert (submission.letter, letter.kind) == (letter, "receipt")
    assert len(pikepdf.open(BytesIO(first.content)).pages) <= 2
    values = {row[2]: row[1] for row in letter.content["rows"]}
    assert values["Receipt number"] == submission.shown_receipt
    assert values["SHA-256"].replace(" ", "") == submission.sha256
    assert values["Sender"] == hotel.owner.user.full_name
    assertContains(page.get(reverse("letters:verify", args=[letter.code])), "Receipt for records")


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one_letter(hotel):
    submission = send(hotel, GuestFactory())

    letters = at_once(*[lambda: receipts.letter_of(submission)] * 3)

    assert len({letter.pk for letter in letters}) == 1
    assert Letter.objects.filter(kind="receipt").count() == 1


def test_anybody_verifies_a_receipt_by_its_number_and_sees_nobody(hotel, english):
    submission = send(hotel, GuestFactory(full_name="نزيل مخترع"))

    asked = english.get(reverse("letters:verify_form"), {"code": submission.shown_receipt}, follow=True)

    assertContains(asked, "Shumoos has issued this receipt.")
    assertContains(asked, submission.sha256)
    assertContains(asked, hotel.number)
    assertNotContains(asked, "نزيل مخترع")
    assertNotContains(asked, hotel.owner.user.full_name)


def test_a_number_that_is_no_receipt_is_unknown_and_trying_them_all_is_stopped(english):
    unknown = reverse("letters:verify", args=[receipt_number.make(2026)])

    assert [english.get(unknown).status_code for _ in range(21)] == [404] * 20 + [429]


@pytest.mark.django_db(transaction=True)
def test_a_programs_receipts_say_which_of_the_keys_it_had(hotel, page):
    key, secret = make_key(hotel, name="نظام الفندق")
    make_key(hotel)
    api, quiet = Caller(secret), {"kind": "lodging", "day": f"{yesterday() - timedelta(days=3)}"}
    # The first call of a key goes the long way, the next in one trip.
    answers = [api.send(GuestFactory()), api.send(GuestFactory()), api.post("/nil-returns", quiet)]
    sent = [answer.json()["receipt"] for answer in answers]

    for number in sent:
        shown = page.get(reverse("guests:receipt", args=[number]))
        assertContains(shown, f"نظام الفندق ({key.prefix}…)")
    assert page.get(reverse("guests:receipt_pdf", args=[sent[0]])).status_code == 200
    values = {row[2]: row[1] for row in Letter.objects.get(kind="receipt").content["rows"]}
    assert values["API key"] == f"نظام الفندق ({key.prefix}…)"
    assert "Sender" not in values


def test_a_nil_return_s_receipt_says_of_which_day(hotel, page):
    filed = nil_returns.file(hotel, "lodging", yesterday(), by=hotel.owner.user, door=Door.FORM)

    shown = page.get(reverse("guests:receipt", args=[filed.submission.receipt]))

    assertContains(shown, "Nil return for")
    assert receipts.nil_day(filed.submission) == yesterday()


def test_receipts_are_found_by_day_in_either_calendar(hotel, page):
    old, new = sent_yesterday(hotel), send(hotel, GuestFactory())
    address = reverse("guests:receipts")

    for typed in (yesterday().isoformat(), calendar.to_hijri(yesterday()).isoformat()):
        shown = page.get(address, {"day": typed})
        assertContains(shown, old.shown_receipt)
        assertNotContains(shown, new.shown_receipt)
    assertContains(page.get(address, {"day": "yesterday"}), "This is not a day", status_code=422)
    assertContains(page.get(address, {"day": "2026-01-01"}), "Nothing was received on this day.")


def test_a_day_is_summed_up_once_it_is_over(hotel, page):
    first = sent_yesterday(hotel, GuestFactory(client_reference="a"), GuestFactory(id_number="1"))
    second = sent_yesterday(hotel, GuestFactory(client_reference="b"))
    send(hotel, GuestFactory())
    address = reverse("guests:day", args=[hotel.number, yesterday().isoformat()])

    assertContains(page.get(reverse("guests:receipts"), {"day": yesterday().isoformat()}), address)
    shown, again = page.get(address), page.get(address)

    daily = DailyReceipt.objects.get()
    assert (daily.submissions, daily.accepted, daily.rejected) == (2, 2, 1)
    assert daily.sha256 == receipts.digest(Submission.objects.filter(pk__in=[first.pk, second.pk]))
    assertContains(shown, daily.shown_number)
    assertContains(again, daily.shown_number)
    verified = page.get(reverse("letters:verify", args=[daily.number]))
    assertContains(verified, "Daily receipt")


@pytest.mark.parametrize("day", ["today", "empty", "tomorrow-ish"])
def test_a_day_that_is_not_over_or_had_nothing_has_no_receipt(hotel, page, day):
    send(hotel, GuestFactory())
    named = {"today": calendar.today().isoformat(), "empty": "2026-01-01"}.get(day, day)

    assert page.get(reverse("guests:day", args=[hotel.number, named])).status_code == 404
    assert DailyReceipt.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_daily_receipt_is_a_letter_and_one_for_all_who_ask_at_once(hotel, page):
    sent_yesterday(hotel)

    made = at_once(*[lambda: receipts.sum_up(hotel, yesterday())] * 3)
    pdf = page.get(reverse("guests:day_pdf", args=[hotel.number, yesterday().isoformat()]))

    assert len({daily.pk for daily in made}) == 1
    assert pdf["Content-Type"] == "application/pdf"
    assert DailyReceipt.objects.get().letter == Letter.objects.get(kind="receipt")


def test_strangers_find_no_receipt(hotel):
    submission = sent_yesterday(hotel)
    stranger = sign_in(EstablishmentFactory().owner.user)

    for name, arguments in {
        "receipt": [submission.receipt],
        "receipt_pdf": [submission.receipt],
        "day": [hotel.number, yesterday().isoformat()],
        "day_pdf": [hotel.number, yesterday().isoformat()],
    }.items():
        assert stranger.get(reverse(f"guests:{name}", args=arguments)).status_code == 404
    assert not Letter.objects.filter(kind="receipt").exists()


def test_an_earlier_receipt_of_twelve_digits_stays_readable(hotel, page):
    submission = send(hotel, GuestFactory())
    Submission.objects.update(receipt="264821903741")
    assert receipt_number.show("264821903741") == "26-4821-9037-41"

    assertContains(page.get(reverse("guests:receipt", args=["264821903741"])), "26-4821-9037-41")
    assert datetime.now(calendar.RIYADH) > submission.received_at
