import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from guests import batching, intake
from guests.models import Batch, GuestRecord, Submission, TransferStatus
from shumoos.accounts.models import Look, Role
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, UserFactory, sector
from tests.guests.factories import GuestFactory, SubscribedFactory, send, subscribe
from tests.pages import unbroken

pytestmark = pytest.mark.django_db

NEW = reverse("guests:new")
LIST = reverse("guests:list")
RECEIPTS = reverse("guests:receipts")


def in_english(client):
    client.cookies["django_language"] = "en"
    return client


def value_of(page, name):
    """What a text field of the page holds."""
    [tag] = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    found = re.search(r'value="([^"]*)"', tag)
    return found[1] if found else ""


def staff_of(establishment):
    staff = UserFactory(role=Role.STAFF)
    establishment.staff.add(staff)
    return staff


def acknowledge(record, status, reason=""):
    batch = Batch.objects.create(attempts=1, finished_at=timezone.now())
    GuestRecord.objects.filter(pk=record.pk).update(
        state=status, batch=batch, refusal=reason, acknowledged_at=timezone.now()
    )


def test_an_owner_enters_a_guest_and_sees_the_receipt_number(hotel, owner, owner_client):
    guest = GuestFactory(client_reference="A-1", full_name="نزيل مخترع")

    response = owner_client.post(NEW, guest)

    record = GuestRecord.objects.get()
    assert (record.establishment, record.client_reference) == (hotel, "A-1")
    assert (record.submission.by, record.submission.door) == (owner, "form")
    page = owner_client.get(response.url)
    assertContains(page, record.submission.shown_receipt)
    assertContains(page, "نزيل مخترع")


def test_staff_enter_guests_too(hotel):
    staff = staff_of(hotel)

    sign_in(staff).post(NEW, GuestFactory())

    assert Submission.objects.get().by == staff
    assert GuestRecord.objects.count() == 1


def test_the_form_sent_twice_makes_one_record(hotel, owner_client):
    guest = GuestFactory()

    owner_client.post(NEW, guest)
    owner_client.post(NEW, guest)

    assert GuestRecord.objects.count() == 1


def test_the_form_starts_with_a_reference_and_the_time_now(hotel, owner_client, time_machine):
    time_machine.move_to("2026-03-15T21:30:00+00:00", tick=False)

    page = owner_client.get(NEW).content.decode()

    assert re.fullmatch(r"20260316-[0-9A-Z]{6}", value_of(page, "client_reference"))
    assert value_of(page, "arrived_at") == "2026-03-16 00:30"
    assert value_of(page, "full_name") == ""
    nationalities = re.search(r'<select name="nationality".*?</select>', page, re.DOTALL)[0]
    assert re.findall(r'value="([A-Z]{3})"', nationalities)[0] == "SAU"


@pytest.mark.parametrize(
    ("language", "label", "sentence"),
    [
        ("en", "Identity number", "This national ID looks mistyped"),
        ("ar", "رقم الهوية", "يبدو أن رقم الهوية الوطنية كُتب خطأً"),
    ],
)
def test_errors_stand_beside_their_fields_in_both_languages_and_what_was_typed_is_kept(
    hotel, owner_client, language, label, sentence
):
    owner_client.cookies["django_language"] = language
    typed = GuestFactory(id_number="١٠٠٠٠٠٠٠٠٠", full_name="اسم محفوظ", birth_date="")

    response = owner_client.post(NEW, typed)

    assert response.status_code == 200
    page = response.content.decode()
    assertContains(response, label)
    assert sentence in re.search(r'id="div_id_id_number".*?id="div_id_nationality"', page, re.DOTALL)[0]
    assert value_of(page, "id_number") == "١٠٠٠٠٠٠٠٠٠"
    assert value_of(page, "full_name") == "اسم محفوظ"
    assert sorted(response.context["form"].errors) == ["birth_date", "id_number"]
    assert Submission.objects.count() == 0


def test_a_conflict_is_told_beside_the_reference_which_is_unfolded(hotel, owner_client):
    send(hotel, GuestFactory(client_reference="A-1"))

    response = owner_client.post(NEW, GuestFactory(client_reference="A-1"))

    assert list(response.context["form"].errors) == ["client_reference"]
    assertContains(response, "<details open>")
    assert GuestRecord.objects.count() == 1


def test_the_folded_fields_stay_folded_otherwise(hotel, owner_client):
    assertContains(owner_client.get(NEW), "<details>")


def test_a_companion_starts_with_the_main_guests_stay(hotel, owner_client):
    send(hotel, GuestFactory(client_reference="main", room="204", arrived_at="2026-03-15 14:30"))
    main = GuestRecord.objects.get()
    link = owner_client.get(reverse("guests:detail", args=[main.pk])).context["companion_url"]

    page = owner_client.get(link).content.decode()

    assert value_of(page, "companion_of") == "main"
    assert value_of(page, "room") == "204"
    assert value_of(page, "arrived_at") == "2026-03-15 14:30"
    assert value_of(page, "full_name") == ""
    assert "<details open>" in page
    companion = GuestFactory(companion_of="main", client_reference=value_of(page, "client_reference"))
    owner_client.post(link, companion)
    assert GuestRecord.objects.filter(content__companion_of="main").count() == 1


