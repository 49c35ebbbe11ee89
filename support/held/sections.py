"""Reading all that the portal holds about one owner, section by section.

The records of guests are about others and are not in it; how many there are is said. What the desk writes
for itself is not either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from activation.models import ClosingRequest, Subscription, SubscriptionEvent
from guests.models import GuestRecord
from registration.models import (
    Application,
    ApplicationEvent,
    Document,
    Establishment,
    Licence,
    Mandate,
    Owner,
)
from registration.models.applications import TYPED
from shumoos.accounts import subjects
from shumoos.accounts.models import Look, Role, SignIn
from shumoos.progress import Tell
from shumoos.sms.models import TextMessage
from support.models import RightsRequest, Ticket, TicketEntry
from violations.models import Case, LedgerEntry, Notice, Objection

# For a person with many establishments, and for no more paper than anybody reads.
MOST_ROWS = 2000


@dataclass(frozen=True)
class Cell:
    """One thing held: its stored value, what pages call it, and as pages show it."""

    name: str
    label: str
    value: Any
    shown: str | date | datetime


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    rows: list[list[Cell]]
    is_cut: bool = False


def gather(owner: Owner, tell: Tell = lambda done, total: None) -> list[Section]:
    """Return all sections, those with nothing in them too, in the language of the moment.

    Before each part of the work, and once after the last, `tell` hears how many are done, and of how many.
    """
    establishments = Establishment.objects.filter(owner=owner)
    licences = Licence.objects.filter(owner_national_id=owner.national_id)
    applications = Application.objects.filter(owner_national_id=owner.national_id)
    parts: list[Callable[[], list[Section]]] = [
        lambda: of_owner(owner, establishments, licences),
        lambda: of_applications(applications),
        lambda: of_subscriptions(establishments),
        lambda: of_violations(licences),
        lambda: of_messages(owner, establishments, applications),
        lambda: of_looks(owner, establishments, licences, applications),
        lambda: [guests(establishments)],
    ]
    found = []
    for done, part in enumerate(parts):
        tell(done, len(parts))
        found += part()
    tell(len(parts), len(parts))
    return found


def of_owner(owner: Owner, establishments: Any, licences: Any) -> list[Section]:
    return [
        section("owner", _("Owner"), [owner], "national_id", "full_name", "mobile"),
        *account(owner),
        section(
            "establishments",
            _("Establishments"),
            establishments.select_related("sector", "city"),
            "number", "name_ar", "name_en", "commercial_registration", "sector", "city", "short_address",
        ),
        section(
            "licences",
            _("Licences"),
            licences.select_related("authority", "city", "sector"),
            "authority", "number", "sector", "name_ar", "name_en", "commercial_registration", "owner_name",
            "owner_national_id", "owner_mobile", "city", "issued_on", "expires_on",
        ),
    ]  # fmt: skip


def account(owner: Owner) -> list[Section]:
    user = owner.user
    sign_ins = SignIn.objects.filter(user=user).order_by("-pk") if user else SignIn.objects.none()
    return [
        section(
            "account",
            _("Account"),
            [user] if user else [],
            "username", "full_name", "mobile", "language", "date_joined", "last_login",
        ),
        section("sign_ins", _("Attempts to sign in"), sign_ins, "at", "result", "device", "address"),
    ]  # fmt: skip


def of_applications(applications: Any) -> list[Section]:
    documents = Document.objects.filter(application__in=applications).select_related("kind", "application")
    events = ApplicationEvent.objects.filter(application__in=applications).select_related("application")
    mandates = Mandate.objects.filter(agreement__application__in=applications)
    return [
        section(
            "applications",
            _("Applications"),
            applications.select_related("authority", "city", "sector", "office"),
            "reference", "status", *TYPED, "authority", "office", "created_at", "submitted_at", "decided_at",
        ),
        section(
            "application_events",
            _("What happened to the applications"),
            events.order_by("pk"),
            "application", "old", "new", "at", "reason",
        ),
        section(
            "documents",
            _("Documents"),
            documents.order_by("pk"),
            "application", "kind", "content_type", "size", "sha256", "uploaded_at",
        ),
        section(
            "mandates",
            _("Mandates"),
            mandates.select_related("agreement__provider").order_by("pk"),
            "agreement", "asked_at", "approved_at", "ends_on",
        ),
    ]  # fmt: skip


def of_subscriptions(establishments: Any) -> list[Section]:
    periods = Subscription.objects.filter(establishment__in=establishments)
    events = SubscriptionEvent.objects.filter(subscription__in=periods)
    closings = ClosingRequest.objects.filter(subscription__in=periods)
    letters = [period.statement for period in periods.select_related("statement").order_by("pk")]
    return [
        section(
            "subscriptions",
            _("Subscriptions"),
            periods.select_related("establishment", "licence").order_by("pk"),
            "establishment", "licence", "period", "status", "closed_on", "activated_at",
        ),
        section(
            "subscription_events",
            _("What happened to the subscriptions"),
            events.select_related("subscription__establishment").order_by("pk"),
            "subscription", "act", "at", "reason", "order_number",
        ),
        section(
            "closing_requests",
            _("Requests for closing"),
            closings.select_related("subscription__establishment").order_by("pk"),
            "subscription", "reason", "outcome", "answer",
        ),
        section("letters", _("Letters"), letters, "number", "kind", "status", "issued_at"),
    ]  # fmt: skip


def of_violations(licences: Any) -> list[Section]:
    cases = Case.objects.filter(licence__in=licences)
    return [
        section("cases", _("Cases"), cases.order_by("pk"), "kind", "stage", "opened_on", "closed_on"),
        section(
            "notices",
            _("Notices"),
            Notice.objects.filter(case__in=cases).order_by("pk"),
            "stage", "issued_on", "due_on", "amount",
        ),
        section(
            "ledger",
            _("Entries in the ledger"),
            LedgerEntry.objects.filter(case__in=cases).order_by("pk"),
            "number", "kind", "on", "amount", "reason",
        ),
        section(
            "objections",
            _("Objections"),
            Objection.objects.filter(case__in=cases).order_by("pk"),
            "text", "filed_on", "outcome", "answer", "decided_on",
        ),
    ]  # fmt: skip


def of_messages(owner: Owner, establishments: Any, applications: Any) -> list[Section]:
    """Texts, tickets with what was written on both sides, and requests like this one."""
    tickets = Ticket.objects.filter(establishment__in=establishments) | Ticket.objects.filter(
        application__in=applications
    )
    periods = Subscription.objects.filter(establishment__in=establishments)
    texts = TextMessage.objects.about(*applications, *periods)
    entries = TicketEntry.objects.filter(ticket__in=tickets)
    return [
        section(
            "texts",
            _("Text messages"),
            texts.order_by("queued_at"),
            "kind", "to", "status", "queued_at", "sent_at",
        ),
        section(
            "tickets",
            _("Tickets"),
            tickets.distinct().select_related("category").order_by("pk"),
            "number", "category", "subject", "text", "status", "opened_at", "closed_at", "rating",
            "rating_words",
        ),
        section(
            "ticket_entries",
            _("What was written about the tickets"),
            entries.shown_outside().select_related("ticket").order_by("pk"),
            "ticket", "kind", "at", "text",
        ),
        section(
            "rights_requests",
            _("Requests under the personal data law"),
            RightsRequest.objects.filter(owner=owner).order_by("pk"),
            "right", "asked_on", "due_on", "outcome", "ended_at",
        ),
    ]  # fmt: skip


def of_looks(owner: Owner, *querysets: Any) -> list[Section]:
    """Who has looked or changed something, by role and not by name: those are people, too."""
    whose = [subjects.key_of(owner), *([subjects.key_of(owner.user)] if owner.user else [])]
    for rows in querysets:
        whose += [subjects.key_of(row) for row in rows]
    # Without what the owner and their own people, programs and browsers did.
    looks = Look.objects.filter(whose__in=whose).exclude(role__in=["", Role.OWNER, Role.STAFF])
    title = _("Looks at this data, and changes of it, by officials and companies")
    return [section("looks", title, looks.order_by("-at"), "at", "role", "action")]


def guests(establishments: Any) -> Section:
    rows = []
    for establishment in establishments:
        count = GuestRecord.objects.filter(establishment=establishment).count()
        rows.append(
            [
                Cell("establishment", str(_("Establishment")), establishment.number, str(establishment)),
                Cell("records", str(_("Number of guest records")), count, str(count)),
            ]
        )
    return Section("guests", str(_("Guest records, which are about other people")), rows)


def section(name: str, title: Promise, rows: Any, *fields: str) -> Section:
    """Return a section of these fields of some rows."""
    found = list(rows[: MOST_ROWS + 1] if hasattr(rows, "model") else rows)
    is_cut = len(found) > MOST_ROWS
    return Section(
        name, str(title), [[cell(row, field) for field in fields] for row in found[:MOST_ROWS]], is_cut=is_cut
    )


def cell(row: Model, name: str) -> Cell:
    value = getattr(row, name)
    label = name
    if any(each.name == name for each in row._meta.fields):
        label = str(getattr(row._meta.get_field(name), "verbose_name", name))
    elif name == "number":
        label = str(_("number"))
    show = getattr(row, f"get_{name}_display", None)
    return Cell(name, label[:1].upper() + label[1:], plain(value), shown(show() if show else value))


def plain(value: Any) -> Any:
    """Return a value as JSON may hold it: rows by what they are called, days and moments in ISO."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "lower") and hasattr(value, "upper"):
        return [plain(value.lower), plain(value.upper)]
    return str(value)


def shown(value: Any) -> str | date | datetime:
    if value is None:
        return ""
    if isinstance(value, date | datetime):
        return value
    if hasattr(value, "upper") and hasattr(value, "lower") and not isinstance(value, str):
        return f"{value.lower} – {value.upper}"
    return str(value)
