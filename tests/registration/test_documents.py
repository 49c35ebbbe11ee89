import io
import re

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from PIL import Image

from registration import documents, drafts, intake
from registration.documents import images, pages
from registration.models import Document
from registration.moves import MoveRefused
from shumoos.saudi.identity import make_national_id
from tests.factories import RNG, ApplicationFactory, TypedFactory, jpeg, make_document, make_draft
from tests.registration.bad_files import BAD_NAMES, bad_files, heic, image, pdf
from tests.registration.registering import DOCUMENTS, errors, give, go_through

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


def test_a_photograph_from_a_telephone_in_heic_is_taken_upright_and_without_its_position():
    exif = Image.Exif()
    exif[0x010F] = "a maker of telephones"
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (24.0, 42.0, 49.0), 3: "E", 4: (46.0, 40.0, 31.0)})
    photograph = heic(size=(320, 200), color="red", exif=exif.tobytes())
    assert b"telephones" in photograph

    cleaned = documents.clean_upload(upload(photograph, "IMG_0001.HEIC"))

    drawn = picture(cleaned.content)
    assert (cleaned.content_type, drawn.size) == ("image/jpeg", (200, 320))
    assert (dict(drawn.getexif()), "exif" in drawn.info) == ({}, False)
    assert b"telephones" not in cleaned.content + cleaned.thumbnail
    red, green, blue = drawn.getpixel((100, 160))
    assert (red > 240, green < 20, blue < 20) == (True, True, True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_position_of_a_photograph_is_gone(kind):
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (24.0, 42.0, 49.0), 3: "E", 4: (46.0, 40.0, 31.0)})
    photograph = io.BytesIO()
    Image.new("RGB", (60, 40)).save(photograph, kind, exif=exif.tobytes())
    taken = picture(photograph.getvalue())
    # A PNG tells it behind its pixels.
    taken.load()
    assert dict(taken.getexif().get_ifd(0x8825))

    cleaned = clean(photograph.getvalue())

    for kept in (cleaned.content, cleaned.thumbnail):
        assert "exif" not in picture(kept).info
        assert dict(picture(kept).getexif()) == {}


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_way_of_holding_a_telephone_ends_upright(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    upright = Image.new("RGB", (80, 40), "white")
    upright.paste("black", (0, 0, 20, 10))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    lying = upright.transpose(Image.Transpose(back[turn])) if turn > 1 else upright
    content = io.BytesIO()
    lying.save(content, "PNG", exif=exif)

    cleaned = picture(clean(content.getvalue()).content)

    assert cleaned.size == (80, 40)
    assert cleaned.convert("L").getpixel((8, 4)) < 40
    assert cleaned.convert("L").getpixel((70, 30)) > 215


def test_colours_for_printing_stay_what_they_are():
    content = io.BytesIO()
    Image.new("CMYK", (40, 40), (0, 255, 255, 0)).save(content, "JPEG")
    red, green, blue = picture(clean(content.getvalue()).content).getpixel((20, 20))
    assert (red > 200, green < 60, blue < 60) == (True, True, True)


def test_what_is_transparent_in_a_palette_becomes_white():
    drawing = Image.new("P", (40, 40), 0)
    drawing.putpalette([0, 0, 0, 255, 0, 0])
    content = io.BytesIO()
    drawing.save(content, "PNG", transparency=0)
    assert picture(clean(content.getvalue()).content).getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_of_an_animation_the_first_picture_is_taken(kind):
    content = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), color) for color in ("white", "black")]
    frames[0].save(content, kind, save_all=True, append_images=frames[1:])
    assert picture(clean(content.getvalue()).content).getpixel((20, 20)) == (255, 255, 255)


def test_dots_an_inch_that_cannot_be_change_nothing():
    assert picture(clean(jpeg(dpi=(65000, 1))).content).size == (60, 40)


def test_bytes_behind_a_photograph_that_are_nothing_are_dropped():
    cleaned = clean(jpeg() + bytes(5000))
    assert cleaned.content == clean(jpeg()).content


# Thumbnails -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(3000, 2000), (2000, 3000), (60, 40)])
def test_of_a_picture_a_small_one_is_made(size):
    small = picture(clean(jpeg(size=size)).thumbnail)
    assert small.format == "JPEG"
    assert max(small.size) == min(320, max(size))


def test_of_a_pdf_the_first_page_is_drawn():
    def mark(document):
        document.pages[0].obj.Contents = document.make_stream(b"0 0 0 rg 0 0 612 396 re f")

    small = picture(clean(pdf(2, change=mark)).thumbnail).convert("L")

    assert max(small.size) == 320
    assert small.getpixel((100, 20)) > 240
    assert small.getpixel((100, 300)) < 15


def test_a_pdf_that_takes_too_long_to_draw_has_no_thumbnail_and_is_taken(monkeypatch):
    monkeypatch.setattr(pages, "SECONDS", 0.01)
    cleaned = clean(pdf())
    assert (cleaned.content_type, cleaned.thumbnail) == ("application/pdf", b"")


def test_what_draws_pdfs_knows_no_key(tmp_path, monkeypatch):
    spy = tmp_path / "spy.py"
    spy.write_text("import os, sys; open(sys.argv[0] + '.env', 'w').write(repr(dict(os.environ)))")
    monkeypatch.setattr(pages, "RENDERING", spy)

    assert clean(pdf()).thumbnail == b""

    seen = (tmp_path / "spy.py.env").read_text()
    assert not [name for name in ("FIELD_KEYS", "SECRET_KEY", "DATABASE_URL") if name in seen]


