"""The cipher of what is encrypted at rest: files, and columns called `sealed`."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def cipher() -> MultiFernet:
    """Return the cipher that encrypts with the first of the FIELD_KEYS and reads with any of them.

    What it encrypts stands in files of `EncryptedStorage` or in columns called `sealed`: there
    `rotate_document_keys` finds it.
    """
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
