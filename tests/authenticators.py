"""An authenticator as it lies in somebody's hand."""

import time

from django.urls import reverse
from django_otp.oath import TOTP

from shumoos.accounts.models import Authenticator


def code_of(device, *, steps=0):
    """The six digits that it shows now, or `steps` times 30 seconds later."""
    totp = TOTP(device.secret)
    totp.time = time.time() + steps * 30
    return f"{totp.token():06}"


def give_authenticator(user):
    """Let a person have one, set up some time ago."""
    return Authenticator.objects.create(user=user, confirmed=True, name="authenticator")


def draft_of(user):
    return Authenticator.objects.get(user=user, confirmed=False)


def asks_again(response):
    """Whether it is asked who is there, on a page of its own or in place of the answer."""
    if response.status_code == 302:
        return response["Location"].startswith(reverse("accounts:confirm"))
    return response.status_code == 200 and "accounts/confirm.html" in [
        each.name for each in response.templates
    ]