@pytest.mark.django_db
def test_thumbnails_lie_encrypted_and_are_served_as_documents_are():
    application = ApplicationFactory()
    document = application.documents.get(kind="letter")
    with open(default_storage.path(document.thumbnail.name), "rb") as file:
        assert not file.read().startswith(images.JPEG)

    response, whole = documents.serve_thumbnail(document), documents.serve(document)

    assert picture(response.content).size == (60, 40)
    assert response["Content-Type"] == "image/jpeg"
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Cache-Control"):
        assert response[name] == whole[name]

    document.thumbnail = ""
    assert picture(documents.serve_thumbnail(document).content).size == (226, 320)


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


SCRIPT = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('marker')")


def annotate(document, **keys):
    shape = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[0, 0, 9, 9], **keys)
    document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(shape)])


def act(**keys):
    """A link that does something when it is clicked."""
    return lambda document: annotate(document, Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(**keys))


def in_root(**keys):
    return lambda document: document.Root.update({f"/{name}": value for name, value in keys.items()})


def attach_file(document):
    document.attachments["marker.exe"] = b"marker"


def attach_to_page(document):
    attach_file(document)
    file = document.Root.Names.EmbeddedFiles.Names[1]
    annotate(document, Subtype=pikepdf.Name.FileAttachment, FS=file, Contents="marker")


def name_author(document):
    document.docinfo["/Author"] = "marker"


def describe(document):
    with document.open_metadata(set_pikepdf_as_editor=False) as words:
        words["dc:description"] = "marker"


def script_of_page(document):
    document.pages[0].obj.AA = pikepdf.Dictionary(O=SCRIPT)


def fields_with_script(document):
    field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="marker", AA=pikepdf.Dictionary(K=SCRIPT))
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([document.make_indirect(field)]))


def xfa(document):
    form = document.make_stream(b"<xdp><script>marker</script></xdp>")
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), XFA=form)


def layers(document):
    document.Root.OCProperties = pikepdf.Dictionary(
        OCGs=pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="marker")])
    )


def film(document):
    annotate(
        document, Subtype=pikepdf.Name.RichMedia, Contents="marker", RichMediaContent=pikepdf.Dictionary()
    )


def piece_info(document):
    document.pages[0].obj.PieceInfo = pikepdf.Dictionary(Marker=pikepdf.Dictionary(Private="marker"))


ARMED = {
    "script when it is opened": in_root(OpenAction=SCRIPT),
    "script when it is closed": in_root(AA=pikepdf.Dictionary(WC=SCRIPT)),
    "script by name": in_root(
        Names=pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["marker", SCRIPT])))
    ),
    "script of a page": script_of_page,
    "script of a field": fields_with_script,
    "script behind a link": act(S=pikepdf.Name.JavaScript, JS="marker"),
    "address": act(S=pikepdf.Name.URI, URI="http://marker.example"),
    "program": act(S=pikepdf.Name.Launch, F="marker.exe"),
    "other file": act(S=pikepdf.Name.GoToR, F="marker.pdf"),
    "form that is sent": act(S=pikepdf.Name.SubmitForm, F="http://marker.example"),
    "data that is read": act(S=pikepdf.Name.ImportData, F="marker.fdf"),
    "attachment": attach_file,
    "attachment on a page": attach_to_page,
    "note": lambda document: annotate(document, Subtype=pikepdf.Name.Text, Contents="marker"),
    "film": film,
    "form in XML": xfa,
    "layers": layers,
    "author": name_author,
    "metadata": describe,
    "private data": piece_info,
}


@pytest.mark.parametrize("construct", ARMED)
def test_a_pdf_is_printed_anew_without_anything_that_runs(construct):
    armed = pdf(2, change=ARMED[construct], object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(io.BytesIO(armed)) as document:
        assert b"marker" in spelled_out(document)

    cleaned = clean(armed)

    assert cleaned.content_type == "application/pdf"
    with pikepdf.open(io.BytesIO(cleaned.content)) as document:
        words = spelled_out(document)
        assert len(document.pages) == 2
        assert set(document.Root.keys()) == {"/Type", "/Pages"}
        assert not set(document.trailer.keys()) & {"/Info"}
    for word in (b"marker", b"JavaScript", b"Annots", b"OpenAction", b"/AA", b"EmbeddedFile", b"AcroForm"):
        assert word not in words


def spelled_out(document):
    """All that is in a PDF, unpacked."""
    content = io.BytesIO()
    document.save(
        content,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    return content.getvalue()


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


# Through the page -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD_FILES)
def test_the_page_tells_of_a_bad_file_and_keeps_nothing(english, settings, tmp_path, name):
    settings.MEDIA_ROOT = tmp_path
    content, _code = BAD_FILES[name]
    go_through(english, until=DOCUMENTS)

    response = give(english, "licence", content)

    assert response.status_code == 422
    [sentence] = errors(response)["file"]
    assert sentence.endswith(".")
    assert not Document.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("content", [jpeg(), b"<svg/>"], ids=["good", "bad"])
def test_no_name_of_a_file_does_harm(client, name, content):
    go_through(client, until=DOCUMENTS)
    # As it comes over the wire: the test's browser and Django would tidy it up.
    name = BAD_NAMES[name].replace("\\", "\\\\").replace('"', "%22").replace("\r\n", "%0D%0A")
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()

    response = client.post(
        reverse("registration:upload", args=["licence"]),
        data=head + content + b"\r\n--edge--\r\n",
        content_type="multipart/form-data; boundary=edge",
    )

    assert response.status_code in (302, 422)
    assert Document.objects.count() == (response.status_code == 302)
    assert response.status_code == 422 or content != b"<svg/>"
    for document in Document.objects.all():
        assert re.fullmatch("[0-9a-f]{2}/[0-9a-f]{32}", document.file.name)
        assert documents.serve(document)["Content-Disposition"] == 'inline; filename="-licence.jpg"'


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

    assert not stored.startswith(images.JPEG)
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
