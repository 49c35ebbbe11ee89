import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects, assertTemplateUsed

from registration.models import Application, Document, Status
from registration.moves import move_application
from shumoos.saudi import calendar
from shumoos.saudi.identity import make_national_id
from shumoos.sms.models import TextMessage
from tests.factories import RNG, ApplicationFactory, city, jpeg, office, sector
from tests.races import at_once
from tests.registration.bad_files import pdf

pytestmark = pytest.mark.django_db

REGISTER = reverse("registration:register")
DONE = reverse("registration:done")


def upload(content=None, name="document.jpg"):
    return SimpleUploadedFile(name, jpeg() if content is None else content)


def files(**changes):
    return {"licence": upload(), "letter": upload(), "owner_id": upload()} | changes


def typed(**changes):
    """What a browser sends, apart from files."""
    return {
        "sector": sector().pk,
        "licence_number": "73102155",
        "licence_issued_on": "2026-01-15",
        "licence_expires_on": "2034-01-14",
        "name_ar": "فندق النخلة المخترعة",
        "name_en": "",
        "commercial_registration": "1010123456",
        "city": city().pk,
        "short_address": "",
        "owner_name": "مالك مخترع",
        "owner_national_id": "1000000008",
        "owner_mobile": "0501234567",
        "confirmed": "on",
    } | changes


def key_in(response):
    return re.search(r'name="key" value="([^"]+)"', response.content.decode())[1]


def errors(response):
    """The sentences by field, as the page showed them."""
    with translation.override(response["Content-Language"]):
        return {name: list(messages) for name, messages in response.context["form"].errors.items()}


def test_anybody_can_open_the_form(client):
    response = client.get(REGISTER)

    assertTemplateUsed(response, "registration/register.html")
    assert response.status_code == 200
    assert not Application.objects.exists()


def test_cities_stand_under_their_regions_and_activities_under_their_authorities(english):
    response = english.get(REGISTER)

    assertContains(response, '<optgroup label="Makkah">')
    assertContains(response, f'<option value="{city("jeddah").pk}">Jeddah</option>', html=True)
    assertContains(response, '<optgroup label="Ministry of Tourism">')


