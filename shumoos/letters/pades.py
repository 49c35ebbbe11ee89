"""The PAdES signature of the letters, by pyhanko: made with the key of the settings, checked against a
certificate. `shumoos.letters.signing` is the way here.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from shumoos import letter_key
from shumoos.letters.words import WORDS

FIELD = "Signature"
# For the signature with its certificates: without a bound, each letter would be signed twice to find it.
BYTES_RESERVED = 16 * 1024


@dataclass(frozen=True)
class Signatory:
    """The key in use, with its certificate as DER."""

    signer: SimpleSigner
    certificate: bytes
    is_development: bool

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in hexadecimal digits."""
        return sha256(self.certificate).hexdigest()


def signatory() -> Signatory:
    """Return who signs now."""
    return read_signatory(settings.LETTER_SIGNING_KEY, settings.LETTER_SIGNING_CERTIFICATE)


@lru_cache(maxsize=4)
def read_signatory(key: str, certificate: str) -> Signatory:
    pair = letter_key.read_pair(key, certificate)
    chain = SimpleCertificateStore()
    chain.register_multiple(x509.Certificate.load(above.public_bytes(Encoding.DER)) for above in pair.chain)
    own = pair.certificate.public_bytes(Encoding.DER)
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(own),
        signing_key=keys.PrivateKeyInfo.load(
            pair.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        cert_registry=chain,
    )
    return Signatory(signer, own, letter_key.is_for_development(pair.certificate))


def sign(pdf: bytes, by: Signatory) -> bytes:
    """Return the PDF with a signature over the whole of it (PAdES baseline B), archivable as it was.

    The signature is not shown on the page: its field lies outside of it, where PDF/A and PDF/UA both allow
    one that is neither seen nor read aloud.
    """
    field = SigFieldSpec(
        FIELD,
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        readable_field_name=WORDS["signature"],
    )
    about = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=WORDS["portal"]
    )
    signer = PdfSigner(about, signer=by.signer, new_field_spec=field)
    signed = BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=BYTES_RESERVED, output=signed)
    return signed.getvalue()


def is_intact(pdf: bytes, certificate: bytes) -> bool:
    """Whether the PDF bears one signature, made with that certificate's key, and nothing in it has changed.

    Only for bytes that were ours once: a stranger's file could be made to unfold into gigabytes here.
    Whether the certificate has expired since does not matter: when it signed is on record.
    """
    own = x509.Certificate.load(certificate)
    trusted = ValidationContext(trust_roots=[own], allow_fetching=False, moment=own.not_valid_before)
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if len(signatures) != 1:
            return False
        status = validate_pdf_signature(signatures[0], trusted, skip_diff=True)
    except (PdfError, SignatureValidationError, ValueError):
        return False
    return (
        status.intact
        and status.valid
        and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and status.signing_cert.dump() == certificate
    )
