"""What the pages about a subscription's life ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WordsForm(forms.Form):
    """A reason, in words that others read; `label` says which."""

    use_required_attribute = False
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))


class SuspensionForm(WordsForm):
    order_number = forms.CharField(
        label=_("Number of the order"), max_length=40, widget=forms.TextInput({"dir": "auto"})
    )
    reason = forms.CharField(
        label=_("Reason, in words for the owner"), max_length=500, widget=forms.Textarea({"rows": 3})
    )
    field_order = ["order_number", "reason"]


class ReinstatementForm(SuspensionForm):
    order_number = forms.CharField(
        label=_("Number of the order"),
        max_length=40,
        required=False,
        help_text=_("Where there is a new one."),
        widget=forms.TextInput({"dir": "auto"}),
    )


class AnswerForm(forms.Form):
    """Why an authority does not confirm that a subscription ends."""

    use_required_attribute = False
    answer = forms.CharField(
        label=_("Why not, in words for the owner"), max_length=500, widget=forms.Textarea({"rows": 3})
    )
