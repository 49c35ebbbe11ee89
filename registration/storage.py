"""Files encrypted at rest, under names that say nothing."""

import os
import uuid

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from shumoos.ciphers import cipher

# What a rewritten file is called until it takes the old one's place.
UNFINISHED = ".new"


def random_name(instance: object, filename: str) -> str:
    """Return a new random name, spread over 256 folders; what the sender called the file is dropped."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


@deconstructible
class EncryptedStorage(FileSystemStorage):
    """Files on disk that are of no use without the keys. They have no URL: a view serves them."""

    def _save(self, name: str, content: File) -> str:
        return super()._save(name, ContentFile(cipher().encrypt(content.read())))  # type: ignore[misc]

    def _open(self, name: str, mode: str = "rb") -> File:
        return ContentFile(cipher().decrypt(self.sealed(name)), name=name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """As Django's, and nothing where no file has been stored yet."""
        try:
            return super().listdir(path)
        except FileNotFoundError:
            return [], []

    def sealed(self, name: str) -> bytes:
        """Return a file as it lies there, encrypted. Raises FileNotFoundError."""
        with super()._open(name, "rb") as encrypted:  # type: ignore[misc]
            return encrypted.read()

    def replace_sealed(self, name: str, token: bytes) -> None:
        """Put another token in a file's place. Whenever this is killed, the one or the other is there."""
        path = self.path(name)
        unfinished = path + UNFINISHED
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def url(self, name: str | None) -> str:
        raise ValueError("Documents have no address of their own.")
