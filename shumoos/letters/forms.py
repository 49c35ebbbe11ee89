from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from shumoos.letters.authenticity import MAX_BYTES
from shumoos.letters.models import CODE_ALPHABET, CODE_LENGTH
from shumoos.saudi import receipt_number
from shumoos.saudi.digits import clean_number


class CodeForm(forms.Form):
    """A verification code, or a receipt's number, as typed: either case, with spaces or hyphens or none."""

    code = forms.CharField(
        label=_("Verification code"),
        help_text=_("The 16 letters and digits at the foot of the letter, or the number of a receipt."),
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_code(self) -> str:
        code = clean_number(self.cleaned_data["code"]).upper()
        if receipt_number.is_valid(code):
            return code
        if len(code) != CODE_LENGTH or not set(code) <= set(CODE_ALPHABET):
            raise ValidationError(
                _("This does not look like a verification code. It has 16 letters and digits."),
                code="invalid",
            )
        return code


class FileForm(forms.Form):
    """A letter's PDF, to be compared with the one that was issued."""

    file = forms.FileField(
        label=_("PDF file of the letter"),
        help_text=_("The file as it was received, not a scan of the paper."),
        error_messages={
            "required": _("Choose the PDF file of the letter."),
            "empty": _("This file is empty. Choose the PDF of the letter as it was received."),
        },
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("This file is larger than %(megabytes)s MB. No letter of Shumoos is."),
                code="too_large",
                params={"megabytes": MAX_BYTES // (1024 * 1024)},
            )
        return file
