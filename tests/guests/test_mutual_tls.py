"""Mutual TLS with the centre, against a local server and an authority invented for the test."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from guests.models import Batch, GuestRecord
from guests.simulator import CentreSimulator
from guests.tasks import transfer_due_records
from tests.guests.factories import GuestFactory, send

pytestmark = pytest.mark.django_db(transaction=True)


class Authority:
    """An invented certification authority, which keeps what it issues in a directory."""

    def __init__(self, directory, name):
        self.directory = directory
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signed = self.build(self.name, self.key).add_extension(x509.BasicConstraints(True, None), True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self.certificate = signed.add_extension(usage, True).sign(self.key, hashes.SHA256())
        self.path = self.write(f"{name}.pem", self.certificate.public_bytes(serialization.Encoding.PEM))

    def build(self, name, key):
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
        )

    def issue(self, name, usage):
        """Return the paths of a certificate and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = (
            self.build(subject, key)
            .add_extension(address, False)
            .add_extension(x509.ExtendedKeyUsage([usage]), False)
            .sign(self.key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self.write(f"{name}.pem", certificate.public_bytes(pem)), self.write(f"{name}.key", private)

    def write(self, name, content):
        path = self.directory / name
        path.write_bytes(content)
        return str(path)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path, "authority")


@pytest.fixture
def centre(authority, settings):
    """The centre, which speaks only to whoever shows a certificate of the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("centre", ExtendedKeyUsageOID.SERVER_AUTH))
    context.load_verify_locations(authority.path)
    context.verify_mode = ssl.CERT_REQUIRED
    with CentreSimulator(tls=context) as centre:
        settings.CENTRE_URL = centre.url
        settings.CENTRE_TIMEOUT = 3.0
        settings.CENTRE_CA = authority.path
        yield centre


def transferred(hotel):
    send(hotel, GuestFactory())
    transfer_due_records()
    return GuestRecord.objects.get().state == "transferred"


def test_with_both_certificates_the_records_reach_the_centre(hotel, centre, authority, settings):
    settings.CENTRE_CERT, settings.CENTRE_CERT_KEY = authority.issue(
        "portal", ExtendedKeyUsageOID.CLIENT_AUTH
    )

    assert transferred(hotel)
    assert len(centre.records) == 1


def test_without_our_certificate_the_centre_takes_nothing_and_the_records_wait(hotel, centre):
    assert not transferred(hotel)
    assert Batch.objects.get().problem == "unreachable"
    assert centre.records == []


def test_a_certificate_of_another_authority_is_none(hotel, centre, settings, tmp_path):
    (tmp_path / "others").mkdir()
    other = Authority(tmp_path / "others", "other")
    settings.CENTRE_CERT, settings.CENTRE_CERT_KEY = other.issue("portal", ExtendedKeyUsageOID.CLIENT_AUTH)

    assert not transferred(hotel)
    assert centre.records == []


def test_a_centre_whose_certificate_is_not_believed_is_sent_nothing(
    hotel, centre, authority, settings, tmp_path
):
    settings.CENTRE_CERT, settings.CENTRE_CERT_KEY = authority.issue(
        "portal", ExtendedKeyUsageOID.CLIENT_AUTH
    )
    (tmp_path / "others").mkdir()
    settings.CENTRE_CA = Authority(tmp_path / "others", "other").path

    assert not transferred(hotel)
    assert centre.records == []