@pytest.mark.parametrize("key", ["0", "x", "9" * 30])
def test_a_companion_of_nobody_is_not_found(hotel, owner_client, key):
    assert owner_client.get(NEW, {"with": key}).status_code == 404


def test_a_companion_of_a_strangers_guest_is_not_found(hotel, owner_client):
    stranger = SubscribedFactory()
    send(stranger, GuestFactory())

    assert owner_client.get(NEW, {"with": GuestRecord.objects.get().pk}).status_code == 404


def test_whoever_has_several_establishments_chooses_one(hotel, owner, owner_client):
    second = SubscribedFactory(owner=hotel.owner)

    page = owner_client.get(NEW)
    assertContains(page, f"?establishment={hotel.number}")
    assertContains(page, f"?establishment={second.number}")
    owner_client.post(f"{NEW}?establishment={second.number}", GuestFactory())

    assert GuestRecord.objects.get().establishment == second
    assertContains(owner_client.get(LIST), second.name_ar)


def test_a_strangers_establishment_is_not_found(hotel, owner_client):
    stranger = SubscribedFactory()

    response = owner_client.post(f"{NEW}?establishment={stranger.number}", GuestFactory())

    assert response.status_code == 404
    assert GuestRecord.objects.count() == 0


def test_another_sectors_kind_is_not_found(hotel, owner_client):
    assert owner_client.get(NEW, {"kind": "gold_purchase"}).status_code == 404


def test_without_a_subscription_there_is_a_sentence_and_no_form(establishment, owner_client):
    in_english(owner_client)

    for response in (owner_client.get(NEW), owner_client.post(NEW, GuestFactory())):
        assertContains(response, "is not active, so no records are taken")
        assertNotContains(response, "<select")
    assert Submission.objects.count() == 0


def test_a_subscription_that_ends_while_the_form_is_sent_is_told_in_it(hotel, owner_client, monkeypatch):
    answers = iter([True, False])
    monkeypatch.setattr(intake, "is_subscribed", lambda establishment: next(answers))

    response = owner_client.post(NEW, GuestFactory(full_name="اسم محفوظ"))

    assert response.context["form"].non_field_errors()
    assertContains(response, "اسم محفوظ")


STATES = [
    (TransferStatus.ACCEPTED, "Waiting to be transferred", "Accepted"),
    (TransferStatus.SENDING, "Being transferred", "Being transferred"),
    (TransferStatus.TRANSFERRED, "Transferred", "Transferred"),
    (TransferStatus.REFUSED, "Refused by the centre", "Refused by the centre"),
]


@pytest.mark.parametrize(("status", "step", "badge"), STATES)
def test_received_accepted_and_transferred_are_shown_apart(hotel, owner_client, status, step, badge):
    send(hotel, GuestFactory())
    record = GuestRecord.objects.get()
    if status == TransferStatus.SENDING:
        batching.claim(500)
    elif status != TransferStatus.ACCEPTED:
        acknowledge(record, status, "Unknown <number>" if status == TransferStatus.REFUSED else "")
    in_english(owner_client)

    page = owner_client.get(reverse("guests:detail", args=[record.pk])).content.decode()

    stepper = re.search(r'<ol class="stepper stepper-even".*?</ol>', page, re.DOTALL)[0]
    steps = re.findall(r"<li(.*?)>(.*?)</li>", stepper, re.DOTALL)
    assert [("done" in attributes) for attributes, _text in steps] == [
        True,
        True,
        status == TransferStatus.TRANSFERRED,
    ]
    for word, (_attributes, text) in zip(["Received", "Accepted", step], steps, strict=True):
        assert word in text
    assert ("Unknown &lt;number&gt;" in page) == (status == TransferStatus.REFUSED)
    assertContains(owner_client.get(LIST), badge)


def test_a_record_shows_its_fields_by_their_names_and_days_in_both_calendars(hotel, owner_client):
    send(hotel, GuestFactory(nationality="EGY", id_type="iqama", id_number="2000000006"))
    in_english(owner_client)

    page = owner_client.get(reverse("guests:detail", args=[GuestRecord.objects.get().pk]))

    for shown in ("Egypt", "Iqama", "2000000006", unbroken("15 March 1990 (18 Shaban 1410 AH)")):
        assertContains(page, shown)


def test_a_look_at_a_record_is_logged(hotel, owner, owner_client):
    send(hotel, GuestFactory())
    record = GuestRecord.objects.get()

    owner_client.get(reverse("guests:detail", args=[record.pk]))

    look = Look.objects.exclude(action="send guests").get()
    assert (look.by, look.role, look.action) == (owner, "owner", "view guest record")
    assert look.subject == f"guests.guestrecord:{record.pk}"


