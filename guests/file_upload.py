"""A file of records on its way from a browser to its row."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guests.file_import import MAX_BYTES, MEGABYTE
from guests.files.wording import FileRefused
from guests.models.file_imports import Mode
from shumoos.uploads import NamelessUploadHandler


def upload_handler(request: HttpRequest) -> NamelessUploadHandler:
    return NamelessUploadHandler(MAX_BYTES, request)


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
