"""The form that makes a key of the API."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guests.models import ApiKey
from guests.models.api_keys import MOST_A_MINUTE
from registration.models import Establishment


class NewKeyForm(forms.ModelForm):
    code = forms.CharField(
        label=_("Code from the text message"),
        help_text=_("Press “Send me a code” first."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
    )

    class Meta:
        model = ApiKey
        fields = ["establishment", "name", "is_test", "per_minute"]
        help_texts = {
            "is_test": _("What it sends is checked and answered, never transferred, and gone the next day."),
        }

    def __init__(self, places: QuerySet[Establishment], data: Any = None, *, needs_code: bool) -> None:
        super().__init__(data)
        self.places = places
        self.needs_code = needs_code
        self.fields["establishment"].queryset = places  # type: ignore[attr-defined]
        # Here, because a lazy text becomes words of one language as soon as something is put into it.
        self.fields["establishment"].label = gettext("Establishment")
        self.fields["per_minute"].help_text = gettext("At most %(most)s.") % {"most": f"{MOST_A_MINUTE:,}"}
        found = list(places[:2])
        if len(found) == 1:
            self.fields["establishment"].initial = found[0]
        if not needs_code:
            del self.fields["code"]

    def unbound(self) -> "NewKeyForm":
        """Return the form with what was typed in it, and nothing said about it."""
        form = NewKeyForm(self.places, needs_code=self.needs_code)
        form.initial = {name: self.data.get(name) for name in self.fields if name != "code"}
        return form

    def details(self) -> dict[str, Any]:
        """Return what `keys.make` is to be told."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
