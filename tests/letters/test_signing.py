import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from shumoos import letter_key
from shumoos.letters.render import render_pdf
from shumoos.letters.signing import is_intact, sign, signatory
from tests.letters.test_render import text_of


@pytest.fixture
def signed(make_letter):
    return sign(render_pdf(make_letter()), signatory())


def real_pair(settings, directory):
    """Have letters signed by a key that is not a development machine's."""
    for name, value in letter_key.own_pair(directory, unit="Letters").items():
        setattr(settings, name, value)


def test_the_signature_is_pades_covers_the_whole_file_and_is_intact(signed):
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    trusted = ValidationContext(trust_roots=[signatory().signer.signing_cert], allow_fetching=False)

    status = validate_pdf_signature(signature, trusted)

    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.bottom_line


def test_a_signed_letter_is_still_archivable_and_accessible(signed):
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        with pdf.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "A")
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == "إفادة ارتباط بنظام شموس RUH/2026/00017"
            # PDF/A wants both places to say the same.
            assert about["pdf:Producer"] == str(pdf.docinfo["/Producer"])
        assert [str(intent.S) for intent in pdf.Root.OutputIntents] == ["/GTS_PDFA1"]
        assert pdf.Root.MarkInfo.Marked
        assert "/Filter" not in pdf.Root.Metadata
        (field,) = pdf.Root.AcroForm.Fields
        assert (str(field.FT), int(pdf.Root.AcroForm.SigFlags)) == ("/Sig", 3)
        assert "/NeedAppearances" not in pdf.Root.AcroForm
        # Printable, not hidden (PDF/A), of no size and off the page (PDF/UA), with a name to be read aloud.
        assert int(field.F) & 0b110 == 0b100
        left, bottom, right, top = (int(side) for side in field.Rect)
        assert (right - left, top - bottom) == (0, 0)
        assert left < 0
        assert str(field.TU) == "توقيع شموس الرقمي"
        assert all(page.Tabs == "/S" for page in pdf.pages if "/Annots" in page)
        assert all(
            "/FontFile" in str(list(font.DescendantFonts[0].FontDescriptor.keys()))
            for font in pdf.pages[0].Resources.Font.values()
        )


def test_a_letter_with_one_byte_changed_is_refused(signed):
    certificate = signatory().certificate
    assert is_intact(signed, certificate)

    for position in (30, len(signed) // 4, len(signed) // 2, len(signed) - 3):
        changed = bytearray(signed)
        changed[position] ^= 1
        assert not is_intact(bytes(changed), certificate), position


def test_a_letter_with_something_added_is_refused(signed):
    assert not is_intact(signed + b"\n%%EOF\n", signatory().certificate)


def test_a_letter_that_another_program_has_saved_is_refused(signed):
    saved = io.BytesIO()
    with pikepdf.open(io.BytesIO(signed)) as opened:
        opened.save(saved)

    assert not is_intact(saved.getvalue(), signatory().certificate)


def test_another_key_is_no_key_of_ours(make_letter, signed, settings, tmp_path):
    ours = signatory().certificate
    real_pair(settings, tmp_path)

    assert not is_intact(sign(render_pdf(make_letter()), signatory()), ours)
    assert not is_intact(render_pdf(make_letter()), ours)


def test_what_a_development_machine_signs_is_marked_as_a_trial(make_letter, settings, tmp_path):
    trial = text_of(render_pdf(make_letter()))
    real_pair(settings, tmp_path)
    real = text_of(render_pdf(make_letter()))

    assert "Development: a trial without any validity" in trial
    assert "Development" not in real


def test_rsa_keys_sign_too(make_letter, settings, tmp_path):
    key, certificate = rsa_pair()
    settings.LETTER_SIGNING_KEY, settings.LETTER_SIGNING_CERTIFICATE = key, certificate

    assert is_intact(sign(render_pdf(make_letter()), signatory()), signatory().certificate)


def rsa_pair():
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Letters")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    # As an .env file holds it: in one line.
    return private.decode().replace("\n", "\\n"), certificate.public_bytes(encoding).decode()
