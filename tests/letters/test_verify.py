import re

import pytest
from django.urls import reverse

from shumoos.letters.issue import revoke, supersede
from shumoos.letters.models import Status
from tests.letters.conftest import STATEMENT

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["ar", "en"])
def language(request, client):
    client.cookies.load({"django_language": request.param})
    return request.param


@pytest.fixture
def letter(issue_statement):
    return issue_statement()


def test_anybody_can_verify_a_letter(client, letter, language):
    page = client.get(reverse("letters:verify", args=[letter.code]))

    assert page.status_code == 200
    shown = page.content.decode()
    assert f'<html lang="{language}"' in shown
    for fact in ("فندق النور", "TL-2026/0042", letter.number, letter.shown_code, f"{letter.year}"):
        assert fact in shown


@pytest.mark.parametrize(
    ("in_english", "names"),
    [("Al Noor Hotel", {"ar": ["فندق النور"], "en": ["Al Noor Hotel", "فندق النور"]}), ("", {})],
    ids=["of two names", "of one name"],
)
def test_the_establishment_is_named_as_in_the_letter(client, issue_statement, language, in_english, names):
    letter = issue_statement(content={**STATEMENT, "establishment_en": in_english})

    shown = client.get(reverse("letters:verify", args=[letter.code])).text

    [named] = re.findall(r"<dt>(?:Establishment|المنشأة)</dt>\s*<dd>(.*?)</dd>", shown)
    assert re.findall(r"<bdi[^>]*>(.*?)</bdi>", named) == names.get(language, ["فندق النور"])


def test_only_what_is_latin_is_laid_out_from_left_to_right(client, letter):
    shown = client.get(reverse("letters:verify", args=[letter.code])).content.decode()

    codes = re.findall(r'<dd><bdi class="code">(.+?)</bdi></dd>', shown)
    assert codes == ["TL-2026/0042", letter.number, letter.shown_code]


def test_no_personal_data_is_shown(client, letter, language):
    shown = client.get(reverse("letters:verify", args=[letter.code])).content.decode()

    for name in ("supervisor", "reference", "commercial_registration"):
        assert STATEMENT[name] not in shown


@pytest.mark.parametrize("status", [Status.VALID, Status.SUPERSEDED, Status.REVOKED])
def test_it_says_whether_the_letter_holds(client, letter, status, issue_statement, supervisor):
    if status == Status.SUPERSEDED:
        supersede(letter, replacement=issue_statement(), by=supervisor)
    if status == Status.REVOKED:
        revoke(letter, by=supervisor, reason="وثيقة مزورة")
    client.cookies.load({"django_language": "en"})

    shown = client.get(reverse("letters:verify", args=[letter.code])).content.decode()

    sentences = {
        Status.VALID: "and it is valid.",
        Status.SUPERSEDED: "a newer one has taken its place",
        Status.REVOKED: "has revoked it since",
    }
    assert [holds for holds, sentence in sentences.items() if sentence in shown] == [status]


@pytest.mark.parametrize("typed", ["{0}", "{1}", " {2} ", "{3}", "\u200f{0}"])
def test_a_code_is_accepted_as_people_type_it(client, letter, typed):
    code = typed.format(
        letter.code, letter.code.lower(), letter.shown_code, letter.shown_code.replace("-", " ").lower()
    )

    assert client.get(reverse("letters:verify", args=[code])).status_code == 200
    answer = client.get(reverse("letters:verify_form"), {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, reverse("letters:verify", args=[letter.code]))


def test_arabic_digits_are_accepted(client, letter):
    typed = letter.code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    assert client.get(reverse("letters:verify", args=[typed])).status_code == 200


@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC-DDDD", "x", "<script>", "A" * 500, "ق" * 16, "%00"])
def test_an_unknown_code_is_told_in_a_sentence_and_can_be_typed_again(client, letter, language, code):
    page = client.get(reverse("letters:verify", args=[code]))

    assert page.status_code == 404
    shown = page.content.decode()
    assert "<script>" not in shown.replace("<script src", "")
    assert reverse("letters:verify_form") in shown


def test_the_form_asks_for_a_code(client, language):
    page = client.get(reverse("letters:verify_form"))

    assert page.status_code == 200
    assert page.context["form"].errors == {}


@pytest.mark.parametrize("typed", ["", "1234", "0123-4567-89AB-CDEF"])
def test_what_is_no_code_gets_a_sentence_and_keeps_what_was_typed(client, language, typed):
    page = client.get(reverse("letters:verify_form"), {"code": typed})

    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["code"]
    assert typed in page.content.decode()


def test_other_methods_are_refused(client, letter):
    assert client.put(reverse("letters:verify_form")).status_code == 405
    assert client.delete(reverse("letters:verify", args=[letter.code])).status_code == 405
