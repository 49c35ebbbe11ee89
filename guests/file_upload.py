"""A file on its way from a browser to its row: never whole in memory, nameless on the disk."""

import tempfile
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guests.file_import import MAX_BYTES, MEGABYTE
from guests.files.wording import FileRefused
from guests.models.file_imports import Mode


class RecordsUploadHandler(FileUploadHandler):
    """Writes a file to where it has no name, so that it goes with the process however that ends.

    What is too large is read to its end, because a browser listens only then, and is kept nowhere; the form
    finds that in `is_too_large`.
    """

    chunk_size = 256 * 1024

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_too_large = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > MAX_BYTES:
            self.is_too_large = True
            self.file.close()
            raise SkipFile
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.file.seek(0)
        return UploadedFile(file=self.file, name=self.file_name, size=self.received)

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()


class FileForm(forms.Form):
    """A file of records and what to do with it."""

    file = forms.FileField(
        label=gettext_lazy("File with the records"),
        allow_empty_file=True,  # it is refused with all others that hold no records
        help_text=gettext_lazy("XLSX or CSV, with the columns of the template."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": gettext_lazy("Choose the file that holds the records.")},
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=Mode.choices,
        initial=Mode.GOOD_ROWS,
        widget=forms.RadioSelect,
    )
    # The last field of the page: where it is missing, the connection broke off and so did the file.
    whole = forms.CharField(widget=forms.HiddenInput, initial="yes", required=False)

    use_required_attribute = False

    def __init__(self, *args: Any, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_too_large = is_too_large

    def clean_file(self) -> UploadedFile:
        if self.data.get("whole") != "yes":
            raise ValidationError(
                _("The connection broke off before the whole file was here. Send it again."),
                code="broken_off",
            )
        return self.cleaned_data["file"]

    def clean(self) -> dict[str, Any]:
        if self.is_too_large:
            self.errors.pop("file", None)
            self.add_error("file", FileRefused("too_large", megabytes=MAX_BYTES // MEGABYTE).message)
        return self.cleaned_data


def shown_name(name: str | None) -> str:
    """Return a file's name as it is shown: without a path, without characters that are not seen."""
    plain = "".join(char for char in PurePath(name or "").name if char.isprintable())
    return plain[-100:]
