"""A ticket's history as each side reads it: entries with what they say, in the language of the moment."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from support.models import ActKind, Category, EntryKind, Priority, Ticket, TicketEntry, TicketFile
from support.models.tickets import INTERNAL

TONES = {EntryKind.ANSWER: "success", EntryKind.ESCALATED: "danger", EntryKind.NOTE: "warning"}


@dataclass(frozen=True)
class Line:
    """One entry: what happened, what it says, what came with it."""

    entry: TicketEntry
    said: str
    files: list[TicketFile]
    # The ticket it was written in, where that was merged into this one.
    from_ticket: str = ""


def lines(ticket: Ticket, *, within: QuerySet[Ticket] | None = None) -> list[Line]:
    """Return the history, the latest first, with that of tickets merged into this one: five queries.

    For whoever may see only the tickets `within`, those of others are left out, and so are the desk's notes
    and what it arranges among itself.
    """
    entries = TicketEntry.objects.filter(Q(ticket=ticket) | Q(ticket__merged_into=ticket))
    if within is not None:
        entries = entries.filter(ticket__in=within.order_by().values("pk")).exclude(kind__in=INTERNAL)
    rows = entries.select_related("by", "person", "ticket").prefetch_related("files").order_by("-at", "-pk")
    names = codes()
    return [
        Line(
            entry,
            said(entry, names),
            list(entry.files.all()),
            from_ticket=entry.ticket.number if entry.ticket_id != ticket.pk else "",
        )
        for entry in rows
    ]


def codes() -> dict[str, str]:
    """Return what categories and priorities are called."""
    found: dict[str, str] = {}
    for rows in (Category.objects.all(), Priority.objects.all()):
        found.update({row.code: row.name for row in rows})
    return found


def said(entry: TicketEntry, names: dict[str, str]) -> str:
    """Return what an entry says beyond what somebody wrote."""
    if entry.kind == EntryKind.ASSIGNED:
        if entry.person is None:
            return _("Given back to everybody.")
        return _("Assigned to %(name)s.") % {"name": entry.person.full_name}
    if entry.kind == EntryKind.CHANGED:
        return " · ".join(names.get(code, code) for code in entry.detail.split())
    if entry.kind == EntryKind.ESCALATED:
        return _("The priority is now: %(priority)s.") % {"priority": names.get(entry.detail, entry.detail)}
    if entry.detail in ActKind.values:
        return str(ActKind(entry.detail).label)
    return {
        "credentials_sent": _("The office has sent the credentials again."),
        "credentials_refused": _("The office has not sent the credentials again."),
    }.get(entry.detail, "")


def others(ticket: Ticket) -> Iterable[Ticket]:
    """Return the tickets linked to this one."""
    return (
        Ticket.objects.filter(Q(links_on__other=ticket) | Q(links_back__one=ticket)).distinct().order_by("pk")
    )
