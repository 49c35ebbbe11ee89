"""What the pages about a subscription's life ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shumoos.saudi import digits


class WordsForm(forms.Form):
    """A reason, in words that others read; `label` says which."""

    use_required_attribute = False
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))


class OrderNumberField(forms.CharField):
    """An order's number as the office keeps it, its digits in ASCII, so that it is found however typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Number of the order"),
            max_length=40,
            widget=forms.TextInput({"dir": "auto"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        return digits.strip_marks(digits.to_ascii(super().to_python(value) or ""))


class SuspensionForm(WordsForm):
    order_number = OrderNumberField()
    reason = forms.CharField(
        label=_("Reason, in words for the owner"), max_length=500, widget=forms.Textarea({"rows": 3})
    )
    field_order = ["order_number", "reason"]


class ReinstatementForm(SuspensionForm):
    order_number = OrderNumberField(required=False, help_text=_("Where there is a new one."))


class AnswerForm(forms.Form):
    """Why an authority does not confirm that a subscription ends."""

    use_required_attribute = False
    answer = forms.CharField(
        label=_("Why not, in words for the owner"), max_length=500, widget=forms.Textarea({"rows": 3})
    )
