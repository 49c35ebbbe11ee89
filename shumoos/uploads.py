"""Large files on their way from a browser: never whole in memory, nameless on the disk."""

import tempfile
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class NamelessUploadHandler(FileUploadHandler):
    """Writes a file to where it has no name, so that it goes with the process however that ends.

    What has over `most` bytes is read to its end, because a browser listens only then, and is kept nowhere;
    the form finds that in `is_too_large`.
    """

    chunk_size = 256 * 1024

    def __init__(self, most: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most
        self.is_too_large = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > self.most:
            self.is_too_large = True
            self.file.close()
            raise SkipFile
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.file.seek(0)
        return UploadedFile(
            file=self.file,
            name=self.file_name,
            content_type=self.content_type,
            size=self.received,
            charset=self.charset,
        )

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()


def shown_name(name: str | None) -> str:
    """Return a file's name as it is shown: without a path, without characters that are not seen."""
    plain = "".join(char for char in PurePath(name or "").name if char.isprintable())
    return plain[-100:]
