"""Everything a supervisor reads about an application before deciding it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from activation.queue import Desk
from registration.differences import differences
from registration.models import Application, ApplicationChange, ApplicationEvent, ChangeKind, Flag, Office
from registration.models.applications import TYPED
from registration.versions import label_of
from shumoos.accounts.models import User
from shumoos.templatetags.days import both_calendars
from violations.models import Case

# What is read from left to right in Arabic too.
CODES = {"licence_number", "commercial_registration", "short_address", "owner_national_id", "owner_mobile"}
# More than this is for the lists of their own.
EARLIER = 10


@dataclass(frozen=True)
class Field:
    """One thing that the owner gave, and what the register has where that differs."""

    name: str
    label: str
    shown: str
    registered: str | None
    is_code: bool


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    at: datetime
    what: str
    by: str
    reason: str


def fields(application: Application) -> list[Field]:
    """Return what the owner gave, in the order of the form, compared with the register."""
    differing = differences(application)
    return [
        Field(
            name,
            label_of(name),
            shown(getattr(application, name)),
            shown(differing[name].registered) if name in differing else None,
            name in CODES,
        )
        for name in TYPED
        if getattr(application, name) not in ("", None) or name in differing
    ]


def shown(value: Any) -> str:
    return both_calendars(value) if isinstance(value, date) else str(value)


def history(application: Application) -> list[Entry]:
    """Return all that happened to an application, the latest first."""
    events = application.events.select_related("by", "mandate__agreement__provider")
    changes = application.changes.select_related("by")
    offices = {office.code: office.name for office in Office.objects.all()}
    entries = [told(event) for event in events] + [change_told(change, offices) for change in changes]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def told(event: ApplicationEvent) -> Entry:
    by = event.acting or (event.by.full_name if event.by else "")
    return Entry(event.at, event.get_new_display(), by, event.reason)


def change_told(change: ApplicationChange, offices: dict[str, str]) -> Entry:
    what = str(change.get_kind_display())
    if change.kind == ChangeKind.MOBILE:
        what = _("Mobile changed from %(before)s to %(after)s") % {
            "before": isolated(change.before),
            "after": isolated(change.after),
        }
    elif change.kind == ChangeKind.OFFICE:
        what = _("Given from %(before)s to %(after)s") % {
            "before": offices.get(change.before, change.before),
            "after": offices.get(change.after, change.after),
        }
    by = change.by.full_name if change.by else _("the owner")
    return Entry(change.at, what, by, change.reason)


def isolated(number: str) -> str:
    """Keep a number in its order where the text around it runs from right to left."""
    return f"\u2066{number}\u2069"


def flags(application: Application, labels: dict[str, str]) -> list[tuple[str, Flag]]:
    """Return what the office asked the owner to put right, each under its label."""
    rows: Iterable[Flag] = application.flags.select_related("raised_by")
    return [(labels.get(flag.name, flag.name), flag) for flag in rows]


def earlier(application: Application, desk: Desk) -> list[Application]:
    """Return the other applications for this licence or of this owner that the person may see."""
    same = Q(licence=application.licence_id) | Q(owner_national_id=application.owner_national_id)
    others = desk.visible().filter(same).exclude(pk=application.pk)
    return list(others.order_by("-submitted_at", "-id")[:EARLIER])


def open_cases(application: Application, user: User) -> list[Case]:
    """Return the open cases against this licence, or another one of its owner, that the person may see."""
    same = Q(licence=application.licence_id) | Q(licence__owner_national_id=application.owner_national_id)
    return list(Case.objects.visible_to(user).open().filter(same).select_related("licence")[:EARLIER])
