"""An owner's application: what they typed, the documents they gave, and everything that happened to it."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registration.models.names import TooShort, folded_column, is_named, names_index
from registration.models.parties import Establishment, Licence
from registration.models.places import Authority, City, Office, Sector
from shumoos.append_only import append_only
from shumoos.saudi import digits, reference_number


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for the office")
    UNDER_REVIEW = "under_review", _("Under review")
    RETURNED = "returned", _("Returned for correction")
    ACTIVATED = "activated", _("Activated")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


# With the office, or with the owner for correction: no second application for the licence meanwhile.
OPEN_STATUSES = [Status.SUBMITTED, Status.UNDER_REVIEW, Status.RETURNED]
# With the office: the clock of the violation for not subscribing stands still.
OFFICE_STATUSES = [Status.SUBMITTED, Status.UNDER_REVIEW]
# Ended without a subscription: the owner may apply again with what they gave before.
ENDED_STATUSES = [Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED]

MOVES = {
    Status.DRAFT: {Status.SUBMITTED},
    Status.SUBMITTED: {Status.UNDER_REVIEW, Status.WITHDRAWN, Status.EXPIRED},
    Status.UNDER_REVIEW: {
        Status.SUBMITTED,
        Status.RETURNED,
        Status.ACTIVATED,
        Status.REJECTED,
        Status.WITHDRAWN,
    },
    Status.RETURNED: {Status.SUBMITTED, Status.WITHDRAWN},
    # The office head takes a rejection back.
    Status.REJECTED: {Status.SUBMITTED},
}

# What the owner types, by field.
TYPED = (
    "sector",
    "licence_number",
    "licence_issued_on",
    "licence_expires_on",
    "name_ar",
    "name_en",
    "commercial_registration",
    "city",
    "short_address",
    "owner_name",
    "owner_national_id",
    "owner_mobile",
)

# Of these an application may be sent without.
OPTIONAL = ("name_en", "short_address")

# What a draft may still lack and an application that was sent may not.
IS_WHOLE = Q(
    authority__isnull=False,
    city__isnull=False,
    licence__isnull=False,
    licence_expires_on__gt=F("licence_issued_on"),
    licence_issued_on__isnull=False,
    office__isnull=False,
    sector__isnull=False,
    submitted_at__isnull=False,
) & ~(
    Q(commercial_registration="")
    | Q(licence_number="")
    | Q(name_ar="")
    | Q(owner_mobile="")
    | Q(owner_name="")
    | Q(owner_national_id="")
    | Q(reference="")
)


def is_called(text: str) -> Q:
    """Return the condition of `ApplicationQuerySet.called`."""
    number = digits.clean_number(text).upper()
    has_number = Q(licence_number=number) | Q(commercial_registration=number)
    try:
        return has_number | is_named(text)
    except TooShort:
        if not any(char.isdigit() for char in number):
            raise
    return has_number


class ApplicationQuerySet(models.QuerySet["Application"]):
    def named(self, text: str) -> "ApplicationQuerySet":
        """Those whose names have every word of `text`, in any spelling. Raises TooShort."""
        return self.filter(is_named(text))

    def called(self, text: str) -> "ApplicationQuerySet":
        """Those with this licence number, commercial registration or name, the name also in part.

        Raises TooShort where the text is no number and holds too little of a name.
        """
        return self.filter(is_called(text))

    def drafts(self) -> "ApplicationQuerySet":
        return self.filter(status=Status.DRAFT)

    def open(self) -> "ApplicationQuerySet":
        return self.filter(status__in=OPEN_STATUSES)

    def sent(self) -> "ApplicationQuerySet":
        return self.exclude(status=Status.DRAFT)

    def awaiting_review(self) -> "ApplicationQuerySet":
        return self.filter(status__in=OFFICE_STATUSES)

    def visible_to(self, user) -> "ApplicationQuerySet":
        """The sent applications that this person may see: those of their own office, or of their own."""
        sent = self.sent()
        if user.role in ("supervisor", "head"):
            return sent.filter(office__members=user)
        if user.role == "owner":
            return sent.filter(establishment__owner__user=user)
        if user.role == "provider":
            # A mandate is about an application: its module imports this one.
            from registration.models.mandates import Mandate, Scope

            mandates = Mandate.objects.held_by(user, Scope.REGISTER, Scope.PRESENT_DOCUMENTS)
            return sent.filter(pk__in=mandates.applications())
        if user.role == "auditor":
            return sent
        return self.none()


def make_key() -> str:
    """Return the unguessable name under which a browser finds its draft again."""
    return secrets.token_urlsafe(24)


class Application(models.Model):
    key = models.CharField(max_length=40, unique=True, default=make_key, editable=False)
    reference = models.CharField(_("reference number"), max_length=12, blank=True)
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.DRAFT)
    language = models.CharField(_("language"), max_length=2, default="ar")

    authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, related_name="+", verbose_name=_("licensing authority")
    )
    licence_number = models.CharField(_("licence number"), max_length=40, blank=True)
    licence_issued_on = models.DateField(_("licence issued on"), null=True)
    licence_expires_on = models.DateField(_("licence expires on"), null=True)
    sector = models.ForeignKey(Sector, models.PROTECT, null=True, related_name="+", verbose_name=_("sector"))
    name_ar = models.CharField(_("establishment's name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("establishment's name in English"), max_length=200, blank=True)
    commercial_registration = models.CharField(_("commercial registration"), max_length=10, blank=True)
    city = models.ForeignKey(City, models.PROTECT, null=True, related_name="+", verbose_name=_("city"))
    short_address = models.CharField(_("national address"), max_length=8, blank=True)
    owner_name = models.CharField(_("owner's name"), max_length=150, blank=True)
    owner_national_id = models.CharField(_("owner's national ID"), max_length=10, blank=True)
    owner_mobile = models.CharField(_("owner's mobile"), max_length=16, blank=True)

    licence = models.ForeignKey(
        Licence, models.PROTECT, null=True, related_name="applications", verbose_name=_("licence")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, related_name="applications", verbose_name=_("investigation office")
    )
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("establishment"),
    )
    # The ended application whose data this one was filled in with.
    again_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="applied_again", editable=False
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # When the owner last saved a step of the draft.
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now, editable=False)
    # When a code sent to `owner_mobile` was typed rightly; nothing since that number was changed.
    mobile_verified_at = models.DateTimeField(_("mobile verified at"), null=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    # The day after which the office's working days count: moved on by the time with the owner, so that a
    # comparison with one day tells what is overdue. See `registration.office_time`.
    clock_from = models.DateField(_("office's clock from"), null=True, editable=False)
    # The day of the wait for a visit that the owner was last reminded on; 0 before the first reminder.
    reminded_on_day = models.PositiveSmallIntegerField(default=0, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    folded_names = folded_column()

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["submitted_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["licence"],
                condition=Q(status__in=OPEN_STATUSES),
                name="application_one_open_per_licence",
                violation_error_message=_("This licence already has an application in progress."),
            ),
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="application_reference_once"
            ),
            models.UniqueConstraint(
                fields=["again_of"],
                condition=Q(status=Status.DRAFT, again_of__isnull=False),
                name="application_one_draft_again",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT) | IS_WHOLE, name="application_sent_is_whole"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=OPEN_STATUSES) | Q(clock_from__isnull=False),
                name="application_with_office_has_clock",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.ACTIVATED) | Q(establishment__isnull=False),
                name="application_activated_has_establishment",
            ),
        ]
        indexes = [
            models.Index(fields=["licence_number"], name="application_by_licence_number"),
            models.Index(fields=["commercial_registration"], name="application_by_registration"),
            names_index("application_names"),
            # What is found by a name that many have is read in this order, as far as the page goes.
            models.Index(
                fields=["submitted_at", "id"],
                condition=~Q(status=Status.DRAFT),
                name="application_by_age",
            ),
            # The tabs of an office's queue, each in its order.
            models.Index(
                fields=["office", "submitted_at", "id"],
                condition=Q(status__in=OFFICE_STATUSES),
                name="application_queue",
            ),
            models.Index(
                fields=["office", "clock_from", "id"],
                condition=Q(status__in=OFFICE_STATUSES),
                name="application_clock",
            ),
            models.Index(
                fields=["office", "submitted_at", "id"],
                condition=Q(status=Status.RETURNED),
                name="application_returned",
            ),
            models.Index(
                fields=["office", "decided_at", "id"],
                condition=Q(status__in=[Status.ACTIVATED, Status.REJECTED]),
                name="application_decided",
            ),
            models.Index(fields=["owner_national_id"], name="application_of_owner"),
            # Somebody calls the desk and names the mobile.
            models.Index(fields=["owner_mobile"], name="application_of_mobile"),
            models.Index(
                fields=["submitted_at", "id"],
                condition=Q(status=Status.SUBMITTED),
                name="application_waiting",
            ),
            models.Index(
                fields=["saved_at"], condition=Q(status=Status.DRAFT), name="application_draft_idle"
            ),
        ]

    def __str__(self) -> str:
        return self.shown_reference or str(_("draft"))

    @property
    def shown_reference(self) -> str:
        """The reference number as people read it, such as `26-4821-9037-41`; empty for a draft."""
        return reference_number.show(self.reference) if self.reference else ""

    @property
    def name(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name_ar

    @property
    def typed(self) -> dict[str, Any]:
        """What the owner typed, by field."""
        return {name: getattr(self, name) for name in TYPED}

    @property
    def is_mobile_verified(self) -> bool:
        return self.mobile_verified_at is not None


class ApplicationEvent(models.Model):
    """One move of an application from one status to another. Never changed, never deleted."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="events")
    old = models.CharField(_("from"), max_length=15, choices=Status)
    new = models.CharField(_("to"), max_length=15, choices=Status)
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    reason = models.TextField(_("reason"), blank=True)
    # The one under which an agent acted for the owner.
    mandate = models.ForeignKey(
        "registration.Mandate", models.PROTECT, null=True, related_name="events", verbose_name=_("mandate")
    )

    class Meta:
        verbose_name = _("application event")
        verbose_name_plural = _("application events")
        ordering = ["id"]
        triggers = [append_only()]

    @property
    def acting(self) -> str:
        """Who did it for the owner, where an agent did it under a mandate."""
        return self.mandate.acting(self.by) if self.mandate and self.by else ""
