"""The directory of private establishments, for the authorities entitled to it, and who looked why."""

from collections.abc import Iterable, Iterator
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registration.fields import GroupedChoiceField
from registration.models import Establishment, Licence, Region, Sector
from registration.models.names import TooShort, is_named
from shumoos import tables
from shumoos.saudi import calendar, digits

PAGE = 50
MOST_IN_A_FILE = 1000
LONGEST_SUBJECT = 80


class Standing(models.TextChoices):
    """What the directory says of an establishment's subscription."""

    ACTIVE = "active", gettext_lazy("Subscribed")
    SUSPENDED = "suspended", gettext_lazy("Subscription suspended")
    NONE = "none", gettext_lazy("Not subscribed")


class DirectoryForm(forms.Form):
    """What is looked for, and why. One of the fields above the reason is enough."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("In Arabic or English, in part, in any spelling."),
    )
    number = forms.CharField(
        label=gettext_lazy("Establishment number or commercial registration"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"}),
    )
    region = forms.ModelChoiceField(
        Region.objects.all(), label=gettext_lazy("Region"), required=False, empty_label=gettext_lazy("All")
    )
    sector = GroupedChoiceField(
        Sector.objects.all(),
        group_by="authority",
        label=gettext_lazy("Sector"),
        required=False,
        empty_label=gettext_lazy("All"),
    )
    status = forms.ChoiceField(
        choices=[("", gettext_lazy("All")), *Standing.choices],
        label=gettext_lazy("Subscription"),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason for this search"),
        max_length=200,
        min_length=5,
        help_text=gettext_lazy("It is kept in the access log with your name, for the auditors."),
        error_messages={
            "required": gettext_lazy("Say why you search: every search is logged with its reason."),
            "min_length": gettext_lazy("Say why you search in a few words."),
        },
    )

    CRITERIA = ("name", "number", "region", "sector", "status")
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        halves = [Div(name, css_class="col-md-6") for name in ("name", "number")]
        thirds = [Div(name, css_class="col-md-4") for name in ("region", "sector", "status")]
        self.helper.layout = Layout(Div(*halves, css_class="row"), Div(*thirds, css_class="row"), "reason")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name:
            try:
                is_named(name)
            except TooShort as refusal:
                raise ValidationError(str(refusal)) from refusal
        return name

    def clean_number(self) -> str:
        number = digits.clean_number(self.cleaned_data["number"])
        if number and not (number.isascii() and number.isdigit() and len(number) <= 10):
            raise ValidationError(_("Type the number in digits, at most ten of them."))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.criteria:
            self.add_error(None, _("Give at least one of name, number, region, sector or subscription."))
        return cleaned

    @property
    def criteria(self) -> dict[str, Any]:
        """What is looked for, by field, without the fields left empty."""
        found = {name: self.cleaned_data.get(name) for name in self.CRITERIA}
        return {name: value for name, value in found.items() if value}

    def subject(self, after: str) -> str:
        """Return what the access log says of the search: never what was typed, which may name a person."""
        parts = [
            f"{name}={value.pk if isinstance(value, models.Model) else value}"
            if name in ("region", "sector", "status")
            else name
            for name, value in self.criteria.items()
        ]
        parts += [f"after={after}"] if after else []
        return f"directory:{' '.join(parts)}"[:LONGEST_SUBJECT]


def find(
    *,
    name: str = "",
    number: str = "",
    region: Region | None = None,
    sector: Sector | None = None,
    status: str = "",
) -> models.QuerySet[Establishment]:
    """Return the establishments that all of this holds for, by number, with all that the directory shows.

    Raises TooShort where there is too little of a name. Subscriptions are named, because they belong to the
    app above.
    """
    found = Establishment.objects.select_related("sector", "city__region").prefetch_related("subscriptions")
    if name:
        found = found.named(name)
    if number:
        found = found.filter(Q(number=number) | Q(commercial_registration=number))
    if region:
        found = found.filter(city__region=region)
    if sector:
        found = found.filter(sector=sector)
    today = {"subscriptions__period__contains": calendar.today()}
    if status == Standing.NONE:
        holding = Q(subscriptions__status__in=[Standing.ACTIVE, Standing.SUSPENDED], **today)
        found = found.exclude(holding)
    elif status:
        found = found.filter(subscriptions__status=status, **today)
    return found.defer("owner", "folded_names").order_by("number")


def page(found: models.QuerySet[Establishment], after: str) -> tuple[list[Establishment], str]:
    """Return the next establishments after a number, and the number to go on from; empty on the last page."""
    if after:
        found = found.filter(number__gt=after)
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else ""


def standing(subscribed: Establishment | Licence) -> Standing:
    """Return what holds today. Reads the subscriptions that were fetched with the row."""
    subscriptions = subscribed.subscriptions.all()
    holding = {
        subscription.status for subscription in subscriptions if calendar.today() in subscription.period
    }
    return next((one for one in (Standing.ACTIVE, Standing.SUSPENDED) if one in holding), Standing.NONE)


def csv_lines(found: Iterable[Establishment]) -> Iterator[str]:
    """Return the lines of a file of at most MOST_IN_A_FILE establishments; a last line tells of a cut."""
    return tables.csv_lines(
        [
            _("Establishment number"),
            _("Name in Arabic"),
            _("Name in English"),
            _("Sector"),
            _("Region"),
            _("City"),
            _("Subscription"),
        ],
        _rows(found),
    )


def _rows(found: Iterable[Establishment]) -> Iterator[list[str]]:
    for count, one in enumerate(found):
        if count == MOST_IN_A_FILE:
            yield [cut_sentence()]
            return
        cells = (one.number, one.name_ar, one.name_en, one.sector, one.city.region, one.city)
        yield [str(cell) for cell in (*cells, standing(one).label)]


def cut_sentence() -> str:
    return _("Only the first %(most)s establishments are in this file. Narrow the search for the others.") % {
        "most": f"{MOST_IN_A_FILE:,}"
    }
