"""The secrets of authenticators: encrypted at rest."""

import pytest
from cryptography.fernet import Fernet
from django_otp.plugins.otp_totp.models import TOTPDevice

from registration.documents import keys
from shumoos.accounts import second_factor
from shumoos.accounts.models import Authenticator
from tests.authenticators import code_of, give_authenticator
from tests.factories import OfficerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return OfficerFactory()


def test_a_secret_does_not_lie_in_its_row(officer):
    device = give_authenticator(officer)
    kept = bytes(Authenticator.objects.get().sealed)
    assert len(device.secret) == 20
    assert device.secret not in kept
    assert device.secret.hex().encode() not in kept
    assert not TOTPDevice.objects.exists()


def test_it_can_be_read_under_an_older_key_and_is_rotated_with_all_else(officer, settings):
    device = give_authenticator(officer)
    secret, [old] = device.secret, settings.FIELD_KEYS
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    assert Authenticator.objects.get().secret == secret
    keys.rotate(dry_run=False, tell=lambda done, total: None)
    settings.FIELD_KEYS = [new]
    assert Authenticator.objects.get().secret == secret
    assert second_factor.verify(officer, code_of(Authenticator.objects.get())).user_id == officer.pk


def test_an_authenticator_reads_issuer_person_and_secret_from_its_picture(officer):
    device = second_factor.draft_of(officer)
    address = second_factor.address_of(device, officer)
    assert address.startswith(f"otpauth://totp/Shumoos%3A{officer.username}?secret=")
    assert "issuer=Shumoos" in address
    assert "digits=6&period=30" in address
