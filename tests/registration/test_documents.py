import io

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from registration import documents, drafts, intake
from registration.moves import MoveRefused
from shumoos.saudi.identity import make_national_id
from tests.factories import RNG, ApplicationFactory, TypedFactory, jpeg, make_document, make_draft
from tests.registration.bad_files import bad_files, image, pdf

BAD_FILES = bad_files()


def upload(content, name="licence.jpg"):
    return SimpleUploadedFile(name, content)


def clean(content):
    return documents.clean_upload(upload(content))


def picture(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_a_sentence(name):
    content, code = BAD_FILES[name]

    with pytest.raises(ValidationError) as refusal:
        clean(content)

    assert refusal.value.code == code
    assert refusal.value.messages[0].endswith(".")


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "LA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
    ],
)
def test_images_of_every_sort_become_jpeg(kind, mode):
    cleaned = clean(image(kind, mode))

    assert cleaned.content_type == "image/jpeg"
    assert cleaned.size == len(cleaned.content)
    assert (picture(cleaned.content).format, picture(cleaned.content).size) == ("JPEG", (400, 300))


def test_the_name_of_a_file_decides_nothing():
    assert documents.clean_upload(upload(jpeg(), "../../x.svg")).content_type == "image/jpeg"
    assert documents.clean_upload(upload(pdf(), "x.jpg")).content_type == "application/pdf"


def test_a_photograph_is_turned_upright_and_loses_its_metadata():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "a maker of telephones"
    exif.get_ifd(0x8825)[1] = "N"
    photograph = jpeg(size=(60, 40), exif=exif, comment=b"where it was taken")

    cleaned = clean(photograph).content

    assert picture(cleaned).size == (40, 60)
    assert dict(picture(cleaned).getexif()) == {}
    assert b"telephones" not in cleaned
    assert b"where it was taken" not in cleaned


def test_a_scan_in_16_bit_greys_keeps_its_contrast():
    scan = io.BytesIO()
    greys = Image.linear_gradient("L").convert("I").point(lambda value: value * 257)
    greys.convert("I;16").save(scan, "PNG")

    darkest, lightest = picture(clean(scan.getvalue()).content).convert("L").getextrema()

    assert darkest < 10
    assert lightest > 245


def test_what_is_transparent_becomes_white():
    drawing = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(drawing, "PNG")

    assert picture(clean(drawing.getvalue()).content).getpixel((20, 20)) == (255, 255, 255)


def test_a_large_photograph_is_reduced_to_what_is_read():
    assert picture(clean(jpeg(size=(6000, 4000))).content).size == (4096, 2731)


def test_a_pdf_is_printed_anew_without_anything_that_runs():
    def arm(document):
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('marker')")
        page = document.pages[0].obj
        document.Root.OpenAction = script
        document.Root.AA = pikepdf.Dictionary(WC=script)
        document.Root.Names = pikepdf.Dictionary(
            JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["marker", script]))
        )
        document.attachments["marker.exe"] = b"marker"
        document.docinfo["/Author"] = "marker"
        page.AA = pikepdf.Dictionary(O=script)
        page.Annots = pikepdf.Array(
            [
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Link,
                    Rect=[0, 0, 9, 9],
                    A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://marker.example"),
                )
            ]
        )

    armed = pdf(2, change=arm, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"marker" in armed

    cleaned = clean(armed)

    assert cleaned.content_type == "application/pdf"
    for word in (b"marker", b"JavaScript", b"Annots", b"OpenAction", b"/AA", b"EmbeddedFile", b"URI"):
        assert word not in cleaned.content
    with pikepdf.open(io.BytesIO(cleaned.content)) as document:
        assert len(document.pages) == 2
        assert set(document.Root.keys()) == {"/Type", "/Pages"}


def test_what_was_filled_into_a_pdf_form_stays_as_print():
    def fill(document):
        appearance = document.make_stream(b"0 0 m 9 9 l S % filled in")
        appearance.Type, appearance.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        appearance.BBox = [0, 0, 9, 9]
        field = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T="licence",
                V="1",
                F=4,
                Rect=[10, 10, 90, 30],
                AP=pikepdf.Dictionary(N=appearance),
            )
        )
        document.pages[0].obj.Annots = pikepdf.Array([field])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))

    with pikepdf.open(io.BytesIO(clean(pdf(change=fill)).content)) as document:
        page = document.pages[0]
        assert "/Annots" not in page.obj
        assert "/AcroForm" not in document.Root
        printed = [page.Resources.XObject[name].read_bytes() for name in set(page.Resources.XObject.keys())]
    assert printed == [b"0 0 m 9 9 l S % filled in"]


