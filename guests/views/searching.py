"""The search among an establishment's own records. What is looked for is sent, never part of an address."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from guests import intake, searching
from guests.searching import After, Sought
from guests.views.common import may_submit, place_label, time_label
from guests.views.entering import choose_establishment, chosen_establishment
from registration.fields import DayField
from registration.models import Establishment
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key
from shumoos.saudi import names

LEAST_OF_A_NAME = 2


class SearchForm(forms.Form):
    """What a receptionist knows of a guest: any part of it."""

    use_required_attribute = False

    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    id_number = forms.CharField(label=_("Identity number"), max_length=40, required=False)
    place = forms.CharField(max_length=40, required=False)
    reference = forms.CharField(label=_("Own reference"), max_length=64, required=False)
    first = DayField(label=_("From day"), required=False)
    last = DayField(label=_("To day"), required=False)

    def __init__(self, establishment: Establishment, *args: Any) -> None:
        super().__init__(*args)
        if label := place_label(intake.kinds_of(establishment)):
            self.fields["place"].label = label
        else:
            del self.fields["place"]
        for name, field in self.fields.items():
            field.widget.attrs |= {"autocomplete": "off", "dir": "auto" if name == "name" else "ltr"}

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if name and len(names.fold(name).replace(" ", "")) < LEAST_OF_A_NAME:
            raise forms.ValidationError(_("Type at least two letters of the name."))
        return name

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the first day: please correct one of the two."))
        if not self.errors and not any(self.cleaned_data.values()):
            raise forms.ValidationError(_("Fill in at least one of the fields."))

    def sought(self) -> Sought:
        return Sought(**self.cleaned_data)


@require_http_methods(["GET", "HEAD", "POST"])
@may_submit
def search(request: SignedInRequest) -> HttpResponse:
    establishment = chosen_establishment(request)
    if establishment is None:
        return choose_establishment(request, "guests:search")
    context: dict[str, Any] = {"establishment": establishment, "form": SearchForm(establishment)}
    if request.method == "POST":
        form = context["form"] = SearchForm(establishment, request.POST)
        if form.is_valid():
            log_look(request, "search guest records", establishment)
            after = after_of(request)
            found = searching.search(request.user, establishment, form.sought(), after)
            label = time_label(record.declaration for record in found.records)
            context |= {"found": found, "is_first": after is None, "time_label": label}
    return render(request, "guests/search.html", context)


def after_of(request: SignedInRequest) -> After | None:
    """Return where the page before ended, as the page's own button sends it; None for the first."""
    at, _space, pk = request.POST.get("after", "").rpartition(" ")
    if not is_key(pk):
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return After(moment, int(pk)) if moment.tzinfo else None
