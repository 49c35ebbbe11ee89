"""The forms of the status page: what an application is followed with."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registration.fields import LastFourField, ReferenceNumberField


class StatusForm(forms.Form):
    reference = ReferenceNumberField(
        label=gettext_lazy("Reference number"),
        help_text=gettext_lazy("Twelve digits, such as 26-4821-9037-41."),
    )
    mobile_ending = LastFourField(label=gettext_lazy("Last four digits of the owner's mobile"))

    use_required_attribute = False

    def say_unknown(self) -> None:
        """Say that the two do not belong together, whichever of them is wrong."""
        self.add_error(
            None,
            ValidationError(
                _("No application has this reference number together with a mobile that ends like this.")
            ),
        )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code from the text message"),
        max_length=20,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Type the six digits from the text message.")},
    )

    use_required_attribute = False


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason, if you want to give one"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    use_required_attribute = False
