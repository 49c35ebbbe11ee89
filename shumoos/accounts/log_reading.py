"""The auditor's search in the access log: by person, by whose or which row, by day and by what was done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shumoos import tables
from shumoos.accounts import act_words, subjects
from shumoos.accounts.models import Look, Role, User
from shumoos.keys import is_key
from shumoos.saudi import calendar, digits

PAGE = 50
# Where nothing else is asked for, the search is over so many days.
DAYS = 30
MOST_PEOPLE = 50
MOST_IN_A_FILE = 100_000
COLUMNS = [
    ("at", gettext_lazy("When")),
    ("username", gettext_lazy("User name")),
    ("name", gettext_lazy("Name")),
    ("role", gettext_lazy("Role")),
    ("office", gettext_lazy("Place of work")),
    ("action", gettext_lazy("What")),
    ("subject", gettext_lazy("Which row")),
    ("whose", gettext_lazy("Whose")),
    ("people", gettext_lazy("People")),
    ("reason", gettext_lazy("Reason")),
    ("address", gettext_lazy("Address")),
    ("request_id", gettext_lazy("Request")),
    ("words", gettext_lazy("What, in words")),
]


@dataclass(frozen=True)
class Place:
    """Where a page of the log ended: the next one has what lies before."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.pk}"


class LogForm(forms.Form):
    """What an auditor looks for; the days alone will do."""

    use_required_attribute = False

    person = forms.CharField(
        label=gettext_lazy("Who looked"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("A user name, or part of a name."),
    )
    subject = forms.CharField(
        label=gettext_lazy("At whose data"),
        max_length=80,
        required=False,
        help_text=gettext_lazy(
            "A number of an establishment, licence, application or identity, a user name, or a row as the "
            "log names it."
        ),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[("", gettext_lazy("All")), *Role.choices], required=False
    )
    action = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Some of the words that this page has for it."),
    )
    first = forms.CharField(
        label=gettext_lazy("From day"),
        max_length=16,
        required=False,
        help_text=gettext_lazy("A day, such as 2026-11-25, with a time or without."),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    last = forms.CharField(
        label=gettext_lazy("To day"),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            *[
                Div(*[Div(name, css_class="col-md-6") for name in pair], css_class="row")
                for pair in (("person", "subject"), ("role", "action"), ("first", "last"))
            ]
        )

    def clean_first(self) -> datetime:
        typed = self.cleaned_data["first"].strip()
        return read_moment(typed, end=False) if typed else timezone.now() - timedelta(days=DAYS)

    def clean_last(self) -> datetime:
        typed = self.cleaned_data["last"].strip()
        return read_moment(typed, end=True) if typed else timezone.now() + timedelta(minutes=1)

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last <= first:
            self.add_error("last", _("This is before the first day: please correct one of the two."))


def read_moment(typed: str, *, end: bool) -> datetime:
    """Return the first or the last moment, in Riyadh, of a day or a minute. Raises ValidationError."""
    day, _space, hour = digits.to_ascii(typed).replace("T", " ").partition(" ")
    try:
        found = calendar.parse_day(day)
        at = time.fromisoformat(hour) if hour else time.min
    except ValueError as refusal:
        raise ValidationError(_("Type a day as 2026-11-25, and a time as 14:30.")) from refusal
    moment = datetime.combine(found, at, calendar.RIYADH)
    if end:
        moment += timedelta(minutes=1) if hour else timedelta(days=1)
    return moment


def described(criteria: dict[str, Any]) -> str:
    """Return what the log says of this search: which fields were filled in, and the days."""
    filled = [name for name in ("person", "subject", "role", "action") if criteria.get(name)]
    days = [f"{criteria[name]:%Y-%m-%d}" for name in ("first", "last")]
    return " ".join(["accounts.look", *filled, *days])[:80]


def find(criteria: dict[str, Any]) -> QuerySet[Look]:
    """Return the lines that are looked for, newest first."""
    found = Look.objects.filter(at__gte=criteria["first"], at__lt=criteria["last"])
    if person := criteria.get("person"):
        found = found.filter(by__in=meant_people(person))
    if subject := criteria.get("subject"):
        keys = [*subjects.find(subject), digits.to_ascii(subject).strip()]
        found = found.filter(Q(subject__in=keys) | Q(whose__in=keys))
    if role := criteria.get("role"):
        found = found.filter(role=role)
    if action := criteria.get("action"):
        found = found.filter(
            Q(action__startswith=action.strip()) | Q(action__in=act_words.meant(action.strip()))
        )
    return found.select_related("by").order_by("-at", "-id")


def meant_people(typed: str) -> list[int]:
    """Return the keys of the people whose user name it is, or whose name holds it."""
    username = digits.to_ascii(typed).strip().lower()
    by_name = User.objects.filter(Q(username=username) | Q(full_name__icontains=typed.strip()))
    return list(by_name.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def page(found: QuerySet[Look], after: Place | None) -> tuple[list[Look], Place | None]:
    """Return the lines after that place, and where the next page begins; None on the last."""
    if after is not None:
        found = found.filter(at__lte=after.at).filter(Q(at__lt=after.at) | Q(pk__lt=after.pk))
    rows = list(found[: PAGE + 1])
    shown = rows[:PAGE]
    return shown, Place(shown[-1].at, shown[-1].pk) if len(rows) > PAGE else None


def read_place(text: str) -> Place | None:
    """Return the place that a page's own button sends; None for the first page and for anything else."""
    at, _space, pk = text.rpartition(" ")
    if not is_key(pk):
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return Place(moment, int(pk)) if moment.tzinfo else None


def csv_lines(found: QuerySet[Look]) -> Iterator[str]:
    """Return the lines of a file for a spreadsheet, at most `MOST_IN_A_FILE` of the log's."""
    lines = found[:MOST_IN_A_FILE].iterator(chunk_size=2000)
    return tables.csv_lines([str(label) for _name, label in COLUMNS], map(cells, lines))


def cells(line: Look) -> list[tables.Cell]:
    return [
        timezone.localtime(line.at, calendar.RIYADH).isoformat(timespec="seconds"),
        line.by.username if line.by else "",
        line.by.full_name if line.by else "",
        line.role,
        line.office,
        line.action,
        line.subject,
        line.whose,
        str(line.people),
        line.reason,
        line.address or "",
        line.request_id,
        line.get_action_display(),
    ]
