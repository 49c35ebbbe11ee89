"""The letters in the admin: an office's own, found by number, each look on record, revoked by the head."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shumoos.accounts.models import Look, Role
from shumoos.letters.authenticity import examine
from shumoos.letters.issue import issue
from shumoos.letters.models import Kind, Status
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, LicenceFactory, OfficerFactory, UserFactory
from tests.letters.conftest import STATEMENT

pytestmark = pytest.mark.django_db

LIST = reverse("admin:letters_letter_changelist")


def statement(series="RUH", **content):
    return issue(
        kind=Kind.STATEMENT,
        series=series,
        establishment="فندق النور",
        licence_number="TL-2026/0042",
        content={**STATEMENT, **content},
    )


@pytest.fixture
def letter(supervisor):
    return statement()


def page_of(letter):
    return reverse("admin:letters_letter_change", args=[letter.pk])


def found(client, typed):
    page = client.post(LIST, {"q": typed}, follow=True)
    return [letter.pk for letter in page.context["cl"].result_list]


def test_a_letter_is_found_by_its_establishments_name(supervisor_client, letter):
    licence = LicenceFactory(number=letter.licence_number, name_ar="فندق النور", name_en="Light Hotel")
    statement_of_another = issue(
        kind=Kind.STATEMENT,
        series="RUH",
        establishment="نزل البحر",
        licence_number=LicenceFactory(name_ar="نزل البحر", name_en="Sea Inn").number,
        content=STATEMENT,
    )

    assert found(supervisor_client, "النور") == [letter.pk]
    assert found(supervisor_client, "sea inn") == [statement_of_another.pk]
    assert found(supervisor_client, "لا أحد") == []
    assert found(supervisor_client, "نو") == []

    licence.establishment = EstablishmentFactory(name_ar="فندق القمر", name_en="Moon Hotel")
    licence.save()
    assert found(supervisor_client, "القمر") == [letter.pk]


def test_a_letter_is_found_by_number_code_or_licence_as_typed(supervisor_client, letter):
    statement()
    year = letter.year

    for typed in (
        letter.number,
        letter.number.lower(),
        f"ruh/{year}/1",
        letter.number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        letter.code,
        letter.shown_code.lower(),
    ):
        assert found(supervisor_client, typed) == [letter.pk], typed
    assert len(found(supervisor_client, "TL-2026/0042")) == 2
    for typed in ("RUH/2026/99999999999", "RUH/2026/999999999", "nothing"):
        assert found(supervisor_client, typed) == []


def test_an_office_sees_its_own_letters_and_an_auditor_all(
    supervisor_client, makkah_client, auditor_client, letter
):
    theirs = statement("MKK")

    assert found(supervisor_client, "TL-2026/0042") == [letter.pk]
    assert found(makkah_client, "TL-2026/0042") == [theirs.pk]
    assert set(found(auditor_client, "TL-2026/0042")) == {letter.pk, theirs.pk}
    for address in (page_of(letter), reverse("admin:letters_pdf", args=[letter.pk])):
        assert makkah_client.get(address).status_code in (302, 404)
    assert not Look.objects.exclude(action="list").exists()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OWNER, Role.SUPPORT])
def test_others_see_no_letters(letter, role):
    client = sign_in(UserFactory(role=role))

    for address in (LIST, page_of(letter), reverse("admin:letters_pdf", args=[letter.pk])):
        assert client.get(address).status_code in (302, 403, 404)


def test_a_look_and_a_download_are_on_record(supervisor_client, supervisor, letter):
    assert supervisor_client.get(page_of(letter)).status_code == 200
    answer = supervisor_client.get(reverse("admin:letters_pdf", args=[letter.pk]))

    assert examine(answer.content).letter == letter
    assert letter.number.replace("/", "-") in answer["Content-Disposition"]
    subject = f"letters.letter:{letter.pk}"
    assert list(Look.objects.order_by("pk").values_list("by", "action", "subject")) == [
        (supervisor.pk, "view letter", subject),
        (supervisor.pk, "letter", subject),
    ]


def test_an_auditor_reads_and_downloads_but_revokes_nothing(auditor_client, letter):
    assert auditor_client.get(page_of(letter)).status_code == 200
    assert auditor_client.get(reverse("admin:letters_pdf", args=[letter.pk])).status_code == 200
    refused = auditor_client.post(reverse("admin:letters_revoke", args=[letter.pk]), {"reason": "سبب"})

    assert refused.status_code == 403
    letter.refresh_from_db()
    assert letter.status == Status.VALID


def test_the_head_revokes_a_letter_with_a_reason(letter):
    head = OfficerFactory(role=Role.HEAD)
    client = sign_in(head)
    address = reverse("admin:letters_revoke", args=[letter.pk])
    assert address in client.get(page_of(letter)).content.decode()
    assert client.get(address).status_code == 200

    for _turn in range(2):
        answer = client.post(address, {"reason": "وثيقة مزورة"})
        assert (answer.status_code, answer["Location"]) == (302, page_of(letter))

    letter.refresh_from_db()
    assert letter.status == Status.REVOKED
    assert list(letter.events.values_list("reason", "by")) == [("وثيقة مزورة", head.pk)]
    shown = client.get(page_of(letter)).content.decode()
    assert "وثيقة مزورة" in shown
    assert address not in shown


def test_without_a_reason_nothing_is_revoked(letter):
    client = sign_in(OfficerFactory(role=Role.HEAD))

    answer = client.post(reverse("admin:letters_revoke", args=[letter.pk]), {"reason": " "})

    assert answer.status_code == 422
    letter.refresh_from_db()
    assert letter.status == Status.VALID


def test_another_offices_head_and_a_supervisor_revoke_nothing(supervisor_client, letter):
    address = reverse("admin:letters_revoke", args=[letter.pk])
    makkah_head = sign_in(OfficerFactory(role=Role.HEAD, office="MKK"))

    assert makkah_head.post(address, {"reason": "سبب"}).status_code == 404
    assert supervisor_client.post(address, {"reason": "سبب"}).status_code == 403
    assert address not in supervisor_client.get(page_of(letter)).content.decode()

    letter.refresh_from_db()
    assert letter.status == Status.VALID


def test_the_list_takes_as_many_queries_for_three_letters_as_for_one(
    supervisor_client, letter, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as one:
        supervisor_client.get(LIST)
    statement()
    statement()

    with django_assert_num_queries(len(one)):
        supervisor_client.get(LIST)


def test_an_establishment_is_named_in_the_language_of_the_page(supervisor_client):
    both, arabic = statement(establishment_en="Al Noor Hotel"), statement()

    def named(language):
        supervisor_client.cookies.load({"django_language": language})
        cells = re.findall(
            r'class="field-named_establishment"[^>]*>([^<]*)<', supervisor_client.get(LIST).text
        )
        assert cells[1] in supervisor_client.get(page_of(both)).text
        return cells

    assert arabic.pk > both.pk
    assert named("ar") == ["فندق النور", "فندق النور"]
    assert named("en") == ["فندق النور", "Al Noor Hotel"]
