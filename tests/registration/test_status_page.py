import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration import moves
from registration.forms import StatusForm
from registration.models import Status
from registration.moves import move_application
from shumoos.accounts.models import Look
from shumoos.saudi import reference_number
from shumoos.sms.models import TextMessage
from tests.codes import another, receive_code
from tests.factories import ApplicationFactory, TypedFactory, make_draft, office
from tests.races import at_once
from tests.registration.following import opened, right

STATUS = reverse("registration:status")


DETAILS = reverse("registration:status_details")
START = "2026-11-20 09:00:00+03:00"


def ask(client, application, **changes):
    return client.post(STATUS, right(application, **changes))


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


def test_a_returned_application_says_so_and_keeps_the_words_for_the_owner(english, application, supervisor):
    move_application(application, Status.UNDER_REVIEW, by=supervisor)
    move_application(application, Status.RETURNED, by=supervisor, reason="الخطاب غير واضح")

    response = ask(english, application)

    assertContains(response, "Returned for correction")
    assertContains(response, reverse("registration:status_send_code"))
    # The supervisor's words are for the owner, who types a code first.
    assertNotContains(response, "الخطاب غير واضح")
    assert [event.new for event in response.context["events"]] == ["returned", "under_review", "submitted"]


@pytest.mark.parametrize("status", ["under_review", "rejected", "withdrawn", "expired"])
def test_every_status_says_what_comes_next(english, application, supervisor, status):
    if status == "expired":
        move_application(application, Status.EXPIRED, by=None)
    else:
        move_application(application, Status.UNDER_REVIEW, by=supervisor)
    if status == "withdrawn":
        moves.withdraw(application, by=None)
    elif status == "rejected":
        move_application(application, Status.REJECTED, by=supervisor, reason="السبب")

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


# Guessing ---------------------------------------------------------------------------------------------------


def wrong(application):
    return f"{(int(application.owner_mobile[-4:]) + 1) % 10000:04}"


def test_after_five_wrong_endings_even_the_right_one_waits(english, application):
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            assert ask(english, application, mobile_ending=wrong(application)).status_code == 422
            clock.shift(60)

        # From another address too: it is the number that is guessed at.
        answer = english.post(STATUS, right(application), REMOTE_ADDR="192.0.2.7")

        assert (answer.status_code, answer["Retry-After"]) == (429, str(10 * 60))
        clock.shift(10 * 60 + 1)
        assert ask(english, application).status_code == 200


def test_an_address_that_tries_number_after_number_waits(english, application):
    for digit in range(5):
        unknown = reference_number.add_check_digits(f"260000000{digit}")
        ask(english, application, reference=unknown)

    assert ask(english, application).status_code == 429
    assert english.post(STATUS, right(application), REMOTE_ADDR="192.0.2.7").status_code == 200


def test_right_ones_and_mistyped_ones_do_not_count(english, application):
    for _ in range(6):
        assert ask(english, application).status_code == 200
        ask(english, application, reference="264821903742")

    assert ask(english, application).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_once_are_counted_one_by_one():
    application = ApplicationFactory()
    guess = lambda: Client().post(STATUS, right(application, mobile_ending=wrong(application)))  # noqa: E731

    answers = at_once(*[guess] * 8)

    assert sorted(answer.status_code for answer in answers) == [422] * 5 + [429] * 3


# After a code -----------------------------------------------------------------------------------------------


def test_details_need_a_code(english, application):
    for name in ("details", "slip", "correct", "withdraw"):
        assertRedirects(english.get(reverse(f"registration:status_{name}")), STATUS)
    ask(english, application)
    for name in ("details", "slip", "correct", "withdraw"):
        response = english.get(reverse(f"registration:status_{name}"))
        assertRedirects(response, reverse("registration:status_code"))


def test_no_code_is_sent_to_whoever_has_not_found_the_application(english, application):
    assertRedirects(english.post(reverse("registration:status_send_code")), STATUS)

    assert not TextMessage.objects.filter(kind="code").exists()


def test_the_code_opens_the_details_for_half_an_hour(english, application):
    with time_machine.travel(START, tick=False) as clock:
        opened(english, application)

        response = english.get(DETAILS)
        assertContains(response, application.owner_national_id)
        assertContains(response, application.licence_number)
        look = Look.objects.get()
        assert (look.action, look.subject) == ("follow", f"registration.application:{application.pk}")

        clock.shift(30 * 60)
        assertRedirects(english.get(DETAILS), reverse("registration:status_code"))


def test_a_code_opens_one_application_only(english, application):
    other = ApplicationFactory()
    opened(english, application)
    ask(english, other)

    assertContains(english.get(DETAILS), application.licence_number)
    code = reverse("registration:status_code")
    assert english.post(code, {"code": "123456"}).status_code == 422


def test_a_wrong_code_opens_nothing(english, application):
    ask(english, application)
    english.post(reverse("registration:status_send_code"))
    code = receive_code(application.owner_mobile)

    response = english.post(reverse("registration:status_code"), {"code": another(code)})

    assert response.status_code == 422
    assertRedirects(english.get(DETAILS), reverse("registration:status_code"))


def test_the_session_gets_a_new_key_with_the_code(english, application):
    ask(english, application)
    before = english.session.session_key
    opened(english, application)

    assert english.session.session_key != before


def test_the_box_for_the_code_comes_once_a_code_was_sent(english, application):
    ask(english, application)
    with time_machine.travel(START, tick=False) as clock:
        before = english.get(reverse("registration:status_code"))
        after = english.post(reverse("registration:status_send_code"), follow=True)
        receive_code(application.owner_mobile)
        clock.shift(5 * 60)
        too_late = english.get(reverse("registration:status_code"))

    for page in (before, too_late):
        assertNotContains(page, 'name="code"')
        assertContains(page, "Send the code")
    text = after.content.decode()
    assert text.index('name="code"') < text.index("Send another code")
    assert "Send the code" not in text


def test_a_second_code_too_soon_is_told(english, application):
    ask(english, application)
    english.post(reverse("registration:status_send_code"))

    response = english.post(reverse("registration:status_send_code"), follow=True)

    assertContains(response, "A code is on its way.")
    *_sent, message = response.context["messages"]
    assert message.level_tag == "info"
    assert TextMessage.objects.filter(kind="code").count() == 1
