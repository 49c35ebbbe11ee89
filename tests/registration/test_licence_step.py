"""The first page of registering: which licence it is, and whose."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects, assertTemplateUsed

from registration.models import Application, Status, WrongLookUp
from registration.moves import move_application
from shumoos.saudi.identity import make_national_id
from tests.conftest import sign_in
from tests.factories import RNG, ApplicationFactory, LicenceFactory, OfficerFactory, city, sector
from tests.guests.factories import subscribe
from tests.registration.registering import (
    DONE,
    ESTABLISHMENT,
    OWNER,
    REGISTER,
    errors,
    go_through,
    the_establishment,
    the_licence,
    the_owner,
)

pytestmark = pytest.mark.django_db


def about(licence, **changes):
    """The licence's number and its owner's, as the first page takes them."""
    return {
        "sector": licence.sector_id,
        "licence_number": licence.number,
        "owner_national_id": licence.owner_national_id,
    } | changes


def test_anybody_can_begin(client):
    response = client.get(REGISTER)

    assertTemplateUsed(response, "registration/steps/register.html")
    assert response.status_code == 200
    assert not Application.objects.exists()


def test_sectors_stand_under_their_authorities(english):
    assertContains(english.get(REGISTER), '<optgroup label="Ministry of Tourism">')


def test_the_page_takes_the_same_queries_whatever_there_is(client, django_assert_max_num_queries):
    LicenceFactory.create_batch(3)
    with django_assert_max_num_queries(2):
        client.get(REGISTER)


def test_the_four_steps_are_shown_and_which_one_this_is(english):
    response = english.get(REGISTER)

    titles = [str(step["title"]) for step in response.context["steps"]]
    assert len(titles) == 4
    assertContains(response, '<li aria-current="step">', count=1)
    assertContains(response, "Step 1 of 4")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("owner_national_id", "1000000000", "its last digit does not fit"),
        ("owner_national_id", "3000000000", "begins with 1 or 2"),
        ("owner_national_id", "10000", "ten digits"),
        ("owner_national_id", "", "required"),
        ("licence_number", "<b>", "as it stands on the licence"),
        ("licence_number", "", "required"),
        ("sector", "999999", "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_kept(english, field, value, sentence):
    response = english.post(REGISTER, the_licence(**{field: value}))

    assert response.status_code == 422
    assert list(errors(response)) == [field]
    assert sentence in errors(response)[field][0]
    other = "73102155" if field != "licence_number" else "1000000008"
    assertContains(response, f'value="{other}"', status_code=422)
    assert not Application.objects.exists()


def test_an_iqama_is_accepted_as_the_owners(client):
    draft = go_through(client, until=ESTABLISHMENT, licence={"owner_national_id": make_national_id(RNG, "2")})

    assert draft.owner_national_id.startswith("2")


def test_numbers_may_be_typed_in_any_digits(client):
    numbers = {"licence_number": " ٧٣-١٠٢ ١٥٥ ", "owner_national_id": "١٠٠٠ ٠٠٠ ٠٠٨"}

    draft = go_through(client, until=ESTABLISHMENT, licence=numbers)

    assert (draft.licence_number, draft.owner_national_id) == ("73102155", "1000000008")


# The register ----------------------------------------------------------------------------------------------


def test_a_licence_in_the_register_fills_in_the_rest(english):
    licence = LicenceFactory(city=city("jeddah"))

    response = english.post(REGISTER, about(licence), follow=True)

    draft = Application.objects.get()
    assertRedirects(response, ESTABLISHMENT)
    assert draft.licence == licence
    assert (draft.name_ar, draft.name_en, draft.commercial_registration, draft.owner_name, draft.city) == (
        licence.name_ar,
        licence.name_en,
        licence.commercial_registration,
        licence.owner_name,
        licence.city,
    )
    assert (draft.licence_issued_on, draft.licence_expires_on) == (licence.issued_on, licence.expires_on)
    assertContains(response, "This is what the register of “Ministry of Tourism” says")
    assertContains(response, f'value="{licence.commercial_registration}"')


def test_the_mobile_in_the_register_is_shown_to_nobody(client):
    licence = LicenceFactory()

    client.post(REGISTER, about(licence))

    assert Application.objects.get().owner_mobile == ""
    assertNotContains(client.get(OWNER), licence.owner_mobile[-4:])


def test_an_expired_licences_days_are_not_filled_in(client, time_machine):
    licence = LicenceFactory()
    time_machine.move_to("2036-01-01 12:00+03:00")

    client.post(REGISTER, about(licence))

    draft = Application.objects.get()
    assert (draft.name_ar, draft.licence_expires_on) == (licence.name_ar, None)


def test_another_owners_licence_fills_in_nothing_and_looks_like_one_that_is_not_there(english):
    licence = LicenceFactory(owner_national_id="1000000016")
    number = "1000000008"

    known = english.post(REGISTER, about(licence, owner_national_id=number), follow=True)
    unknown = Client()
    unknown.cookies["django_language"] = "en"
    other = unknown.post(
        REGISTER, about(licence, licence_number="NONE1", owner_national_id=number), follow=True
    )

    for response in (known, other):
        assertContains(response, "Nothing was found in the licensing authority's register")
        assertNotContains(response, licence.name_ar)
    assert list(Application.objects.values_list("licence", "name_ar")) == [(None, ""), (None, "")]


def test_the_same_number_of_another_authority_fills_in_nothing(client):
    licence = LicenceFactory()

    client.post(REGISTER, about(licence, sector=sector("car_rental").pk))

    assert Application.objects.get().licence is None


def test_what_only_an_applicant_said_of_a_licence_fills_in_nothing(client):
    licence = LicenceFactory(in_register=False)

    client.post(REGISTER, about(licence))

    assert Application.objects.get().name_ar == ""


def test_whoever_guesses_at_the_owner_is_told_nothing_any_more(client, time_machine):
    time_machine.move_to("2026-11-20 12:00+03:00")
    licence = LicenceFactory(owner_national_id="1000000008")
    for _ in range(5):
        client.post(REGISTER, about(licence, owner_national_id=make_national_id(RNG)))
    assert WrongLookUp.objects.count() == 5

    Client(REMOTE_ADDR="203.0.113.9").post(REGISTER, about(licence))
    assert Application.objects.latest("pk").licence is None

    time_machine.move_to("2026-11-20 12:16+03:00")
    Client().post(REGISTER, about(licence))
    assert Application.objects.latest("pk").licence == licence


def test_naming_the_same_licence_again_keeps_what_was_changed(client):
    licence = LicenceFactory()
    client.post(REGISTER, about(licence))
    client.post(ESTABLISHMENT, the_establishment(name_ar="الاسم الجديد المخترع"))

    client.post(REGISTER, about(licence))

    assert Application.objects.get().name_ar == "الاسم الجديد المخترع"


def test_naming_another_licence_fills_in_anew(client):
    first, second = LicenceFactory(), LicenceFactory()
    client.post(REGISTER, about(first))

    client.post(REGISTER, about(second))

    draft = Application.objects.get()
    assert (draft.licence, draft.name_ar) == (second, second.name_ar)


def test_naming_a_licence_that_is_not_in_the_register_keeps_what_was_typed(client):
    go_through(client, until=OWNER)

    client.post(REGISTER, the_licence(licence_number="555"))

    draft = Application.objects.get()
    assert (draft.licence_number, draft.name_ar) == ("555", "فندق النخلة المخترعة")


# Licences that are taken -----------------------------------------------------------------------------------


def test_a_licence_with_an_application_in_progress_is_told_at_once_and_what_to_do(english):
    taken = ApplicationFactory()

    response = english.post(REGISTER, the_licence(licence_number=taken.licence_number))

    assert list(errors(response)) == ["licence_number"]
    assert "already has an application in progress" in errors(response)["licence_number"][0]
    assertContains(response, 'href="/status/"', status_code=422)
    assertContains(response, "tel:920014446", status_code=422)
    assert not Application.objects.drafts().exists()


def test_a_returned_application_is_told_at_once(english):
    supervisor = OfficerFactory()
    taken = ApplicationFactory()
    move_application(taken, Status.UNDER_REVIEW, by=supervisor)
    move_application(taken, Status.RETURNED, by=supervisor, reason="الاسم لا يطابق الترخيص")

    response = english.post(REGISTER, the_licence(licence_number=taken.licence_number))

    assertContains(response, "Put it right under “Follow an application”", status_code=422)


def test_a_subscribed_licence_is_told_at_once_and_leads_to_the_sign_in(english, establishment):
    licence = subscribe(establishment).licence

    response = english.post(REGISTER, about(licence))

    assert "already has an active subscription" in errors(response)["licence_number"][0]
    assertContains(response, '<a class="btn btn-outline-primary" href="/login/">', status_code=422)


@pytest.mark.parametrize("rows", [1, 4])
def test_naming_a_licence_takes_the_same_queries_whatever_there_is(client, rows, django_assert_num_queries):
    LicenceFactory.create_batch(rows)
    ApplicationFactory.create_batch(rows)
    client.post(REGISTER, the_licence())
    client.get(REGISTER)

    with django_assert_num_queries(17):
        client.post(REGISTER, the_licence(licence_number="555"))


# Coming back, and several at once --------------------------------------------------------------------------


def test_coming_back_finds_what_was_typed(client):
    go_through(client, until=ESTABLISHMENT)

    assertContains(client.get(REGISTER), 'value="73102155"')


def test_another_browser_finds_nothing_of_it(client):
    go_through(client, until=OWNER)

    assertNotContains(Client().get(REGISTER), "73102155")
    assertRedirects(Client().get(ESTABLISHMENT), REGISTER)


def test_another_establishment_is_begun_beside_the_first(client):
    first = go_through(client, until=OWNER)
    client.post("/register/another/")

    assert client.get(REGISTER).context["form"]["licence_number"].value() is None
    client.post(REGISTER, the_licence(licence_number="555"))

    assert list(Application.objects.order_by("pk").values_list("licence_number", flat=True)) == [
        "73102155",
        "555",
    ]
    client.post(OWNER, the_owner(draft=first.key))
    assert list(Application.objects.order_by("pk").values_list("owner_name", flat=True)) == ["مالك مخترع", ""]


def test_a_page_of_a_draft_that_is_not_this_browsers_changes_nothing(client):
    draft = go_through(Client(), until=OWNER)

    response = client.post(OWNER, the_owner(draft=draft.key))

    assertRedirects(response, REGISTER)
    draft.refresh_from_db()
    assert draft.owner_name == ""


@pytest.mark.parametrize("key", ["", "x", "../../etc/passwd", "a" * 5000])
def test_a_key_that_is_none_of_ours_begins_anew(client, key):
    client.post(REGISTER, the_licence(draft=key))

    assert len(Application.objects.get().key) == 32


def test_after_sending_the_page_is_empty_for_another_establishment(client):
    go_through(client, until=None)

    assert Application.objects.get().status == Status.SUBMITTED
    assertNotContains(client.get(REGISTER), "73102155")
    go_through(client, until=ESTABLISHMENT, licence={"licence_number": "555"})
    assert Application.objects.count() == 2


def test_a_page_of_an_application_that_was_sent_leads_to_its_number(client):
    sent = go_through(client, until=None)

    for page, typed in ((REGISTER, the_licence()), (OWNER, the_owner())):
        assertRedirects(client.post(page, typed | {"draft": sent.key}), DONE)

    sent.refresh_from_db()
    assert sent.status == Status.SUBMITTED


def test_other_methods_are_refused_and_nothing_is_kept_by_the_browser(client):
    assert client.put(REGISTER).status_code == 405
    assert client.get("/register/another/").status_code == 405
    assert "no-store" in client.get(REGISTER)["Cache-Control"]


def test_somebody_who_is_signed_in_may_register_too(owner):
    draft = go_through(sign_in(owner), until=ESTABLISHMENT)

    assert draft.licence_number == "73102155"


def test_an_owner_who_comes_with_their_licence_finds_it_filled_in(establishment):
    owner = establishment.owner
    licence = LicenceFactory(owner_national_id=owner.national_id)
    client = sign_in(owner.user)

    form = client.get(f"{REGISTER}?licence={licence.pk}").context["form"]

    assert {field.name: field.value() for field in form} == about(licence)


@pytest.mark.parametrize("named", ["", "x", "999999999", "9" * 30])
def test_an_address_that_names_no_licence_of_theirs_fills_in_nothing(establishment, named):
    form = sign_in(establishment.owner.user).get(f"{REGISTER}?licence={named}").context["form"]
    assert {field.value() for field in form} == {None}


def test_nobody_reads_anothers_licence_by_its_address(client, establishment):
    licence = LicenceFactory()
    for visitor in (client, sign_in(establishment.owner.user), sign_in(OfficerFactory())):
        assertNotContains(visitor.get(f"{REGISTER}?licence={licence.pk}"), licence.number)


def test_what_was_begun_about_another_licence_is_kept_beside_it(establishment):
    owner = establishment.owner
    client = sign_in(owner.user)
    begun = LicenceFactory(owner_national_id=owner.national_id)
    client.post(REGISTER, about(begun))
    licence = LicenceFactory(owner_national_id=owner.national_id)

    page = client.get(f"{REGISTER}?licence={licence.pk}")
    assert page.context["form"]["licence_number"].value() == licence.number
    assert [draft.licence_number for draft in page.context["begun"]] == [begun.number]

    client.post(REGISTER, about(licence))
    drafts = Application.objects.filter(status=Status.DRAFT)
    assert {draft.licence_number for draft in drafts} == {begun.number, licence.number}
