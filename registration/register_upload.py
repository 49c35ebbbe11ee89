"""A register on its way from an officer's browser to its row: never whole in memory, nameless on the disk."""

import tempfile
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registration import register_import
from registration.models import Authority, RegisterImport
from registration.registers.wording import FileRefused
from registration.tasks import read_due_registers
from shumoos.accounts.models import User
from shumoos.celery import ring

MEGABYTE = 1024 * 1024


class RegisterUploadHandler(FileUploadHandler):
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
        if self.received > register_import.MAX_BYTES:
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


class RegisterForm(forms.Form):
    """A register and whose it is, which is asked only of officers of several authorities."""

    authority = forms.ModelChoiceField(
        Authority.objects.none(), label=gettext_lazy("Licensing authority"), empty_label=""
    )
    file = forms.FileField(
        label=gettext_lazy("File with the register"),
        allow_empty_file=True,  # it is refused with all others that are no register
        help_text=gettext_lazy("A CSV file of up to 50 MB, with the columns of the template."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        error_messages={"required": gettext_lazy("Choose the file that holds the register.")},
    )
    # The last field of the page: where it is missing, the connection broke off and so did the file.
    whole = forms.CharField(widget=forms.HiddenInput, initial="yes", required=False)

    use_required_attribute = False

    def __init__(self, *args: Any, user: User, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authorities = list(user.authorities.all())
        self.is_too_large = is_too_large
        if len(self.authorities) > 1:
            self.fields["authority"].queryset = user.authorities.all()  # type: ignore[attr-defined]
        else:
            del self.fields["authority"]

    def clean_file(self) -> UploadedFile:
        if self.data.get("whole") != "yes":
            raise ValidationError(
                _("The connection broke off before the whole file was here. Load it again."),
                code="broken_off",
            )
        return self.cleaned_data["file"]

    def clean(self) -> dict[str, Any]:
        if self.is_too_large:
            self.errors.pop("file", None)
            limit = register_import.MAX_BYTES // MEGABYTE
            self.add_error("file", str(FileRefused("too_large", megabytes=limit)))
        return self.cleaned_data

    @property
    def chosen(self) -> Authority:
        return self.cleaned_data.get("authority") or self.authorities[0]


@transaction.atomic
def take_in(file: UploadedFile, *, authority: Authority, by: User) -> tuple[RegisterImport, bool]:
    """Keep an officer's file to be read by a worker; return its row, and whether it was made now.

    It was not where the same file is still on its way in. Raises FileRefused where this is no register.
    """
    stored, is_new = register_import.store(
        file.chunks(register_import.PIECE), authority=authority, by=by, file_name=shown_name(file.name)
    )
    ring(read_due_registers)
    return stored, is_new


def shown_name(name: str | None) -> str:
    """Return a file's name as it is shown: without a path, without characters that are not seen."""
    plain = "".join(char for char in PurePath(name or "").name if char.isprintable())
    return plain[-100:]
