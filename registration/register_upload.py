"""A register on its way from an officer's browser to its row."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registration import register_import
from registration.models import Authority, RegisterImport
from registration.registers.wording import FileRefused
from registration.tasks import read_due_registers
from shumoos.accounts.models import User
from shumoos.celery import ring
from shumoos.uploads import NamelessUploadHandler, shown_name

MEGABYTE = 1024 * 1024


def upload_handler(request: HttpRequest) -> NamelessUploadHandler:
    return NamelessUploadHandler(register_import.MAX_BYTES, request)


class RegisterForm(forms.Form):
    """A register and whose it is, which is asked only of officers of several authorities."""

    authority = forms.ModelChoiceField(
        Authority.objects.none(),
        label=gettext_lazy("Licensing authority"),
        empty_label=gettext_lazy("Choose"),
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
