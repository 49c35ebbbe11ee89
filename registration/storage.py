"""Files encrypted at rest, under names that say nothing."""

import uuid

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


def random_name(instance: object, filename: str) -> str:
    """Return a new random name, spread over 256 folders; what the sender called the file is dropped."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


def cipher() -> MultiFernet:
    """Return the cipher that encrypts with the first of the FIELD_KEYS and reads with any of them."""
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


@deconstructible
class EncryptedStorage(FileSystemStorage):
    """Files on disk that are of no use without the keys. They have no URL: a view serves them."""

    def _save(self, name: str, content: File) -> str:
        return super()._save(name, ContentFile(cipher().encrypt(content.read())))  # type: ignore[misc]

    def _open(self, name: str, mode: str = "rb") -> File:
        with super()._open(name, "rb") as encrypted:  # type: ignore[misc]
            return ContentFile(cipher().decrypt(encrypted.read()), name=name)

    def url(self, name: str | None) -> str:
        raise ValueError("Documents have no address of their own.")
