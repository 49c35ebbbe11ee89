"""An authenticator as it lies in somebody's hand."""

import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice


def code_of(device, *, steps=0):
    """The six digits that it shows now, or `steps` times 30 seconds later."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + steps * device.step
    return f"{totp.token():06}"


def give_authenticator(user):
    """Let a person have one, set up some time ago."""
    return TOTPDevice.objects.create(user=user, confirmed=True, name="authenticator")


def draft_of(user):
    return TOTPDevice.objects.get(user=user, confirmed=False)
