"""Documents beside the data: page by page, as pictures."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django.asserts import assertContains

from registration import documents
from registration.documents import pages
from registration.models import Application
from shumoos.accounts.models import Look
from tests.activation.reviewing import page
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db


def pdf(pages=2, size=(595, 842)):
    content = io.BytesIO()
    with pikepdf.new() as file:
        for _number in range(pages):
            file.add_blank_page(page_size=size)
        file.save(content)
    return SimpleUploadedFile("letter.pdf", content.getvalue(), "application/pdf")


@pytest.fixture
def application():
    return ApplicationFactory()


@pytest.fixture
def letter(application):
    """A letter of two pages, in place of the picture."""
    Application.objects.filter(pk=application.pk).update(status="returned")
    documents.attach(application, "letter", pdf())
    Application.objects.filter(pk=application.pk).update(status="submitted")
    return application.documents.get(kind="letter", is_current=True)


def test_a_pdf_is_shown_page_by_page(supervisor_client, application, letter):
    response = supervisor_client.get(page("read", application, letter.pk))
    for number in (1, 2):
        assertContains(response, page("page", application, letter.pk, number))

    response = supervisor_client.get(page("page", application, letter.pk, 2))

    assert response["Content-Type"] == "image/jpeg"
    assert "sandbox" in response["Content-Security-Policy"]
    with Image.open(io.BytesIO(response.content)) as picture:
        assert picture.size == (1240, 1755)
    assert [look.action for look in Look.objects.all()] == ["document"]


def test_a_page_is_decrypted_once_to_be_drawn(supervisor_client, application, letter, monkeypatch):
    decrypted = []
    content_of = pages.content_of
    monkeypatch.setattr(
        pages, "content_of", lambda document: decrypted.append(document) or content_of(document)
    )

    assert supervisor_client.get(page("page", application, letter.pk, 2)).status_code == 200
    assert decrypted == [letter]


@pytest.mark.parametrize("number", [0, 3])
def test_a_page_that_is_not_there_is_not_found(supervisor_client, application, letter, number):
    assert supervisor_client.get(page("page", application, letter.pk, number)).status_code == 404


def test_a_picture_is_one_page(supervisor_client, application):
    picture = application.documents.get(kind="licence")
    assert supervisor_client.get(page("page", application, picture.pk, 1)).status_code == 200
    assert supervisor_client.get(page("page", application, picture.pk, 2)).status_code == 404


def test_a_sheet_of_any_size_stays_a_picture_of_bounded_size(supervisor_client, application):
    Application.objects.filter(pk=application.pk).update(status="returned")
    huge = documents.attach(application, "letter", pdf(1, (14_400, 7_200)))
    response = supervisor_client.get(page("page", application, huge.pk, 1))
    with Image.open(io.BytesIO(response.content)) as picture:
        assert max(picture.size) <= 2401


@pytest.mark.parametrize("name", ["read", "page"])
def test_another_offices_documents_are_not_found(makkah_client, owner_client, application, letter, name):
    more = [letter.pk, 1] if name == "page" else [letter.pk]
    assert makkah_client.get(page(name, application, *more)).status_code == 404
    assert owner_client.get(page(name, application, *more)).status_code == 302
