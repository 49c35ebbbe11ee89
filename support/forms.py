from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registration.models import Establishment
from support.models import Category, Ticket


class DeskForm(forms.Form):
    q = forms.CharField(
        label=_("Reference, ticket, licence or registration number, or name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autofocus": True, "inputmode": "search", "autocomplete": "off"}),
    )


class TicketForm(forms.ModelForm):
    class Meta:
        model = Ticket
        fields = ["category", "subject", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"] = forms.ChoiceField(label=_("Category"), choices=Category.choices)


class OwnTicketForm(TicketForm):
    """An owner's ticket is about one of their establishments."""

    def __init__(self, *args: Any, establishments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["establishment"] = forms.ModelChoiceField(
            label=_("Establishment"),
            queryset=establishments,
            initial=establishments.first(),
            empty_label=None,
        )
        self.order_fields(["establishment", "category", "subject", "text"])

    class Meta(TicketForm.Meta):
        fields = ["category", "subject", "text"]

    def establishment(self) -> Establishment:
        return self.cleaned_data["establishment"]


class EntryForm(forms.Form):
    text = forms.CharField(
        label=_("Message"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        error_messages={"required": _("Write a message first.")},
    )
