"""The form door's screen: what it remembers, checks, scans and finds, and companions on it."""

import re

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from guests.models import GuestRecord, Submission
from shumoos.accounts.models import Look
from tests.conftest import sign_in
from tests.factories import sector
from tests.guests.factories import GuestFactory, SubscribedFactory, send
from tests.registration.mandating import ProviderFactory, agent_of, granted
from tests.saudi.mrz import OMANI_CARD, SAUDI_CARD, passport

pytestmark = pytest.mark.django_db

NEW = reverse("guests:new")
CHECK = reverse("guests:check")


@pytest.fixture(autouse=True)
def in_english(owner_client):
    owner_client.cookies["django_language"] = "en"


def value_of(page, name):
    """What a field of the page holds."""
    text = page.content.decode()
    if tag := re.search(rf'<input[^>]*name="{name}"[^>]*>', text):
        found = re.search(r'value="([^"]*)"', tag[0])
        return found[1] if found else ""
    select = re.search(rf'<select name="{name}".*?</select>', text, re.DOTALL)[0]
    found = re.search(r'<option value="([^"]*)" selected', select)
    return found[1] if found else ""


def note_under(page, name):
    text = page.content.decode()
    found = re.search(rf'id="id_{name}_check" aria-live="polite"[^>]*>(.*?)</div>', text, re.DOTALL)[1]
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


def companion(prefix, **values):
    guest = GuestFactory(**values)
    own = ("client_reference", "id_type", "id_number", "full_name", "nationality", "birth_date", "gender")
    return {f"{prefix}-{name}": guest[name] for name in own}


def ask(client, name, at="change", **typed):
    """Have one field checked, as htmx does."""
    headers = {"HX-Request": "true", "HX-Trigger-Name": name}
    return client.post(CHECK, typed | {"at": at}, headers=headers)


def test_after_sending_the_form_is_there_for_the_next_guest(hotel, owner_client):
    guest = GuestFactory(nationality="EGY", room="204", full_name="نزيل مخترع")

    response = owner_client.post(NEW, guest)

    submission = Submission.objects.get()
    page = owner_client.get(response.url)
    assertContains(page, submission.shown_receipt)
    assertContains(page, reverse("guests:detail", args=[GuestRecord.objects.get().pk]))
    assert (value_of(page, "nationality"), value_of(page, "room")) == ("EGY", "204")
    assert value_of(page, "client_reference") != guest["client_reference"]
    assert (value_of(page, "full_name"), value_of(page, "id_number")) == ("", "")


def test_what_is_remembered_is_remembered_in_its_establishment_only(hotel, owner_client):
    second = SubscribedFactory(owner=hotel.owner)
    owner_client.post(f"{NEW}?establishment={hotel.number}", GuestFactory(nationality="EGY"))

    assert value_of(owner_client.get(NEW, {"establishment": hotel.number}), "nationality") == "EGY"
    assert value_of(owner_client.get(NEW, {"establishment": second.number}), "nationality") == ""


def test_a_strangers_receipt_in_the_address_shows_nothing(hotel, owner_client):
    stranger = send(SubscribedFactory(), GuestFactory(full_name="غريب مخترع"))

    page = owner_client.get(NEW, {"sent": stranger.receipt})

    assertNotContains(page, stranger.shown_receipt)
    assertNotContains(page, "غريب مخترع")


def test_companions_are_sent_with_the_guest_in_one_submission_and_share_the_stay(hotel, owner_client):
    main = GuestFactory(client_reference="main", room="204", departs_on="")
    typed = main | companion("c1", client_reference="one") | companion("c3", client_reference="two")

    response = owner_client.post(NEW, typed | {"companion": ["c1", "c3"]})

    assertRedirects(response, response.url)
    submission = Submission.objects.get()
    assert (submission.accepted, submission.rejected) == (3, 0)
    contents = {record.client_reference: record.content for record in GuestRecord.objects.all()}
    for reference in ("one", "two"):
        assert contents[reference]["companion_of"] == "main"
        assert contents[reference]["room"] == "204"
        assert contents[reference]["arrived_at"] == contents["main"]["arrived_at"]


def test_the_screen_sent_twice_makes_every_record_once(hotel, owner_client):
    typed = GuestFactory() | companion("c1") | {"companion": ["c1"]}

    owner_client.post(NEW, typed)
    owner_client.post(NEW, typed)

    assert GuestRecord.objects.count() == 2


