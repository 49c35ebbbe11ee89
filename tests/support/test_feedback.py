"""“Was this page useful?”: on every public page, without names, and not without end."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from support import feedback
from support.models import PageAnswer
from support.page_titles import TITLES
from tests.factories import ApplicationFactory
from tests.races import at_once
from tests.registration.following import opened
from tests.security import walking
from tests.security.test_public_posts import path_of

pytestmark = pytest.mark.django_db

USEFUL, WHY = reverse("support:useful"), reverse("support:useful_why")
QUESTION = 'name="useful"'


def say(client, useful="yes", page="front", **extra):
    return client.post(USEFUL, {"page": page, "useful": useful}, **extra)


# Open to everybody: the answers to this question, and the page that describes the API.
ASK_NOTHING = {"support:useful", "support:useful_why", "api:openapi-view", "design"}
# What a browser that has come with a reference number and a code, or is about to register, sees first.
OPEN_AT_ONCE = {
    "front",
    "help",
    "help_guide",
    "accounts:login",
    "registration:register",
    "letters:verify_form",
}


def is_whole_page(response):
    """Whether an answer is a whole page; parts of one, files and answers to programs are none."""
    is_page = response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html")
    return is_page and response.content.lstrip().lower().startswith(b"<!doctype")


def test_every_public_page_asks(client):
    """Every address that shows a stranger a page, found by walking all that are open to everybody."""
    asked, silent = set(), set()
    for name, route, view in walking.patterns():
        if walking.is_public(view):
            response = client.get(path_of(route))
            if is_whole_page(response):
                page = f'name="page" value="{name}"'
                does = QUESTION in response.content.decode() and page in response.content.decode()
                (asked if does else silent).add(name)
    assert silent - ASK_NOTHING == set()
    assert asked >= OPEN_AT_ONCE
    # The desk calls each by its title.
    assert asked - TITLES.keys() == set()


def test_pages_that_open_for_a_code_ask_too(client):
    opened(client, ApplicationFactory())
    for name in ("registration:status_details", "registration:status_withdraw"):
        assertContains(client.get(reverse(name)), f'name="page" value="{name}"')


def test_public_pages_ask_whoever_has_signed_in_too(owner_client):
    owner_client.post(USEFUL, {"page": "help", "useful": "no"})

    assertContains(owner_client.get(reverse("help")), 'name="page" value="help"')
    assert [answer.is_useful for answer in PageAnswer.objects.filter(page="help")] == [False]


def test_pages_behind_the_sign_in_do_not_ask(owner_client):
    assertNotContains(owner_client.get(reverse("home")), QUESTION)
    assertNotContains(owner_client.get(reverse("support:tickets")), QUESTION)


def test_an_answer_is_kept_with_its_reason_and_without_the_visitor(client):
    assertRedirects(say(client, "no"), WHY)
    client.post(WHY, {"reason": "unclear", "words": "لا أفهم الخطوة الثالثة."})
    answer = PageAnswer.objects.get()
    assert (answer.page, answer.is_useful, answer.reason) == ("front", False, "unclear")
    assert answer.words == "لا أفهم الخطوة الثالثة."
    assert "127.0.0.1" not in str(vars(answer))


@pytest.mark.parametrize("words", ["1012345678", "٠٥٥١٢٣٤٥٦٧", "26-4821-9037-41", "+966 55 123 4567"])
def test_numbers_that_could_be_somebodys_are_left_out(client, words):
    say(client, "no")
    client.post(WHY, {"words": f"رقمي {words} ولا يعمل"})
    kept = PageAnswer.objects.get().words
    assert not any(digit.isdigit() for digit in kept)
    assert kept.endswith("ولا يعمل")


def test_one_answer_a_day_from_one_visitor_and_the_last_counts(client, time_machine):
    for useful in ("yes", "yes", "no"):
        say(client, useful)
    assert [answer.is_useful for answer in PageAnswer.objects.all()] == [False]
    time_machine.move_to(timezone.now() + timezone.timedelta(days=1))
    say(client)
    assert PageAnswer.objects.count() == 2


def test_another_answer_takes_the_reason_with_it(client):
    say(client, "no")
    client.post(WHY, {"reason": "wrong", "words": "خطأ"})
    say(client, "yes")
    assert (PageAnswer.objects.get().reason, PageAnswer.objects.get().words) == ("", "")


def test_the_reason_is_given_once_and_only_after_an_answer(client):
    assertRedirects(client.get(WHY), reverse("front"))
    say(client)
    client.post(WHY, {"reason": "clear"})
    assertRedirects(client.post(WHY, {"reason": "found"}), reverse("front"))
    assert PageAnswer.objects.get().reason == "clear"


def test_a_reason_against_does_not_go_with_a_yes(client):
    say(client, "yes")
    response = client.post(WHY, {"reason": "broken"})
    assert response.status_code == 422
    assert PageAnswer.objects.get().reason == ""


@pytest.mark.parametrize(
    ("page", "useful"),
    [("nothing", "yes"), ("", "yes"), ("front", ""), ("front", "maybe"), ("support:", "no"), ("x:y:z", "no")],
)
def test_what_is_no_page_or_no_answer_is_refused(client, page, useful):
    assert say(client, useful, page).status_code == 400
    assert not PageAnswer.objects.exists()


def test_too_many_are_refused_with_the_time_to_wait(client, monkeypatch):
    monkeypatch.setattr(feedback, "MOST_AN_HOUR", 2)
    say(client, page="front")
    say(client, page="support:kept")
    response = say(client, page="support:ask")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    # Changing one's mind is still allowed, and others are not held up.
    assert say(client, "no", "front").status_code == 302
    assert say(client, page="support:ask", REMOTE_ADDR="203.0.113.9").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_twice_at_once_is_kept_once(db):
    def give():
        feedback.give("front", is_useful=True, language="ar", address="203.0.113.7")

    assert at_once(give, give) == [None, None]
    assert PageAnswer.objects.count() == 1


def test_a_form_of_another_site_is_refused(db):
    from django.test import Client

    assert say(Client(enforce_csrf_checks=True)).status_code == 403


def test_the_desk_sees_the_answers_by_page_the_least_useful_first(agent_client, client):
    say(client, "yes", "support:kept")
    say(client, "no", "front")
    client.post(WHY, {"reason": "missing", "words": "أين السجل؟"})
    pages = agent_client.get(reverse("support:answers")).context["pages"]
    assert [(page["page"], page["yes"], page["no"]) for page in pages] == [
        ("front", 0, 1),
        ("support:kept", 1, 0),
    ]
    response = agent_client.get(reverse("support:answers"))
    assertContains(response, "أين السجل؟")
    assertContains(response, "ما أبحث عنه ليس هنا")


def test_the_desk_reads_what_a_page_is_called_and_words_by_themselves(agent_client, client):
    say(client, "no", "registration:status")
    client.post(WHY, {"words": "It was down on 5 June."})

    response = agent_client.get(reverse("support:answers"))

    assertContains(response, "متابعة طلب تسجيل")
    assertNotContains(response, "registration:status")
    assertContains(response, "<q><bdi>It was down on 5 June.</bdi></q>")


def test_every_page_that_asks_has_a_name(client):
    """Pages behind a step or a code ask as well, so it is the list of public views that has names."""
    steps = ["register", "establishment", "owner", "documents", "check", "done", "status_details"]
    assert {f"registration:{step}" for step in steps} <= set(TITLES)
    assert [name for name in TITLES if not feedback.is_page(name)] == []


@pytest.mark.parametrize("client_name", ["owner_client", "supervisor_client"])
def test_nobody_else_sees_them(request, client_name):
    assert request.getfixturevalue(client_name).get(reverse("support:answers")).status_code == 403