@pytest.mark.parametrize("page", [LIST, NEW, RECEIPTS])
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.SUPPORT, Role.ADMINISTRATOR])
def test_other_roles_are_refused(page, role):
    assert sign_in(UserFactory(role=role)).get(page).status_code == 403


@pytest.mark.parametrize("page", [LIST, NEW, RECEIPTS])
def test_whoever_has_not_signed_in_is_led_to_the_sign_in(client, page):
    assertRedirects(client.get(page), f"{reverse('accounts:login')}?next={page}")


def test_a_stranger_finds_neither_record_nor_receipt(hotel):
    submission = send(hotel, GuestFactory())
    stranger = sign_in(SubscribedFactory().owner.user)

    assert stranger.get(reverse("guests:detail", args=[submission.results[0].record_id])).status_code == 404
    assert stranger.get(reverse("guests:receipt", args=[submission.receipt])).status_code == 404
    assertNotContains(stranger.get(LIST), "G-")
    assertNotContains(stranger.get(RECEIPTS), submission.shown_receipt)
    # A list without a record is a list: it was looked at, and showed nobody.
    looks = Look.objects.exclude(action="send guests")
    assert [(look.action, look.people) for look in looks] == [("list guest records", 0)]


def test_the_list_goes_on_by_key(hotel, owner_client):
    send(hotel, *[GuestFactory(client_reference=f"R{n:03}") for n in range(53)])

    first = owner_client.get(LIST)
    assert len(first.context["rows"]) == 50
    assert not first.context["newest"]
    second = owner_client.get(first.context["older"])
    assert [record.client_reference for record in second.context["rows"]] == ["R002", "R001", "R000"]
    assert (second.context["newest"], second.context["older"]) == (LIST, "")


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣"])
def test_a_key_that_is_none_shows_the_newest(hotel, owner_client, before):
    send(hotel, GuestFactory())

    assert len(owner_client.get(LIST, {"before": before}).context["rows"]) == 1


@pytest.mark.parametrize("page", [LIST, RECEIPTS])
def test_lists_ask_as_much_for_many_rows_as_for_one(
    hotel, owner_client, page, django_assert_num_queries, django_assert_max_num_queries
):
    send(hotel, GuestFactory())
    # Of the list's, two write down who looked.
    with django_assert_max_num_queries(18 if page == LIST else 16) as captured:
        owner_client.get(page)
    for _ in range(4):
        send(hotel, GuestFactory())

    with django_assert_num_queries(len(captured)):
        owner_client.get(page)


@pytest.mark.parametrize("page", [LIST, RECEIPTS])
def test_empty_lists_lead_to_the_form(hotel, owner_client, page):
    assertContains(owner_client.get(page), NEW)


def test_a_receipt_says_who_sent_what_when_and_how(hotel, owner_client):
    staff = staff_of(hotel)
    bad = GuestFactory(id_number="1")
    submission = send(hotel, GuestFactory(), GuestFactory(), bad, by=staff)
    Submission.objects.update(received_at=submission.received_at.replace(hour=21, minute=15))
    submission.refresh_from_db()
    in_english(owner_client)

    assertContains(owner_client.get(RECEIPTS), submission.shown_receipt)
    page = owner_client.get(reverse("guests:receipt", args=[submission.receipt]))

    for shown in (
        submission.shown_receipt,
        unbroken("at 00:15"),
        hotel.name_en,
        hotel.number,
        "Lodging",
        "Form",
        staff.full_name,
        "<dd><bdi>2</bdi></dd>",
        "<dd><bdi>0</bdi></dd>",
        "<dd><bdi>1</bdi></dd>",
        submission.sha256,
    ):
        assertContains(page, shown)


def test_a_receipt_without_a_person_is_shown(hotel, owner_client):
    submission = send(hotel, GuestFactory())
    Submission.objects.update(by=None)

    assert owner_client.get(reverse("guests:receipt", args=[submission.receipt])).status_code == 200


@pytest.mark.parametrize("number", ["1", "262222222222", "x" * 40])
def test_a_receipt_that_was_never_given_is_not_found(hotel, owner_client, number):
    assert owner_client.get(reverse("guests:receipt", args=[number])).status_code == 404


@pytest.mark.parametrize("page", [LIST, RECEIPTS])
def test_lists_are_only_read(hotel, owner_client, page):
    assert owner_client.post(page).status_code == 405


def test_staff_of_nothing_are_told_so(db):
    response = in_english(sign_in(UserFactory(role=Role.STAFF))).get(NEW)

    assertContains(response, "No establishment is linked to your account yet")


def test_a_sector_that_sends_nothing_has_no_form(db):
    quiet = sector("scrap")
    quiet.record_kinds = []
    quiet.save()
    establishment = EstablishmentFactory(sector=quiet)
    subscribe(establishment, period=(timezone.now().date(), timezone.now().date() + timedelta(days=30)))

    response = in_english(sign_in(establishment.owner.user)).get(NEW)

    assertContains(response, "sends no records")
