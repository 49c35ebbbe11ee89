"""The key that signs the letters, and its certificate: from the settings, or a development machine's own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

DEVELOPMENT = "Development, not for use"
KEY_FILE = "letter-key.pem"
CERTIFICATE_FILE = "letter-certificate.pem"
YEARS = 20
LEAST_RSA_BITS = 2048

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Pair:
    """A key, its certificate, and the certificates above that one up to where the authority ends."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether the certificate is the key's own."""
        return public_bytes(self.key.public_key()) == public_bytes(self.certificate.public_key())


def read_key(value: str) -> PrivateKey:
    """Return the key that a setting holds: PEM, its lines apart or joined by `\\n`, or the path of a file.

    Raises ValueError where it is none, is encrypted, or is neither on P-256, P-384 or P-521 nor RSA of 2,048
    bits and more.
    """
    try:
        key = load_pem_private_key(pem(value), password=None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("The key cannot be read.") from error
    if isinstance(key, ec.EllipticCurvePrivateKey):
        is_fit = isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1)
    else:
        is_fit = isinstance(key, rsa.RSAPrivateKey) and key.key_size >= LEAST_RSA_BITS
    if not isinstance(key, PrivateKey) or not is_fit:
        raise ValueError("The key is of a kind that cannot sign letters.")
    return key


def read_certificates(value: str) -> list[x509.Certificate]:
    """Return the certificates that a setting holds, the signer's own first; ValueError where there is none.

    A certificate whose key usage does not include signatures that bind (non-repudiation) is refused too: a
    reader of the letters would not accept it.
    """
    found = x509.load_pem_x509_certificates(pem(value))
    try:
        usage = found[0].extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return found
    if not usage.content_commitment:
        raise ValueError("The certificate is not for signatures that bind.")
    return found


def read_pair(key: str, certificate: str) -> Pair:
    """Return what the two settings hold; they need not belong together. Raises ValueError as above."""
    own, *chain = read_certificates(certificate)
    return Pair(read_key(key), own, tuple(chain))


def pem(value: str) -> bytes:
    if value.lstrip().startswith("-----BEGIN"):
        return value.replace("\\n", "\n").encode()
    try:
        return Path(value).read_bytes()
    except OSError as error:
        raise ValueError("There is no such file.") from error


def public_bytes(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]


def is_for_development(certificate: x509.Certificate) -> bool:
    """Whether a development machine has made this certificate, so that nobody must take it for real."""
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return any(unit.value == DEVELOPMENT for unit in units)


def own_pair(directory: Path, *, unit: str = DEVELOPMENT) -> dict[str, str]:
    """Return the two settings for a machine that has none: a P-256 key and its certificate in `directory`.

    They are made at the first call, readable by this user only, and kept.
    """
    files = directory / KEY_FILE, directory / CERTIFICATE_FILE
    if not all(file.exists() for file in files):
        directory.mkdir(parents=True, exist_ok=True)
        for file, content in zip(files, make_pair(unit), strict=True):
            file.touch(mode=0o600)
            file.write_bytes(content)
    return {"LETTER_SIGNING_KEY": str(files[0]), "LETTER_SIGNING_CERTIFICATE": str(files[1])}


def make_pair(unit: str) -> tuple[bytes, bytes]:
    """Return a new P-256 key and a certificate that it has signed itself, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "SA"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, "Shumoos"),
        ]
    )
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A clock may have been ahead when the first letter is signed.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, certificate.public_bytes(Encoding.PEM)
