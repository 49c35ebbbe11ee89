"""Tickets: what people ask of the support line, and everything that was done about it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.models import Application, Establishment, Licence
from shumoos.accounts.models import Role
from shumoos.append_only import append_only
from support import numbers
from support.models.reference import Category, Priority

REOPENED_WITHIN = timedelta(days=7)


class TicketStatus(models.TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged into another")


MOVES: dict[str, set[str]] = {
    TicketStatus.OPEN: {TicketStatus.ANSWERED, TicketStatus.CLOSED, TicketStatus.MERGED},
    TicketStatus.ANSWERED: {TicketStatus.OPEN, TicketStatus.CLOSED, TicketStatus.MERGED},
    TicketStatus.CLOSED: {TicketStatus.OPEN},
    TicketStatus.MERGED: set(),
}
TONES = {TicketStatus.OPEN: "waiting", TicketStatus.ANSWERED: "info", TicketStatus.CLOSED: "success"}


class Door(models.TextChoices):
    """Who opened a ticket, and how they proved who they are."""

    AGENT = "agent", _("By telephone")
    OWNER = "owner", _("By the owner, on the portal")
    CODE = "code", _("With a reference number and a code")


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: Any) -> "TicketQuerySet":
        """Every ticket for a support agent or auditor, an owner's own for the owner, none for others."""
        if user.role in ("support", "auditor"):
            return self.all()
        if user.role == "owner":
            return self.filter(
                Q(establishment__owner__user=user) | Q(application__establishment__owner__user=user)
            )
        return self.none()

    def about(self, application: Application) -> "TicketQuerySet":
        """Those about an application, or about the establishment that came of it."""
        about = Q(application=application)
        if application.establishment_id:
            about |= Q(establishment=application.establishment_id)
        return self.filter(about)

    def open(self) -> "TicketQuerySet":
        """Those that wait for the desk."""
        return self.filter(status=TicketStatus.OPEN)

    def unfinished(self) -> "TicketQuerySet":
        """Those that wait for the desk or for whoever opened them."""
        return self.filter(status__in=[TicketStatus.OPEN, TicketStatus.ANSWERED])

    def overdue(self) -> "TicketQuerySet":
        """Those whose answer is late."""
        return self.unfinished().filter(due_at__lte=timezone.now())


class Ticket(models.Model):
    number = models.CharField(_("ticket number"), max_length=12, unique=True)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        to_field="code",
        db_column="category",
        related_name="+",
        verbose_name=_("category"),
    )
    priority = models.ForeignKey(
        Priority,
        models.PROTECT,
        to_field="code",
        db_column="priority",
        related_name="+",
        default="normal",
        verbose_name=_("priority"),
    )
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("what happened"), max_length=4000)
    status = models.CharField(_("status"), max_length=10, choices=TicketStatus, default=TicketStatus.OPEN)
    door = models.CharField(_("how it was opened"), max_length=10, choices=Door, default=Door.OWNER)
    language = models.CharField(_("language"), max_length=2, default="ar")
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("establishment"),
    )
    application = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("application"),
    )
    # Of a caller of whom there is neither: where the texts go.
    caller_mobile = models.CharField(
        _("caller's mobile"), max_length=13, blank=True, default="", editable=False
    )
    # What it is about where that has no subscription; of a caller, as they say.
    licence = models.ForeignKey(
        Licence, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("licence")
    )
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now, editable=False)
    # None where it was opened with a reference number and a code.
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("opened by"),
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_tickets",
        verbose_name=_("assigned to"),
    )
    # Until when the desk has to answer; empty while it is the other side's turn. See `support.clock`.
    due_at = models.DateTimeField(_("due at"), null=True, blank=True, editable=False)
    # Whether a law sets the day: then answering does not stop the clock, ending does.
    is_due_by_law = models.BooleanField(_("due by law"), default=False, editable=False)
    escalate_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The first time an answer was due and not there.
    breached_at = models.DateTimeField(_("late since"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("last answered at"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True, editable=False)
    rating_words = models.CharField(_("why"), max_length=500, blank=True, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        permissions = [
            ("open_ticket", _("Can open tickets for one's own establishment")),
            ("work_desk", _("Can work at the support desk")),
        ]
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(establishment__isnull=False)
                | Q(application__isnull=False)
                | ~Q(caller_mobile="") & Q(door=Door.AGENT),
                name="ticket_is_about_somebody",
                violation_error_message=_(
                    "A ticket belongs to an establishment, an application or a caller with a mobile."
                ),
            ),
            models.CheckConstraint(
                condition=Q(caller_mobile="")
                | Q(
                    caller_mobile__regex=r"^\+9665[0-9]{8}$",
                    establishment__isnull=True,
                    application__isnull=True,
                ),
                name="ticket_caller_is_unknown",
            ),
            models.CheckConstraint(
                condition=~Q(status=TicketStatus.OPEN) | Q(due_at__isnull=False),
                name="ticket_open_is_due",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[TicketStatus.CLOSED, TicketStatus.MERGED], closed_at__isnull=False)
                | Q(status__in=[TicketStatus.OPEN, TicketStatus.ANSWERED], closed_at__isnull=True),
                name="ticket_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=TicketStatus.MERGED, merged_into__isnull=False)
                | ~Q(status=TicketStatus.MERGED) & Q(merged_into__isnull=True),
                name="ticket_merged_names_another",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="ticket_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5),
                name="ticket_rated_one_to_five",
                violation_error_message=_("Rate with 1 to 5."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status__in=[TicketStatus.OPEN, TicketStatus.ANSWERED]),
                name="ticket_due",
            ),
            models.Index(
                fields=["escalate_at"], condition=Q(escalate_at__isnull=False), name="ticket_to_escalate"
            ),
            models.Index(
                fields=["answered_at"], condition=Q(status=TicketStatus.ANSWERED), name="ticket_answered"
            ),
            models.Index(fields=["opened_at"], name="ticket_by_hour"),
            models.Index(fields=["caller_mobile"], condition=~Q(caller_mobile=""), name="ticket_of_caller"),
            models.Index(
                fields=["-closed_at", "-id"], condition=Q(status=TicketStatus.CLOSED), name="ticket_by_end"
            ),
        ]

    def __str__(self) -> str:
        return numbers.show(self.number)

    @property
    def badge(self) -> tuple[str, str]:
        """The status in words, and the tone it is shown in."""
        return str(TicketStatus(self.status).label), TONES.get(TicketStatus(self.status), "neutral")

    @property
    def about_name(self) -> str:
        """What the establishment is called that it is about; a caller's own may have no name."""
        subject = self.licence or self.establishment or self.application
        return str(subject.name) if subject else gettext("Caller without an application")

    @property
    def is_finished(self) -> bool:
        return self.status in (TicketStatus.CLOSED, TicketStatus.MERGED)

    @property
    def is_overdue(self) -> bool:
        return not self.is_finished and self.due_at is not None and self.due_at <= timezone.now()

    @property
    def reopened_until(self) -> datetime | None:
        """Until when whoever opened it may take it up again; None where it is not closed."""
        if self.status != TicketStatus.CLOSED or self.closed_at is None:
            return None
        return self.closed_at + REOPENED_WITHIN

    @property
    def may_be_reopened(self) -> bool:
        until = self.reopened_until
        return until is not None and until > timezone.now()

    @property
    def may_be_rated(self) -> bool:
        return self.status == TicketStatus.CLOSED and self.rating is None

    @property
    def mobile(self) -> str:
        """Where its texts go: to the caller, the owner of the establishment, or the one who applied.

        Whoever came with a code is the one who applied, whoever owns the establishment by now.
        """
        if self.caller_mobile:
            return self.caller_mobile
        if self.door == Door.CODE and self.application:
            return self.application.owner_mobile
        establishment = self.establishment or (self.application and self.application.establishment)
        if establishment:
            return establishment.owner.mobile
        return self.application.owner_mobile if self.application else ""