def test_a_companions_error_stands_at_the_companion_and_nothing_is_sent(hotel, owner_client):
    typed = GuestFactory() | companion("c1", id_number="1000000000") | companion("c2")

    page = owner_client.post(NEW, typed | {"companion": ["c1", "c2"]})

    assertContains(page, "Companion 1: correct the following")
    assertContains(page, '<a href="#id_c1-id_number">')
    assert "looks mistyped" in note_under(page, "c1-id_number")
    assert note_under(page, "c2-id_number") == note_under(page, "id_number") == ""
    assert Submission.objects.count() == 0


def test_a_companion_left_blank_is_not_sent(hotel, owner_client):
    blank = {"c1-client_reference": "one", "c1-nationality": "EGY", "companion": ["c1"]}

    owner_client.post(NEW, GuestFactory() | blank)

    assert GuestRecord.objects.count() == 1


def test_a_conflict_takes_none_of_the_screen(hotel, owner_client):
    send(hotel, GuestFactory(client_reference="one"))

    page = owner_client.post(
        NEW, GuestFactory() | companion("c1", client_reference="one") | {"companion": "c1"}
    )

    assertContains(page, "already has this reference")
    assert (GuestRecord.objects.count(), Submission.objects.count()) == (1, 1)


def test_adding_and_removing_keep_what_was_typed_without_complaint(hotel, owner_client):
    typed = {"full_name": "اسم محفوظ", "client_reference": "main"}

    page = owner_client.post(NEW, typed | {"do": "add"})
    assert value_of(page, "full_name") == "اسم محفوظ"
    assertContains(page, 'name="c1-full_name"')
    assertNotContains(page, "error-summary")
    page = owner_client.post(NEW, typed | {"companion": ["c1"], "c1-full_name": "مرافق", "do": "add"})
    assert value_of(page, "c1-full_name") == "مرافق"
    assertContains(page, 'name="c2-full_name"')
    page = owner_client.post(
        NEW, typed | {"companion": ["c1", "c2"], "c2-full_name": "آخر", "do": "remove-c1"}
    )
    assertNotContains(page, 'name="c1-full_name"')
    assert value_of(page, "c2-full_name") == "آخر"


def test_no_more_companions_than_there_is_room_for(hotel, owner_client):
    prefixes = [f"c{number}" for number in range(1, 40)]

    page = owner_client.post(NEW, {"companion": [*prefixes, "x", "c0", "c100"], "do": "add"})

    assert page.content.decode().count("<fieldset") == 21
    assertNotContains(page, 'value="add"')


def test_a_scan_fills_in_the_guest_and_says_until_when_the_document_is_valid(hotel, owner_client):
    page = owner_client.post(NEW, {"scan": passport(), "do": "scan", "room": "7"})

    assert {name: value_of(page, name) for name in ("id_type", "id_number", "full_name", "nationality")} == {
        "id_type": "passport",
        "id_number": "L898902C3",
        "full_name": "ANNA MARIA ERIKSSON",
        "nationality": "SWE",
    }
    assert (value_of(page, "birth_date"), value_of(page, "gender")) == ("1974-08-12", "f")
    assert value_of(page, "room") == "7"
    assert note_under(page, "birth_date") == "12 August 1974 (24 Rajab 1394 AH)"
    assert "valid until 15 April 2034" in note_under(page, "scan")
    assertNotContains(page, "P&lt;SWE")


@pytest.mark.parametrize(
    ("lines", "filled"),
    [
        (SAUDI_CARD, ["national_id", "1000000008", "NOURA ALMUKHTARA", "SAU", "1990-03-15", "f"]),
        (OMANI_CARD, ["gcc_id", "123456789", "SALIM ALMUKHTAR", "OMN", "1988-02-03", "m"]),
        (passport(), ["passport", "L898902C3", "ANNA MARIA ERIKSSON", "SWE", "1974-08-12", "f"]),
    ],
    ids=["TD1", "TD2", "TD3"],
)
def test_each_format_of_document_fills_in_the_guest(hotel, owner_client, lines, filled):
    page = owner_client.post(NEW, {"scan": lines, "do": "scan"})

    names = ("id_type", "id_number", "full_name", "nationality", "birth_date", "gender")
    assert [value_of(page, name) for name in names] == filled
    assert "valid until" in note_under(page, "scan")


def test_a_second_document_is_a_companion_and_the_same_one_again_is_not(hotel, owner_client):
    main = {"id_type": "passport", "id_number": "L898902C3", "full_name": "ANNA"}

    page = owner_client.post(NEW, main | {"scan": passport(number="X1234567"), "do": "scan"})
    assert value_of(page, "c1-id_number") == "X1234567"
    assert value_of(page, "full_name") == "ANNA"
    page = owner_client.post(NEW, main | {"scan": passport(), "do": "scan"})
    assertNotContains(page, 'name="c1-id_number"')


