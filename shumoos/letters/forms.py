from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shumoos.letters.models import CODE_ALPHABET, CODE_LENGTH
from shumoos.saudi.digits import clean_number


class CodeForm(forms.Form):
    """A verification code as people type it: either case, with spaces or hyphens or none."""

    code = forms.CharField(
        label=_("Verification code"),
        help_text=_("The 16 letters and digits at the foot of the letter."),
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_code(self) -> str:
        code = clean_number(self.cleaned_data["code"]).upper()
        if len(code) != CODE_LENGTH or not set(code) <= set(CODE_ALPHABET):
            raise ValidationError(
                _("This does not look like a verification code. It has 16 letters and digits."),
                code="invalid",
            )
        return code
