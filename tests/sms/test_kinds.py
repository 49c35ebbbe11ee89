"""What every kind of text says, and how long it is."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from shumoos.accounts.models import Role
from shumoos.accounts.people import PASSWORD_LENGTH, create_person
from shumoos.saudi import sms_length
from shumoos.sms import bodies, kinds
from shumoos.sms.models import Urgency
from tests.conftest import sign_in

KINDS = reverse("admin:sms_kinds")
LENGTH = re.compile(r"<figcaption>(\d+) characters? · (\d+) parts?</figcaption>")
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture
def auditor_client(client, db):
    sign_in(create_person(username="auditor", full_name="مدقق تجريبي", role=Role.AUDITOR), client)
    return client


def of(*urgencies):
    return [
        kind.name
        for kind in kinds.registered()
        if kind.urgency in urgencies and not kind.name.startswith("test_")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", of(Urgency.CODE, Urgency.CREDENTIALS))
def test_codes_and_credentials_fit_one_part_with_the_longest_values(name, language):
    previews = bodies.previews(kinds.get(name), language)

    assert {preview.parts for preview in previews} == {1}
    assert max(preview.characters for preview in previews) <= (70 if language == "ar" else 160)


def test_codes_and_credentials_are_among_those_that_must_fit():
    assert of(Urgency.CODE, Urgency.CREDENTIALS) == ["code", "credentials", "staff_credentials"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "username"),
    [
        ("credentials", "482190337"),
        ("credentials", "482190337-12"),
        *(
            ("staff_credentials", username)
            for length in (4, 15, 16, 30, 31, 60, 150)
            for username in ("x" * length, "م" * length, ("1-1." * length)[:length])
        ),
    ],
)
def test_a_password_and_a_user_name_of_up_to_thirty_letters_fit_one_part(name, username, language):
    kind = kinds.get(name)
    context = {"username": username, "password": "m" * PASSWORD_LENGTH}
    [preview] = bodies.previews(kind_with(kind, context), language)

    assert preview.parts == 1
    assert "m" * PASSWORD_LENGTH in preview.body
    # Who has a longer one has chosen it, and knows it.
    assert (username in preview.body) == (len(username) <= 30)


@pytest.mark.parametrize("key", ["7-3", "2026-11-26", "a.7-3", "a/7-3"])
def test_a_link_is_sent_as_it_is(key):
    link = f"https://shumoos.example/invitation/{key}/?next=7-3"
    [preview] = bodies.previews(kind_with(kinds.get("invitation"), {"link": link, "hours": 72}), "ar")

    assert link in preview.body


def kind_with(kind, context):
    return kinds.Kind(
        kind.name, kind.urgency, kind.template, kind.context, lambda language: [context], kind.label
    )


@pytest.mark.parametrize("name", of(*Urgency))
def test_every_kind_says_something_of_its_own_in_both_languages(name):
    arabic, english = (bodies.previews(kinds.get(name), language) for language in LANGUAGES)

    assert len(arabic) == len(english) >= 1
    for one, other in zip(arabic, english, strict=True):
        assert one.body.startswith("شموس: ")
        assert other.body.startswith("Shumoos: ")
        assert (one.is_rtl, other.is_rtl) == (True, False)


def test_the_page_shows_every_kind_in_both_languages_with_its_parts(auditor_client, english):
    page = auditor_client.get(KINDS)

    assert page.status_code == 200
    shown = page.content.decode()
    assert "شموس: رمزك 048213 صالح 5 دقائق." in shown
    assert "Shumoos: your code is 048213, for 5 minutes." in shown
    assert shown.count("<section>") == len(kinds.registered())
    assert "has to fit one part" in shown


def test_the_page_says_of_every_wording_how_many_parts_it_takes(auditor_client, english):
    page = auditor_client.get(KINDS).content.decode()

    lengths = [(int(number), int(parts)) for number, parts in LENGTH.findall(page)]
    assert lengths == [
        (len(preview.body), sms_length.parts(preview.body))
        for kind in kinds.registered()
        for wordings in zip(*(bodies.previews(kind, language) for language in LANGUAGES), strict=True)
        for preview in wordings
    ]
    assert {parts for _number, parts in lengths} >= {1, 2}


def test_making_a_preview_makes_no_password_and_no_code(auditor_client, django_assert_num_queries):
    for kind in kinds.registered():
        for language in LANGUAGES:
            with django_assert_num_queries(0):
                bodies.previews(kind, language)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OWNER])
def test_who_may_not_look_at_texts_does_not_see_the_page(client, db, role):
    sign_in(create_person(username="somebody", full_name="شخص تجريبي", role=role), client)

    assert client.get(KINDS).status_code in (302, 403)


def test_the_list_leads_to_the_page(auditor_client):
    assert KINDS in auditor_client.get(reverse("admin:sms_textmessage_changelist")).content.decode()
