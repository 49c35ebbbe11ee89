"""The forms of an owner who has forgotten the password."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from registration.fields import NationalIdField
from shumoos.accounts.forms import OwnPasswordForm
from shumoos.accounts.models import User
from shumoos.saudi.digits import strip_marks, to_ascii


class ForgottenForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("User name, or the establishment's number"),
        max_length=150,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "username", "autocapitalize": "none"}),
    )
    national_id = NationalIdField(label=gettext_lazy("National ID or iqama of the owner"))

    use_required_attribute = False

    def clean_username(self) -> str:
        return to_ascii(strip_marks(self.cleaned_data["username"])).strip().lower()


class ForgottenCodeForm(OwnPasswordForm):
    """The code from the text message, and the password in place of the forgotten one.

    Whoever was found or not, the password is judged by what was typed alone: what fits to a real user would
    tell of them before the code is there.
    """

    code = forms.CharField(
        label=gettext_lazy("Code from the text message"),
        max_length=20,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Type the six digits from the text message.")},
    )
    field_order = ["code", "new_password1", "new_password2"]

    use_required_attribute = False

    def __init__(self, username: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(User(username=username), *args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["dir"] = "ltr"