class EntryKind(models.TextChoices):
    OPENED = "opened", _("Opened")
    MESSAGE = "message", _("Message")
    ANSWER = "answer", _("Answer")
    NOTE = "note", _("Internal note")
    ASSIGNED = "assigned", _("Assigned")
    CHANGED = "changed", _("Category or priority changed")
    ACT = "act", _("Done by the desk")
    LINKED = "linked", _("Linked to another ticket")
    MERGED = "merged", _("Merged into another")
    TOOK_IN = "took_in", _("Another ticket merged into this one")
    ESCALATED = "escalated", _("Late, and made more urgent")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")
    RATED = "rated", _("Rated")


# What whoever opened the ticket does not see.
INTERNAL = [EntryKind.NOTE, EntryKind.ASSIGNED, EntryKind.LINKED, EntryKind.ESCALATED, EntryKind.TOOK_IN]


class TicketEntryQuerySet(models.QuerySet["TicketEntry"]):
    def shown_outside(self) -> "TicketEntryQuerySet":
        """Those that whoever opened the ticket sees."""
        return self.exclude(kind__in=INTERNAL)


class TicketEntry(models.Model):
    """What was written or done, in the order it came. Never changed, never deleted."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="entries", verbose_name=_("ticket"))
    kind = models.CharField(_("what"), max_length=10, choices=EntryKind, default=EntryKind.MESSAGE)
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    # None for whoever came with a code, and for the portal itself.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    text = models.TextField(_("text"), blank=True)
    # What it is about where that is no text: the code of a priority or an act, the number of a ticket.
    detail = models.CharField(max_length=60, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(_("status"), max_length=10, choices=TicketStatus)

    objects = TicketEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket entry")
        verbose_name_plural = _("ticket entries")
        ordering = ["id"]
        triggers = [append_only()]
        indexes = [
            # What the desk has answered in the last hours.
            models.Index(
                fields=["at"], condition=Q(kind__in=[EntryKind.ANSWER]), name="entry_answered_by_hour"
            ),
        ]

    @property
    def heading(self) -> str:
        """What it is, in words: an act that the desk asks an office for is the office's."""
        if (
            self.kind == EntryKind.ACT
            and self.by is not None
            and self.by.role in (Role.SUPERVISOR, Role.HEAD)
        ):
            return gettext("Done by the investigation office")
        return str(EntryKind(self.kind).label)

    @property
    def is_internal(self) -> bool:
        return self.kind in INTERNAL

    @property
    def writer(self) -> str:
        """Who it comes from, as both sides may see it."""
        if self.by is not None:
            return gettext("Support desk") if self.by.role == "support" else str(self.by)
        if self.kind in (EntryKind.OPENED, EntryKind.MESSAGE, EntryKind.REOPENED, EntryKind.RATED):
            return gettext("With a reference number and a code")
        return gettext("The portal")


class TicketLink(models.Model):
    """Two tickets that have to do with each other; `one` is the older."""

    one = models.ForeignKey(Ticket, models.PROTECT, related_name="links_on")
    other = models.ForeignKey(Ticket, models.PROTECT, related_name="links_back")
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("link between tickets")
        verbose_name_plural = _("links between tickets")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="ticket_linked_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="ticket_link_from_the_older"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id}–{self.other_id}"
