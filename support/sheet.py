"""One page about an application that an agent can read out: where it stands, and what the owner does next."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from activation.models import State, Subscription, SubscriptionEvent
from activation.standing import Standing, standings
from registration.models import Application, Office, Status
from registration.upkeep import EXPIRY_DAY
from shumoos.saudi import calendar
from shumoos.sms.models import Status as TextStatus
from shumoos.sms.models import TextMessage
from support.models import Ticket
from support.others import Other, others_of
from violations import standing as violated
from violations.models import Case, Notice, Objection

MOST_TEXTS = 20
MOST_TICKETS = 20
MOST_CASES = 5
PRESSING = [State.IN_GRACE, State.ENDED, State.SUSPENDED]
TEXT_TONES = {
    TextStatus.DELIVERED: "success",
    TextStatus.FAILED: "danger",
    TextStatus.SENT: "info",
    TextStatus.CANCELLED: "neutral",
}


@dataclass(frozen=True)
class Sheet:
    """What an agent reads out. It is read with a constant number of queries."""

    application: Application
    standing: Standing | None
    texts: list[tuple[TextMessage, str]]
    tickets: list[Ticket]
    cases: list[violated.Standing]
    others: list[Application]
    # What else the person owns who sent this application.
    also_owned: list[Other]

    @property
    def subscription(self) -> Subscription | None:
        return self.standing.subscription if self.standing else None

    @property
    def since(self) -> datetime | None:
        """Since when the application stands as it does."""
        events = list(self.application.events.all())
        return events[-1].at if events else self.application.submitted_at

    @property
    def banner(self) -> Subscription | None:
        """The subscription, where the caller must be told that it has ended or is suspended."""
        subscription = self.subscription
        return subscription if subscription and subscription.state in PRESSING else None

    @property
    def order(self) -> SubscriptionEvent | None:
        """The order by which the subscription is suspended, where it is."""
        subscription = self.subscription
        is_suspended = subscription is not None and subscription.state == State.SUSPENDED
        return self.standing.order if self.standing and is_suspended else None

    @property
    def office(self) -> Office | None:
        """Where the owner goes: the region's office, or the one that a head has given the application to."""
        return self.application.office

    @property
    def next_steps(self) -> list[str]:
        """What the owner does next, in sentences to be read out."""
        if self.standing and self.standing.subscription:
            return [self.standing.what_next]
        return next_steps(self.application)


def next_steps(application: Application) -> list[str]:
    """Return what the owner of an application does next."""
    again = _("Register again; what was given before can be filled in on the status page.")
    status = Status(application.status)
    if status == Status.SUBMITTED:
        return [
            _("Go to the investigation office with the reference number and the originals of all documents."),
            _("Whoever does not come within %(days)d days of sending has to register again.")
            % {"days": EXPIRY_DAY},
        ]
    if status == Status.UNDER_REVIEW:
        return [_("Wait: the office is checking the documents. The outcome comes by text message.")]
    if status == Status.RETURNED:
        return [
            _("Open the status page, ask for a code, put right what the office asks for, and send again."),
        ]
    if status == Status.ACTIVATED:
        return [_("Sign in with the user name and the password that came by text message.")]
    if status == Status.REJECTED:
        return [_("The reason stands on the status page, after a code."), again]
    return [again]


def read(pk: int) -> Sheet:
    """Return the sheet of an application that was sent. Raises `Application.DoesNotExist` for any other."""
    sent = Application.objects.sent().select_related(
        "office", "city__region", "sector", "authority", "establishment__owner__user", "establishment__city"
    )
    application = sent.prefetch_related("events").get(pk=pk)
    establishment = application.establishment
    [standing] = standings([establishment]) if establishment else [None]
    return Sheet(
        application=application,
        standing=standing,
        texts=texts_about(application),
        tickets=list(tickets_about(application)),
        cases=cases_of(application.licence_id),
        others=list(
            Application.objects.sent()
            .filter(licence=application.licence_id)
            .exclude(pk=application.pk)
            .order_by("-submitted_at")[:5]
        ),
        also_owned=others_of(application.owner_national_id, but_for=application.licence_id or 0),
    )


def cases_of(licence_pk: int | None) -> list[violated.Standing]:
    """Return how the licence's latest cases stand today: those that are open or not paid in full."""
    cases = violated.with_all(Case.objects.filter(licence=licence_pk)).order_by("-pk")[:MOST_CASES]
    standing = violated.standings(cases, calendar.today())
    return [each for each in standing if each.case.closed_on is None or each.owed > 0]


def texts_about(application: Application) -> list[tuple[TextMessage, str]]:
    """Return the latest texts to the owner about an application and what came of it, each with its tone."""
    periods: list[Subscription] = []
    if application.establishment:
        periods = list(application.establishment.subscriptions.only("pk"))
    return toned(application, *periods, *told_of(application.licence_id))


def told_of(licence_pk: int | None) -> list[Model]:
    """Return what was told about the violations of a licence: notices, and decisions on objections."""
    notices = Notice.objects.filter(case__licence=licence_pk).order_by("-pk").only("pk")
    objections = Objection.objects.filter(case__licence=licence_pk).order_by("-pk").only("pk")
    return [*notices[:MOST_TEXTS], *objections[:MOST_TEXTS]]


def toned(*rows: Model) -> list[tuple[TextMessage, str]]:
    """Return the latest texts about these rows, each with its tone."""
    texts = TextMessage.objects.about(*rows)[:MOST_TEXTS] if rows else []
    return [(text, TEXT_TONES.get(TextStatus(text.status), "waiting")) for text in texts]


def tickets_about(application: Application) -> QuerySet[Ticket]:
    return (
        Ticket.objects.about(application)
        .select_related("category", "priority", "assigned_to")
        .order_by("-pk")[:MOST_TICKETS]
    )