def test_wrong_check_digits_are_told_at_their_fields(hotel, owner_client):
    text = passport().replace("740812", "740813")

    page = owner_client.post(NEW, {"scan": text, "do": "scan"})

    assert "does not agree with its check digit" in note_under(page, "birth_date")
    assert note_under(page, "id_number") == ""
    assert value_of(page, "birth_date") == "1974-08-13"


def test_an_expired_document_is_told(hotel, owner_client):
    page = owner_client.post(NEW, {"scan": passport(expiry="200101"), "do": "scan"})

    assert "was valid until 1 January 2020" in note_under(page, "scan")


def test_what_is_no_document_is_told_and_kept(hotel, owner_client):
    page = owner_client.post(NEW, {"scan": "hello", "do": "scan", "full_name": "اسم محفوظ"})

    assert "These are not the lines" in note_under(page, "scan")
    assertContains(page, ">hello</textarea>")
    assert value_of(page, "full_name") == "اسم محفوظ"


def test_half_a_scan_is_waited_for(hotel, owner_client):
    half = passport()[:44]

    assert (
        owner_client.post(NEW, {"scan": half, "do": "scan"}, headers={"HX-Request": "true"}).status_code
        == 204
    )


def test_a_returning_guest_fills_in_and_the_look_is_logged(hotel, owner, owner_client):
    send(hotel, GuestFactory(id_number="1000000008", full_name="سابق مخترع", mobile="0512345678"))
    record = GuestRecord.objects.get()

    page = ask(owner_client, "id_number", id_type="national_id", id_number="١٠٠٠٠٠٠٠٠٨")

    assertContains(page, "Has been here before")
    assert value_of(page, "full_name") == "سابق مخترع"
    assert value_of(page, "mobile") == "+966512345678"
    look = Look.objects.exclude(action="send guests").get()
    assert (look.by, look.action, look.subject) == (
        owner,
        "fill in from guest record",
        f"guests.guestrecord:{record.pk}",
    )


def test_a_returning_guest_is_found_without_scripts(hotel, owner_client):
    send(hotel, GuestFactory(id_number="1000000008", full_name="سابق مخترع"))

    page = owner_client.post(NEW, {"id_number": "1000000008", "room": "9", "do": "find"})

    assert value_of(page, "id_type") == "national_id"
    assert value_of(page, "full_name") == "سابق مخترع"
    assert value_of(page, "room") == "9"


def test_what_was_typed_is_not_replaced_by_what_is_known(hotel, owner_client):
    send(hotel, GuestFactory(id_number="1000000008", full_name="سابق مخترع"))

    page = ask(owner_client, "id_number", id_type="national_id", id_number="1000000008", full_name="اسم جديد")

    assertNotContains(page, "سابق مخترع")


def test_a_remembered_nationality_gives_way_to_the_returning_guests(hotel, owner_client):
    owner_client.post(NEW, GuestFactory(nationality="EGY"))
    send(hotel, GuestFactory(id_number="1000000008", nationality="SAU"))

    page = ask(owner_client, "id_number", id_type="national_id", id_number="1000000008", nationality="EGY")

    assert value_of(page, "nationality") == "SAU"


def test_a_guest_of_another_establishment_is_not_known_here(hotel, owner_client):
    send(SubscribedFactory(), GuestFactory(id_number="1000000008"))

    page = ask(owner_client, "id_number", id_type="national_id", id_number="1000000008")

    assertNotContains(page, "Has been here before")
    assert not Look.objects.exclude(action="send guests").exists()


def test_an_agent_finds_what_their_own_company_has_sent_only(hotel):
    send(hotel, GuestFactory(id_number="1000000008", full_name="سابق مخترع"))
    agent = agent_of(ProviderFactory(name_ar="شركة الوكيل"))
    granted(agent, hotel)
    client = sign_in(agent)
    client.cookies["django_language"] = "en"

    typed = {"id_type": "national_id", "id_number": "1000000008"}
    assertNotContains(ask(client, "id_number", **typed), "Has been here before")
    send(hotel, GuestFactory(id_number="1000000008", full_name="عميل الوكيل"), by=agent)
    assert value_of(ask(client, "id_number", **typed), "full_name") == "عميل الوكيل"
    assert "شركة الوكيل" in Look.objects.get(action="fill in from guest record").reason


