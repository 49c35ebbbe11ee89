"""The third step of registering: the documents."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.models import Application, Document, DocumentKind
from shumoos.accounts.models import Look
from tests.factories import jpeg
from tests.registration.bad_files import pdf
from tests.registration.registering import (
    CHECK,
    DOCUMENTS,
    errors,
    give,
    give_documents,
    go_through,
    upload,
)

pytestmark = pytest.mark.django_db(transaction=True)

HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def came(english):
    """The browser of an owner who has come to the third step."""
    go_through(english, until=DOCUMENTS)
    return english


def current():
    rows = Document.objects.filter(is_current=True).order_by("pk")
    return [(row.kind_id, row.content_type) for row in rows]


def test_each_document_goes_up_by_itself(came):
    assertRedirects(give(came, "licence"), DOCUMENTS)
    assertRedirects(give(came, "letter", pdf()), DOCUMENTS)

    assert current() == [("licence", "image/jpeg"), ("letter", "application/pdf")]
    assertContains(came.get(DOCUMENTS), "Kept", count=2)


def test_with_scripts_the_documents_card_alone_comes_back(came):
    response = give(came, "licence", **HTMX)

    assert response.status_code == 200
    assertContains(response, 'id="document-licence"')
    assertContains(response, "Kept")
    assertNotContains(response, "document-letter")
    assertNotContains(response, "<html")


def test_all_documents_lead_on_to_the_last_step(came):
    give_documents(came)

    assertRedirects(came.post(DOCUMENTS), CHECK)


def test_what_is_missing_is_named(came):
    give(came, "licence")

    response = came.post(DOCUMENTS)

    sentence = "Still missing: Licensing authority&#x27;s letter, Owner&#x27;s national ID."
    assertContains(response, sentence, status_code=422)


def test_a_document_can_be_replaced(came):
    give(came, "licence", jpeg("white"))
    give(came, "licence", jpeg("black"))

    assert current() == [("licence", "image/jpeg")]


@pytest.mark.parametrize("extra", [{}, HTMX])
def test_a_bad_file_is_told_in_its_card_and_the_kept_one_stays(came, extra):
    give(came, "licence")

    response = give(came, "licence", b"<svg/>", **extra)

    assert response.status_code == (200 if extra else 422)
    assert "neither an image" in errors(response)["file"][0]
    assertContains(response, "neither an image", status_code=response.status_code, count=1)
    assert current() == [("licence", "image/jpeg")]


def test_no_file_is_told(came):
    response = came.post(reverse("registration:upload", args=["licence"]), {})

    assert errors(response) == {"file": ["Choose a file first: an image or a PDF."]}


def test_a_file_over_10_mb_is_told(came):
    response = give(came, "licence", jpeg() + bytes(10 * 1024 * 1024))

    assert "larger than 10 MB" in errors(response)["file"][0]
    assert not Document.objects.exists()


def test_a_photograph_from_the_second_field_is_taken(came):
    came.post(reverse("registration:upload", args=["licence"]), {"file": ["", upload()]})

    assert current() == [("licence", "image/jpeg")]


def test_the_owner_can_look_at_what_they_gave_and_the_look_is_recorded(came):
    give(came, "licence")

    response = came.get(reverse("registration:document", args=["licence"]))

    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    looks = Look.objects.exclude(action__in=["save draft", "prove mobile", "add document"])
    assert [(look.action, look.by) for look in looks] == [("document", None)]


def test_coming_back_finds_the_documents(came):
    give(came, "licence")

    assertContains(came.get(DOCUMENTS), "Kept", count=1)


def test_a_kind_that_is_not_asked_for_is_not_found(came):
    assert give(came, "passport").status_code == 404
    assert came.get(reverse("registration:document", args=["passport"])).status_code == 404
    assert came.get(reverse("registration:document", args=["licence"])).status_code == 404


def test_nobody_else_sees_or_changes_the_documents(came):
    give(came, "licence")
    stranger = Client()

    assertRedirects(stranger.get(reverse("registration:document", args=["licence"])), "/register/")
    assertRedirects(give(stranger, "letter"), "/register/")
    assert Document.objects.count() == 1


def test_a_document_for_an_application_that_was_sent_is_not_taken(client):
    sent = go_through(client, until=None)

    response = client.post(
        reverse("registration:upload", args=["licence"]), {"file": upload(jpeg("black")), "draft": sent.key}
    )

    assertRedirects(response, reverse("registration:done"))
    assert Application.objects.get().documents.count() == 3


def test_other_methods_are_refused(came):
    assert came.get(reverse("registration:upload", args=["licence"])).status_code == 405
    assert came.post(reverse("registration:document", args=["licence"])).status_code == 405


def remove(client, kind, **options):
    return client.post(reverse("registration:remove_document", args=[kind]), **options)


@pytest.mark.parametrize("extra", [{}, HTMX])
def test_a_document_can_be_removed_and_removing_it_again_changes_nothing(came, extra):
    give(came, "licence")
    give(came, "letter")

    for _ in range(2):
        response = remove(came, "licence", **extra)
        assert response.status_code == (200 if extra else 302)

    assert current() == [("letter", "image/jpeg")]


def test_nobody_else_removes_a_document(came):
    give(came, "licence")

    assertRedirects(remove(Client(), "licence"), "/register/")

    assert current() == [("licence", "image/jpeg")]


def test_a_small_picture_of_each_document_is_shown_and_the_look_recorded(came):
    address = reverse("registration:thumbnail", args=["licence"])
    assert came.get(address).status_code == 404
    give(came, "licence")

    assertContains(came.get(DOCUMENTS), f'<img src="{address}" alt="">')
    response = came.get(address)

    assert response["Content-Type"] == "image/jpeg"
    assert Look.objects.filter(action="document").count() == 1
    assertRedirects(Client().get(address), "/register/")


def test_a_document_that_is_hard_to_read_is_warned_of_at_once_and_kept(came):
    response = give(came, "licence", jpeg(size=(200, 150)), **HTMX)

    assertContains(response, "may be too small to read")
    assertContains(response, "Kept")


def test_a_document_that_waits_for_the_scanner_is_shown_as_being_checked(came):
    give(came, "licence")
    Document.objects.update(scan_state="waiting", original="00/original")

    response = came.get(DOCUMENTS)

    assertContains(response, "Being checked")
    assertNotContains(response, reverse("registration:thumbnail", args=["licence"]))
    assert came.get(reverse("registration:document", args=["licence"])).status_code == 409


def test_a_harmful_document_is_told_and_counts_as_missing(came):
    give_documents(came)
    Document.objects.filter(kind="licence").update(scan_state="infected", file="", thumbnail="")

    response = came.get(DOCUMENTS)

    assertContains(response, "was found to be harmful and was removed")
    assertContains(came.post(DOCUMENTS), "Still missing: Licence copy.", status_code=422)


def test_a_sector_is_asked_for_its_own_documents_too(came):
    assertContains(came.get(DOCUMENTS), "(if you have it)")
    optional = DocumentKind.objects.filter(sectors__code="hotels").first()

    give(came, optional.code)

    assert (optional.code, "image/jpeg") in current()
