from datetime import timedelta

import pytest

from guests.models import GuestRecord, NilReturn, Submission
from guests.tasks import transfer_due_records
from shumoos.accounts.models import Look
from shumoos.saudi.calendar import today
from tests.guests.api.calling import Caller, codes, problem
from tests.guests.api.conftest import make_key
from tests.guests.factories import GuestFactory, SubscribedFactory, send
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[False, True], ids=["live", "test"])
def either(request, hotel):
    """A program with a live key, and one with a test key: they are answered alike."""
    return Caller(make_key(hotel, is_test=request.param)[1])


@pytest.fixture
def record_id(either):
    return either.send(GuestFactory(client_reference="A-1", room="101")).json()["results"][0]["id"]


def test_a_record_is_read_with_how_far_it_is(api, hotel):
    sent = api.send(GuestFactory(client_reference="A-1", room="101")).json()
    record = GuestRecord.objects.get()

    answer = api.get(f"/records/{record.pk}").json()

    assert answer == {
        "id": str(record.pk),
        "receipt": sent["receipt"],
        "version_receipt": None,
        "kind": "lodging",
        "client_reference": "A-1",
        "version": 1,
        "record": record.content,
        "received_at": answer["received_at"],
        "departed_at": None,
        "cancelled_at": None,
        "transfer": {"state": "accepted", "reason": "", "at": None},
    }
    assert answer["received_at"].endswith("+03:00")
    look = Look.objects.get(action="read record by API")
    assert (look.subject, look.by) == (f"guests.guestrecord:{record.pk}", None)


@pytest.mark.django_db(transaction=True)
def test_a_transferred_record_says_so(api, hotel, centre):
    record_id = api.send(GuestFactory()).json()["results"][0]["id"]

    transfer_due_records()

    transfer = api.get(f"/records/{record_id}").json()["transfer"]
    assert (transfer["state"], transfer["at"] is not None) == ("transferred", True)


def test_a_record_is_corrected_with_its_reason(either, record_id):
    answer = either.patch(
        f"/records/{record_id}", {"reason": "Moved", "record": {"room": "٢٠٢", "mobile": "0512345678"}}
    ).json()

    assert (answer["version"], answer["record"]["room"]) == (2, "202")
    assert answer["record"]["mobile"] == "+966512345678"
    emptied = either.patch(f"/records/{record_id}", {"reason": "None", "record": {"mobile": None}}).json()
    assert (emptied["version"], "mobile" in emptied["record"]) == (3, False)


def test_the_same_correction_again_changes_nothing(either, record_id):
    for _time in range(2):
        answer = either.patch(f"/records/{record_id}", {"reason": "Moved", "record": {"room": "202"}}).json()

    assert answer["version"] == 2


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"reason": "x", "record": {"gender": "x"}}, [("gender", "unknown")]),
        ({"reason": "x", "record": {"full_name": None}}, [("full_name", "required")]),
        ({"reason": "x", "record": {"nothing": "1"}}, [("nothing", "unknown")]),
        ({"reason": "x", "record": {"client_reference": "B"}}, [("client_reference", "conflict")]),
        ({"record": {"room": "1"}}, [("reason", "required")]),
        ({"reason": "", "record": {"room": "1"}}, [("reason", "required")]),
        ({"reason": " ", "record": {"room": "1"}}, [("reason", "reason")]),
        ({"reason": "x" * 301, "record": {"room": "1"}}, [("reason", "too_long")]),
        ({"reason": "x\0", "record": {"room": "1"}}, [("reason", "reason")]),
        ({"reason": "x", "record": []}, [("record", "invalid")]),
    ],
)
def test_a_correction_that_cannot_be_is_refused_with_its_fields(either, record_id, body, errors):
    response = either.patch(f"/records/{record_id}", body)

    assert problem(response) == (422, "invalid")
    assert codes(response) == errors
    assert either.get(f"/records/{record_id}").json()["version"] == 1


def test_a_stay_ends_once(either, record_id):
    first = either.post(f"/records/{record_id}/departure", {}).json()
    again = either.post(f"/records/{record_id}/departure", {"at": first["departed_at"]}).json()
    other = either.post(f"/records/{record_id}/departure", {"at": first["record"]["arrived_at"]})

    assert first["departed_at"] is not None
    assert again["version"] == first["version"] == 2
    assert problem(other) == (409, "state")
    assert codes(other) == [("", "ended")]


def test_a_departure_before_the_arrival_is_refused(either, record_id):
    response = either.post(f"/records/{record_id}/departure", {"at": f"{today() - timedelta(days=9)} 10:00"})

    assert problem(response) == (422, "invalid")
    assert codes(response) == [("departed_at", "before_arrival")]


def test_a_record_is_cancelled_once_and_changes_no_more(either, record_id):
    for _time in range(2):
        answer = either.post(f"/records/{record_id}/cancel", {"reason": "Booked twice"}).json()

    assert (answer["version"], answer["cancelled_at"] is not None) == (2, True)
    for refused in (
        either.patch(f"/records/{record_id}", {"reason": "x", "record": {"room": "1"}}),
        either.post(f"/records/{record_id}/departure", {}),
    ):
        assert problem(refused) == (409, "state")
        assert codes(refused) == [("", "cancelled")]


