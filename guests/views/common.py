"""What the pages of records have in common: who may see them, pages of a list, the log of looks."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guests.kinds.base import Kind
from guests.models import GuestRecord
from registration import mandates
from registration.models import Scope
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import Role
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key

PAGE = 50

may_submit = permission_required("guests.submit", raise_exception=True)


def log_record(request: SignedInRequest, action: str, record: GuestRecord) -> None:
    """Log a look at a record, of an agent with whom they act for."""
    mandate = None
    if request.user.role == Role.PROVIDER:
        mandate = mandates.over_establishment(request.user, record.establishment, Scope.SUBMIT_GUESTS)
    log_look(request, action, record, reason=mandates.acting(mandate, request.user))


def log_list(request: SignedInRequest, action: str, shown: list[Any]) -> None:
    """Log a look at a page of a list of records, with how many guests it shows."""
    log_look(request, action, "guests.guestrecord", people=len(shown))


def page_of(rows: QuerySet[Any], before: str, address: str) -> dict[str, Any]:
    """Return the rows under a key, newest first, with the addresses of the newest and of the next page."""
    if is_key(before):
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    joint = "&" if "?" in address else "?"
    return {
        "rows": shown,
        "newest": address if before else "",
        "older": f"{address}{joint}before={shown[-1].pk}" if len(found) > PAGE else "",
    }


def place_label(kinds: Iterable[Kind]) -> str:
    """Return what records of these kinds call their place, such as "Room"; nothing where none has one."""
    labels = {str(kind.fields[kind.place].shown.label) for kind in kinds if kind.place}
    return _("Room or plate") if len(labels) > 1 else "".join(labels)


def time_label(kinds: Iterable[Kind]) -> str:
    """Return what records of these kinds call their time, such as "Arrived at"."""
    labels = {str(kind.fields[kind.time].shown.label) for kind in kinds}
    return "".join(labels) if len(labels) == 1 else _("When it happened")