def test_a_page_keeps_what_it_inherits():
    def inherit(document):
        page = document.pages[0].obj
        document.Root.Pages.MediaBox = pikepdf.Array([0, 0, 300, 200])
        document.Root.Pages.Rotate = 90
        del page.MediaBox

    with pikepdf.open(io.BytesIO(clean(pdf(change=inherit)).content)) as document:
        page = document.pages[0]
        assert [int(side) for side in page.mediabox] == [0, 0, 300, 200]
        assert page.obj.Rotate == 90


@pytest.mark.parametrize("content", [jpeg(), pdf(3)], ids=["image", "PDF"])
def test_the_same_file_is_cleaned_to_the_same_bytes(content):
    assert clean(content) == clean(content)


def test_the_sentences_are_in_the_readers_language():
    def sentence(language):
        with translation.override(language), pytest.raises(ValidationError) as refusal:
            clean(b"<svg/>")
        return refusal.value.messages[0]

    assert sentence("en").isascii()
    assert not sentence("ar").isascii()


@pytest.fixture
def draft(db):
    return drafts.begin(typed={})


def test_a_new_document_replaces_the_current_one_of_its_kind(draft):
    first = documents.attach(draft, "licence", upload(jpeg("white")))
    letter = documents.attach(draft, "letter", upload(jpeg("white")))

    second = documents.attach(draft, "licence", upload(jpeg("black")))

    first.refresh_from_db()
    assert not first.is_current
    assert list(draft.documents.filter(is_current=True)) == [letter, second]


def test_the_same_document_again_changes_nothing(draft):
    first = make_document(draft)
    assert make_document(draft) == first
    assert draft.documents.count() == 1


def test_a_bad_document_leaves_the_current_one(draft):
    first = make_document(draft)

    with pytest.raises(ValidationError):
        documents.attach(draft, "licence", upload(b"<svg/>"))

    assert list(draft.documents.all()) == [first]


@pytest.mark.django_db
def test_documents_of_an_application_with_the_office_cannot_be_changed():
    application = ApplicationFactory()

    with pytest.raises(MoveRefused):
        make_document(application, color="black")

    assert application.documents.count() == 3


def test_documents_lie_encrypted_under_names_that_say_nothing(draft):
    document = documents.attach(draft, "owner_id", upload(jpeg(), f"{make_national_id(RNG)}.jpg"))

    with open(default_storage.path(document.file.name), "rb") as file:
        stored = file.read()

    assert not stored.startswith(documents.JPEG)
    assert "licence" not in document.file.name
    assert document.file.open().read() == documents.clean_upload(upload(jpeg())).content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "content_type", "ending"), [(jpeg(), "image/jpeg", "jpg"), (pdf(), "application/pdf", "pdf")]
)
def test_a_document_is_served_under_headers_that_let_nothing_run(content, content_type, ending):
    typed = TypedFactory()
    draft = make_draft(**typed)
    document = documents.attach(draft, "letter", upload(content))
    application = intake.submit(draft)
    document.refresh_from_db()

    response = documents.serve(document)

    assert response.content == clean(content).content
    assert response["Content-Type"] == content_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"] == (
        f'inline; filename="{application.shown_reference}-letter.{ending}"'
    )