def test_a_strangers_record_is_not_there(either, record_id):
    stranger = Caller(make_key(SubscribedFactory())[1])
    for response in (
        stranger.get(f"/records/{record_id}"),
        stranger.patch(f"/records/{record_id}", {"reason": "x", "record": {}}),
        stranger.post(f"/records/{record_id}/departure", {}),
        stranger.post(f"/records/{record_id}/cancel", {"reason": "x"}),
    ):
        assert problem(response) == (404, "not_found")
    assert either.get(f"/records/{record_id}").json()["version"] == 1


@pytest.mark.parametrize("record_id", ["0", "x", "-1", "1.5", "9" * 40, "%00", "١"])
def test_what_is_no_id_is_not_there(either, record_id):
    assert problem(either.get(f"/records/{record_id}")) == (404, "not_found")


@pytest.mark.django_db(transaction=True)
def test_two_corrections_at_once_both_hold(api):
    record_id = api.send(GuestFactory(room="1")).json()["results"][0]["id"]
    changes = [{"room": "2"}, {"mobile": "0512345678"}]

    at_once(
        *[
            lambda change=change: api.patch(f"/records/{record_id}", {"reason": "x", "record": change})
            for change in changes
        ]
    )

    record = GuestRecord.objects.get()
    assert (record.version, record.content["room"], record.content["mobile"]) == (3, "2", "+966512345678")


def test_a_nil_return_is_filed_once_with_its_receipt(api, hotel):
    day = f"{today() - timedelta(days=1)}"

    first = api.post("/nil-returns", {"kind": "lodging", "day": day}).json()
    again = api.post("/nil-returns", {"kind": "lodging", "day": day}).json()

    filed = NilReturn.objects.get()
    assert (str(filed.day), filed.door, filed.establishment) == (day, "api", hotel)
    assert first == again
    assert first["receipt"] == filed.submission.receipt


def test_a_nil_return_that_cannot_be_is_refused(api, hotel):
    busy = today() - timedelta(days=2)
    send(hotel, GuestFactory(arrived_at=f"{busy} 10:00"))

    def refusal(**body):
        response = api.post("/nil-returns", {"kind": "lodging"} | body)
        return (*problem(response), *codes(response))

    assert refusal(day=str(busy)) == (409, "state", ("day", "has_records"))
    assert refusal(day=str(today() + timedelta(days=1))) == (409, "state", ("day", "in_future"))
    assert refusal(day=str(today())) == (409, "state", ("day", "in_future"))
    assert refusal(day="2020-01-01") == (409, "state", ("day", "out_of_range"))
    assert refusal(day="yesterday") == (422, "invalid", ("day", "invalid"))
    assert refusal() == (422, "invalid", ("day", "required"))
    assert problem(api.post("/nil-returns", {"kind": "gold_purchase", "day": str(today())}))[0] == 403
    assert NilReturn.objects.count() == 0


def test_a_test_keys_nil_return_is_only_checked(test_api):
    day = f"{today() - timedelta(days=1)}"
    answer = test_api.post("/nil-returns", {"kind": "lodging", "day": day}).json()

    assert answer["receipt"] is None
    assert NilReturn.objects.count() == 0


def test_a_receipt_is_read(either):
    sent = either.send(GuestFactory(), GuestFactory(gender="x")).json()

    answer = either.get(f"/receipts/{sent['receipt']}").json()

    assert (answer["receipt"], answer["accepted"], answer["rejected"]) == (sent["receipt"], 1, 1)
    assert len(answer["sha256"]) == 64


def test_a_receipt_may_be_asked_for_as_people_write_it(api):
    api.send(GuestFactory())

    assert api.get(f"/receipts/{Submission.objects.get().shown_receipt}").status_code == 200


def test_a_strangers_receipt_is_not_there(either):
    sent = either.send(GuestFactory()).json()
    stranger = Caller(make_key(SubscribedFactory())[1])

    assert problem(stranger.get(f"/receipts/{sent['receipt']}")) == (404, "not_found")
    for number in ("0", "x" * 300, "%00", "é"):
        assert problem(either.get(f"/receipts/{number}")) == (404, "not_found")


@pytest.mark.django_db(transaction=True)
def test_a_receipt_is_a_signed_letter(api):
    receipt = api.send(GuestFactory()).json()["receipt"]

    first, again = api.get(f"/receipts/{receipt}.pdf"), api.get(f"/receipts/{receipt}.pdf")

    pdf = b"".join(first.streaming_content) if first.streaming else first.content
    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    assert pdf.startswith(b"%PDF")
    assert (b"".join(again.streaming_content) if again.streaming else again.content) == pdf


def test_strangers_and_test_keys_get_no_letter(either):
    receipt = either.send(GuestFactory()).json()["receipt"]
    stranger = Caller(make_key(SubscribedFactory())[1])

    assert problem(stranger.get(f"/receipts/{receipt}.pdf")) == (404, "not_found")
    if receipt.startswith("T-"):
        assert problem(either.get(f"/receipts/{receipt}.pdf")) == (404, "not_found")