@pytest.mark.parametrize(
    ("name", "typed", "at", "said"),
    [
        ("id_number", {"id_type": "national_id", "id_number": "1000000000"}, "input", "looks mistyped"),
        ("id_number", {"id_number": "1000000000"}, "input", "looks mistyped"),
        ("id_number", {"id_type": "national_id", "id_number": "10000"}, "input", ""),
        ("id_number", {"id_type": "national_id", "id_number": "10000"}, "change", "has 10 digits"),
        ("full_name", {"full_name": ""}, "change", "required"),
        ("full_name", {"full_name": ""}, "input", ""),
        ("room", {"room": ""}, "change", ""),
        ("birth_date", {"birth_date": "1410-08-18"}, "input", "15 March 1990 (18 Shaban 1410 AH)"),
        ("birth_date", {"birth_date": "١٥/٠٣/١٩٩٠"}, "input", "15 March 1990 (18 Shaban 1410 AH)"),
        ("birth_date", {"birth_date": "2990-01-01"}, "input", "still to come"),
        ("mobile", {"mobile": "٠٥١٢٣٤٥٦٧٨"}, "change", "\u2066+966512345678\u2069"),
        (
            "departs_on",
            {"arrived_at": "2026-03-15 10:00", "departs_on": "2026-03-01"},
            "change",
            "before the arrival",
        ),
    ],
)
def test_a_field_is_checked_while_it_is_typed(hotel, owner_client, time_machine, name, typed, at, said):
    time_machine.move_to("2026-03-15T18:00:00+00:00", tick=False)
    typed = {"client_reference": "A-1", **typed}

    page = ask(owner_client, name, at=at, **typed)

    words = " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())
    assert said in words
    assert bool(words) == bool(said)


def test_a_number_that_can_be_of_one_sort_chooses_it(hotel, owner_client):
    page = ask(owner_client, "id_number", at="input", id_number="2000000006")

    assert value_of(page, "id_type") == "iqama"


def test_another_sort_of_document_checks_the_number_again(hotel, owner_client):
    page = ask(owner_client, "id_type", id_type="iqama", id_number="1000000008")

    assert "first of which is 2" in note_under(page, "id_number")


def test_a_companions_field_is_checked_at_the_companion(hotel, owner_client):
    page = ask(owner_client, "c1-id_number", **companion("c1", id_number="1000000000") | {"companion": "c1"})

    assertContains(page, "looks mistyped")


@pytest.mark.parametrize("name", ["", "nonsense", "c1-full_name", "csrfmiddlewaretoken"])
def test_a_field_that_is_not_there_is_not_found(hotel, owner_client, name):
    assert ask(owner_client, name).status_code == 404


def test_checking_needs_the_right_and_a_post(hotel, owner_client, supervisor_client):
    assert owner_client.get(CHECK).status_code == 405
    assert ask(supervisor_client, "full_name").status_code == 403


def test_a_kind_without_companions_has_none_and_is_sent_alike(db):
    shop = SubscribedFactory(sector=sector("gold_jewellery"))
    client = sign_in(shop.owner.user)

    assertNotContains(client.get(NEW), 'value="add"')
    seller = GuestFactory(item="سوار", weight="12.5", price="1250")
    client.post(NEW, seller | {"bought_at": seller.pop("arrived_at"), "companion": "c1"})

    assert GuestRecord.objects.get().kind == "gold_purchase"


def test_a_departure_before_the_arrival_is_told_whichever_of_both_is_typed_last(hotel, owner_client):
    typed = GuestFactory(arrived_at="2026-03-15 14:30", departs_on="2026-03-10")
    told = "The departure is before the arrival"
    assertContains(ask(owner_client, "departs_on", at="input", **typed), told)
    assertContains(ask(owner_client, "departs_on", at="change", **typed), told)
    assertContains(ask(owner_client, "arrived_at", **typed), told)
    later = typed | {"arrived_at": "2026-03-01 14:30"}
    assertNotContains(ask(owner_client, "arrived_at", **later), told)


def test_a_citizens_nationality_is_filled_in_where_there_is_none(hotel, owner_client):
    typed = GuestFactory(id_type="national_id", id_number="1000000008", nationality="")
    assert value_of(ask(owner_client, "id_type", **typed), "nationality") == "SAU"
    assertNotContains(ask(owner_client, "id_type", **typed | {"nationality": "EGY"}), "selected")
    assertNotContains(ask(owner_client, "id_type", **typed | {"id_type": "passport"}), "SAU")

    found = owner_client.post(NEW, typed | companion("c1", **typed) | {"companion": "c1", "do": "find"})
    assert [form["nationality"].value() for form in found.context["entry"].forms] == ["SAU", "SAU"]


def test_no_other_document_has_a_nationality_filled_in(hotel, owner_client):
    typed = GuestFactory(id_type="iqama", id_number="2000000006", nationality="")
    page = owner_client.post(NEW, typed)
    assert "nationality" in page.context["form"].errors