def test_the_form_takes_the_same_queries_whatever_there_is(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        client.get(REGISTER)


def test_a_whole_registration_leads_to_the_reference_number(client):
    response = client.post(REGISTER, typed() | files(), follow=True)

    application = Application.objects.get()
    assertRedirects(response, DONE)
    assert application.status == Status.SUBMITTED
    assert application.office == office("RUH")
    assert application.documents.filter(is_current=True).count() == 3
    assert application.language == "ar"
    assertContains(response, f">{application.shown_reference}</bdi>")
    assertContains(response, office("RUH").name_ar)
    assertContains(response, office("RUH").address_ar)
    assertContains(response, office("RUH").hours_ar)
    assert TextMessage.objects.get().to == "+966501234567"


def test_in_english_the_texts_are_english_too(english):
    response = english.post(REGISTER, typed() | files(), follow=True)

    assertContains(response, "Your reference number")
    assertContains(response, "Investigation office, Riyadh region")
    assert Application.objects.get().language == "en"


def test_numbers_may_be_typed_in_any_digits_and_dates_in_either_calendar(client):
    client.post(
        REGISTER,
        typed(
            licence_number=" ٧٣-١٠٢ ١٥٥ ",
            licence_issued_on="١٤٤٧/٠٧/٢٦",
            licence_expires_on="۱۴/۰۱/۲۰۳۴",
            commercial_registration="١٠١٠١٢٣٤٥٦",
            short_address="rrrd ٢٩٢٩",
            owner_national_id="١٠٠٠ ٠٠٠ ٠٠٨",
            owner_mobile="\u200e+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧",
        )
        | files(),
    )

    application = Application.objects.get()
    assert application.licence_number == "73102155"
    assert application.licence_issued_on == calendar.from_hijri(1447, 7, 26)
    assert application.licence_expires_on.isoformat() == "2034-01-14"
    assert application.commercial_registration == "1010123456"
    assert application.short_address == "RRRD2929"
    assert application.owner_national_id == "1000000008"
    assert application.owner_mobile == "+966501234567"


@pytest.mark.parametrize("mobile", ["0501234567", "501234567", "966501234567", "+966 50 123 4567"])
def test_mobiles_are_read_in_every_spelling(client, mobile):
    client.post(REGISTER, typed(owner_mobile=mobile) | files())

    assert Application.objects.get().owner_mobile == "+966501234567"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("owner_national_id", "1000000000", "its last digit does not fit"),
        ("owner_national_id", "3000000000", "begins with 1 or 2"),
        ("owner_national_id", "10000", "ten digits"),
        ("owner_mobile", "0112345678", "Saudi mobile"),
        ("commercial_registration", "12345", "ten digits"),
        ("short_address", "RR29", "four Latin letters and four digits"),
        ("licence_issued_on", "2026-02-30", "There is no such day"),
        ("licence_issued_on", "1201/01/01", "1343 to 1500"),
        ("licence_issued_on", "2033-01-01", "has not come yet"),
        ("licence_expires_on", "2026-01-15", "after the day it was issued"),
        ("licence_expires_on", "2026-02-01", "has expired"),
        ("licence_number", "<b>", "as it stands on the licence"),
        ("name_ar", "123", "in letters"),
        ("name_ar", "", "required"),
        ("city", "", "required"),
        ("city", "999999", "not one of the available choices"),
        ("confirmed", "", "tick this box"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_kept(english, time_machine, field, value, sentence):
    time_machine.move_to("2026-11-20")
    response = english.post(REGISTER, typed(**{field: value}) | files())

    assert response.status_code == 422
    [messages] = errors(response).values()
    assert list(errors(response)) == [field]
    assert sentence in messages[0]
    assertContains(response, "فندق" if field != "name_ar" else "1010123456", status_code=422)
    if value and field not in ("city", "confirmed"):
        assertContains(response, f'value="{value}"' if value != "<b>" else "&lt;b&gt;", status_code=422)
    assert not Application.objects.sent().exists()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_field_is_wrong_without_a_sentence(client, language):
    client.cookies["django_language"] = language
    response = client.post(REGISTER, {})

    required = [field.name for field in response.context["form"] if field.field.required]
    assert list(errors(response)) == required
    assert not Application.objects.exists()


def test_good_files_are_kept_when_something_else_is_wrong(english):
    first = english.post(REGISTER, typed(owner_national_id="1000000000") | files(letter=upload(b"<svg/>")))

    assert set(errors(first)) == {"owner_national_id", "letter"}
    assertContains(first, "We have kept this document", count=2, status_code=422)
    key = key_in(first)
    second = english.post(REGISTER, typed(key=key) | {"letter": upload(pdf())}, follow=True)

    application = Application.objects.get()
    assertRedirects(second, DONE)
    kept = application.documents.filter(is_current=True)
    assert {document.kind: document.content_type for document in kept} == {
        "licence": "image/jpeg",
        "letter": "application/pdf",
        "owner_id": "image/jpeg",
    }


def test_a_kept_file_can_be_replaced(client):
    key = key_in(client.post(REGISTER, typed(owner_name="") | files()))
    client.post(REGISTER, typed(key=key) | {"licence": upload(jpeg("black"))})

    application = Application.objects.get()
    assert application.status == Status.SUBMITTED
    assert application.documents.filter(kind="licence").count() == 2
    assert application.documents.filter(is_current=True).count() == 3


def test_a_bad_file_in_place_of_a_kept_one_is_told_and_the_kept_one_stays(client):
    key = key_in(client.post(REGISTER, typed(owner_name="") | files()))
    response = client.post(REGISTER, typed(key=key) | {"licence": upload(b"")})

    assert list(errors(response)) == ["licence"]
    assert Document.objects.filter(is_current=True).count() == 3


def test_a_file_over_10_mb_is_told_beside_its_field(english):
    large = upload(jpeg() + bytes(10 * 1024 * 1024))

    response = english.post(REGISTER, typed() | files(licence=large))

    assert list(errors(response)) == ["licence"]
    assert "larger than 10 MB" in errors(response)["licence"][0]
    assert Document.objects.count() == 2


def test_coming_back_finds_what_was_typed_and_the_files(english):
    english.post(REGISTER, typed(owner_name="") | files())

    response = english.get(REGISTER)

    assertContains(response, "فندق النخلة المخترعة")
    assertContains(response, "2026-01-15")
    assertContains(response, "We have kept this document", count=3)


def test_another_browser_finds_nothing_of_it(english):
    english.post(REGISTER, typed(owner_name="") | files())

    response = Client().get(REGISTER)

    assertNotContains(response, "فندق النخلة المخترعة")


def test_sending_the_same_page_twice_is_one_application(client):
    key = key_in(client.get(REGISTER))
    first = client.post(REGISTER, typed(key=key) | files())
    second = client.post(REGISTER, typed(key=key) | files())

    assertRedirects(first, DONE)
    assertRedirects(second, DONE)
    assert Application.objects.count() == 1
    assert TextMessage.objects.count() == 1


def test_after_sending_the_form_is_empty_for_another_establishment(client):
    client.post(REGISTER, typed() | files())

    assertNotContains(client.get(REGISTER), "فندق النخلة المخترعة")
    client.post(REGISTER, typed(licence_number="555") | files())

    assert Application.objects.sent().count() == 2


def test_the_page_of_a_sent_application_filled_in_for_another_licence_is_another(client):
    key = key_in(client.get(REGISTER))
    client.post(REGISTER, typed(key=key) | files())
    client.post(REGISTER, typed(key=key, licence_number="555") | files())

    assert sorted(Application.objects.sent().values_list("licence_number", flat=True)) == ["555", "73102155"]


def test_a_licence_with_an_application_in_progress_is_told_and_all_is_kept(english):
    taken = ApplicationFactory()

    response = english.post(REGISTER, typed(licence_number=taken.licence_number) | files())

    assert list(errors(response)) == ["licence_number"]
    assert "already has an application in progress" in errors(response)["licence_number"][0]
    assertContains(response, "We have kept this document", count=3, status_code=422)
    assert Application.objects.sent().count() == 1


def test_a_returned_application_is_not_sent_again_from_the_form(english, supervisor):
    english.post(REGISTER, typed() | files())
    application = Application.objects.get()
    move_application(application, Status.UNDER_REVIEW, by=supervisor)
    move_application(application, Status.RETURNED, by=supervisor, reason="الاسم لا يطابق الترخيص")

    stranger = Client()
    stranger.cookies["django_language"] = "en"
    response = stranger.post(REGISTER, typed(name_ar="الاسم الصحيح") | files())

    assertContains(response, "Put it right under “Follow an application”", status_code=422)
    application.refresh_from_db()
    assert application.status == "returned"


@pytest.mark.parametrize("key", ["", "x", "../../etc/passwd", "a" * 5000])
def test_a_key_that_is_none_of_ours_starts_anew(client, key):
    client.post(REGISTER, typed(key=key) | files())

    assert len(Application.objects.get().key) == 32


def test_the_page_after_sending_leads_strangers_to_the_form(client):
    assertRedirects(client.get(DONE), REGISTER)


def test_other_methods_are_refused(client):
    assert client.put(REGISTER).status_code == 405
    assert client.post(DONE).status_code == 405


def test_neither_page_is_kept_by_the_browser(client):
    assert "no-store" in client.get(REGISTER)["Cache-Control"]
    client.post(REGISTER, typed() | files())
    assert "no-store" in client.get(DONE)["Cache-Control"]


def test_an_iqama_is_accepted_as_the_owners(client):
    client.post(REGISTER, typed(owner_national_id=make_national_id(RNG, "2")) | files())

    assert Application.objects.sent().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_application(client):
    key = key_in(client.get(REGISTER))

    answers = at_once(*[lambda: Client().post(REGISTER, typed(key=key) | files())] * 2)

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Application.objects.count() == 1
    assert TextMessage.objects.count() == 1
