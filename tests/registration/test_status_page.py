import pytest
from django.urls import reverse
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains

from registration import moves
from registration.forms import StatusForm
from registration.models import Status
from registration.moves import move_application
from shumoos.saudi import reference_number
from tests.factories import ApplicationFactory, TypedFactory, make_draft, office

STATUS = reverse("registration:status")


def ask(client, application, **changes):
    data = {"reference": application.shown_reference, "mobile_ending": application.owner_mobile[-4:]}
    return client.post(STATUS, data | changes)


@pytest.fixture
def application(db):
    return ApplicationFactory(owner_name="مالك لا يُذكر")


@pytest.mark.django_db
def test_anybody_can_ask(client):
    assert client.get(STATUS).status_code == 200


def test_the_number_and_the_mobiles_ending_show_where_it_stands(english, application):
    response = ask(english, application)

    assertContains(response, f'<bdi class="code">{application.shown_reference}</bdi>')
    assertContains(response, "Waiting for the office")
    assertContains(response, office("RUH").address_en)


def test_no_personal_data_is_shown(english, application):
    response = ask(english, application)

    for word in (
        application.owner_name,
        application.owner_national_id,
        application.owner_mobile,
        application.name_ar,
        application.licence_number,
    ):
        assertNotContains(response, word)


@pytest.mark.parametrize("written", ["{}-{}-{}-{}", "{}{}{}{}", "{} {} {} {}", "\u200e{}–{}–{}–{}\u200f"])
@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"])
def test_the_number_may_be_written_in_every_way(english, application, written, digits):
    table = str.maketrans("0123456789", digits)
    reference = written.format(*application.shown_reference.split("-")).translate(table)

    response = ask(
        english,
        application,
        reference=reference,
        mobile_ending=application.owner_mobile[-4:].translate(table),
    )

    assertContains(response, application.shown_reference)


@pytest.mark.parametrize("reference", ["264821903742", "26-4821-9037-40", "٢٦٤٨٢١٩٠٣٧٤٢"])
def test_a_mistyped_number_is_told_without_a_look_up(reference):
    # Without the mark that allows it, a query fails the test.
    form = StatusForm({"reference": reference, "mobile_ending": "1234"})

    assert not form.is_valid()
    assert [error.code for error in form.errors.as_data()["reference"]] == ["check_digit"]


@pytest.mark.django_db
def test_the_page_tells_a_mistyped_number_without_a_query(english, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = english.post(STATUS, {"reference": "264821903742", "mobile_ending": "1234"})

    assertContains(response, "looks mistyped", status_code=422)
    assertContains(response, 'value="264821903742"', status_code=422)


@pytest.mark.django_db
@pytest.mark.parametrize("reference", ["", "123", "26-4821-9037-4a", "1" * 500])
def test_what_is_no_reference_number_is_told_beside_the_field(english, reference):
    response = english.post(STATUS, {"reference": reference, "mobile_ending": "12"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"reference", "mobile_ending"}


def test_wrong_combinations_are_answered_alike(english, application):
    other = ApplicationFactory()
    unknown = reference_number.show(reference_number.add_check_digits("2600000000"))
    ending = application.owner_mobile[-4:]
    wrong_ending = f"{(int(ending) + 1) % 10000:04}"

    answers = [
        ask(english, application, mobile_ending=wrong_ending),
        ask(english, application, reference=unknown),
        ask(english, application, reference=other.shown_reference),
    ]

    assert {answer.status_code for answer in answers} == {422}
    told = {str(answer.context["form"].non_field_errors()) for answer in answers}
    assert len(told) == 1


@pytest.mark.django_db
def test_a_draft_has_no_status_to_show(english):
    draft = make_draft(**TypedFactory())

    assert ask(english, draft).status_code == 422


def test_a_returned_application_shows_what_to_put_right(english, application, supervisor):
    move_application(application, Status.UNDER_REVIEW, by=supervisor)
    move_application(application, Status.RETURNED, by=supervisor, reason="الخطاب غير واضح")

    response = ask(english, application)

    assertContains(response, "Returned for correction")
    assertContains(response, "الخطاب غير واضح")
    assertContains(response, reverse("registration:register"))
    assert [event.new for event in response.context["events"]] == ["returned", "under_review", "submitted"]


@pytest.mark.parametrize("status", ["under_review", "rejected", "withdrawn"])
def test_every_status_says_what_comes_next(english, application, supervisor, status):
    move_application(application, Status.UNDER_REVIEW, by=supervisor)
    if status == "withdrawn":
        moves.withdraw(application, by=None)
    else:
        move_application(application, Status(status), by=supervisor, reason="السبب")

    response = ask(english, application)

    with translation.override("en"):
        assertContains(response, Status(status).label)
    assertContains(response, "The next thing to do")


def test_the_number_stands_in_no_address(client, application):
    response = client.get(STATUS, {"reference": application.reference, "mobile_ending": "0000"})

    assert response.context["application"] is None


@pytest.mark.django_db
def test_other_methods_are_refused(client):
    assert client.delete(STATUS).status_code == 405
