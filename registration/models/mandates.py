"""The premium service: what a provider company agreed with an owner, and what it may do for them."""

import secrets

from django.conf import settings
from django.contrib.admin import display
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.models.applications import Application
from registration.models.parties import Establishment, Owner, Provider
from registration.storage import random_name
from shumoos.saudi import calendar


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user) -> "AgreementQuerySet":
        """An agent sees the agreements of their own company, an auditor all."""
        if user.role == "provider":
            return self.filter(provider__in=Provider.objects.served_by(user))
        if user.role == "auditor":
            return self.all()
        return self.none()

    def about(self, establishment: Establishment) -> "AgreementQuerySet":
        """Those on that establishment, from before or after it was activated."""
        return self.filter(Q(establishment=establishment) | Q(application__establishment=establishment))


class Agreement(models.Model):
    """The premium service that a company owes an owner for one establishment.

    It may be made before the establishment has applied: `application` is then the one sent under it.
    """

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="agreements", verbose_name=_("provider")
    )
    application = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("application"),
    )
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("establishment"),
    )
    owner_name = models.CharField(_("owner's name"), max_length=150)
    owner_national_id = models.CharField(_("owner's national ID or iqama"), max_length=10)
    owner_mobile = models.CharField(_("owner's mobile"), max_length=16)
    language = models.CharField(_("language"), max_length=2, default="ar")
    fee = models.DecimalField(
        _("fee in SAR"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    receipt_number = models.CharField(_("number of the company's receipt"), max_length=40, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-id"]
        constraints = [
            # An establishment that has passed to another owner needs an agreement with that one.
            models.UniqueConstraint(
                fields=["provider", "establishment", "owner_national_id"],
                name="agreement_once_an_establishment",
            ),
            models.UniqueConstraint(
                fields=["provider", "application", "owner_national_id"], name="agreement_once_an_application"
            ),
            models.UniqueConstraint(
                fields=["provider", "owner_national_id"],
                condition=Q(application__isnull=True, establishment__isnull=True),
                name="agreement_one_unregistered",
            ),
            models.CheckConstraint(condition=Q(fee__gte=0), name="agreement_fee_not_negative"),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True, receipt_number="")
                | Q(paid_on__isnull=False) & ~Q(receipt_number=""),
                name="agreement_paid_has_receipt",
                violation_error_message=_("A payment has a day and a receipt number."),
            ),
        ]
        indexes = [models.Index(fields=["owner_national_id"], name="agreement_of_owner")]

    def __str__(self) -> str:
        return self.subject

    @property
    @display(description=_("establishment or owner"))
    def subject(self) -> str:
        """What it is about: the establishment, or the owner as long as there is none."""
        about = self.establishment or self.application
        return about.name if about else self.owner_name

    @property
    def subject_establishment_id(self) -> int | None:
        """The key of the establishment it is about, if there is one by now."""
        return self.establishment_id or (self.application.establishment_id if self.application else None)

    @property
    def mobile(self) -> str:
        """The owner's mobile as it is known now: codes go to this one and no other."""
        if self.establishment:
            return self.establishment.owner.mobile
        return self.application.owner_mobile if self.application else self.owner_mobile


class DutyKind(models.TextChoices):
    REGISTERED = "registered", _("Registered the establishment")
    VISITED = "visited", _("Visited the investigation office")
    TRAINED = "trained", _("Trained the owner")


class Duty(models.Model):
    """One of the three duties done, with its evidence: words, and a document if there is one."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="duties")
    kind = models.CharField(_("duty"), max_length=12, choices=DutyKind)
    done_on = models.DateField(_("done on"))
    evidence = models.CharField(_("evidence"), max_length=500)
    file = models.FileField(_("document"), upload_to=random_name, max_length=60, blank=True)
    content_type = models.CharField(_("content type"), max_length=30, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        ordering = ["done_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind"],
                name="duty_once_an_agreement",
                violation_error_message=_("This duty is recorded already."),
            ),
            models.CheckConstraint(
                condition=Q(file="", content_type="")
                | ~Q(file="") & Q(content_type__in=["image/jpeg", "application/pdf"]),
                name="duty_document_is_safe",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Scope(models.TextChoices):
    """What a company may do for an owner, in the words that the owner approves."""

    REGISTER = "register", _("Register the establishment and follow its application")
    PRESENT_DOCUMENTS = "present_documents", _("Present the documents at the investigation office")
    SUBMIT_GUESTS = "submit_guests", _("Enter the establishment's guests, and see those it has entered")


class MandateState(models.TextChoices):
    ASKED = "asked", _("Waiting for the owner")
    IN_FORCE = "in_force", _("In force")
    EXPIRED = "expired", _("Run out")
    REVOKED = "revoked", _("Revoked")


TONES = {
    MandateState.ASKED: "waiting",
    MandateState.IN_FORCE: "success",
    MandateState.EXPIRED: "neutral",
    MandateState.REVOKED: "danger",
}


def make_key() -> str:
    """Return the unguessable name of the page that only the owner is told of."""
    return secrets.token_urlsafe(24)


class MandateQuerySet(models.QuerySet["Mandate"]):
    def in_force(self) -> "MandateQuerySet":
        """Approved, not revoked, and not past their last day. Asked anew at every request."""
        return self.filter(approved_at__isnull=False, revoked_at__isnull=True, ends_on__gte=calendar.today())

    def held_by(self, user, *scopes: Scope) -> "MandateQuerySet":
        """Those in force of the company this person works for now, with one of these scopes."""
        company = Provider.objects.served_by(user)
        return self.in_force().filter(agreement__provider__in=company, scopes__overlap=list(scopes))

    def visible_to(self, user) -> "MandateQuerySet":
        """An agent sees their company's, an owner those on themselves, an auditor all."""
        if user.role == "provider":
            return self.filter(agreement__provider__in=Provider.objects.served_by(user))
        if user.role == "owner":
            own = Owner.objects.filter(user=user).values("national_id")
            return self.filter(agreement__owner_national_id__in=own)
        if user.role == "auditor":
            return self.all()
        return self.none()

    def establishments(self) -> models.QuerySet:
        """The keys of the establishments these are about, as long as the owner is the one who approved."""
        same = F("agreement__owner_national_id")
        direct = self.filter(agreement__establishment__owner__national_id=same)
        later = self.filter(agreement__application__establishment__owner__national_id=same)
        return (
            direct.order_by()
            .values("agreement__establishment")
            .union(later.order_by().values("agreement__application__establishment"))
        )

    def applications(self) -> models.QuerySet:
        """The keys of the applications these are about, as long as the owner is the one who approved."""
        same = F("agreement__owner_national_id")
        direct = self.filter(agreement__application__owner_national_id=same)
        renewed = self.filter(agreement__establishment__applications__owner_national_id=same)
        return (
            direct.order_by()
            .values("agreement__application")
            .union(renewed.order_by().values("agreement__establishment__applications"))
        )


class Mandate(models.Model):
    """What an agent's company may do for an owner until a day. Without one in force it may do nothing."""

    key = models.CharField(max_length=40, unique=True, default=make_key, editable=False)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="mandates", verbose_name=_("agreement")
    )
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("scope"))
    ends_on = models.DateField(_("last day"))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    # Null on an approved or revoked one: the owner, who has no account yet.
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        permissions = [("ask_mandate", _("Can ask owners for mandates and act under them"))]
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=list(Scope.values), scopes__len__gte=1),
                name="mandate_scopes_known",
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(approved_at__isnull=True, revoked_at__isnull=True),
                name="mandate_one_waiting_an_agreement",
                violation_error_message=_("The owner has been asked already and has not answered yet."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(approved_at__isnull=False),
                name="mandate_approved_by_has_time",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True) | Q(revoked_at__isnull=False),
                name="mandate_revoked_by_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.provider}: {self.agreement}"

    @property
    def state(self) -> MandateState:
        if self.revoked_at:
            return MandateState.REVOKED
        if self.ends_on < calendar.today():
            return MandateState.EXPIRED
        return MandateState.IN_FORCE if self.approved_at else MandateState.ASKED

    @property
    def is_open(self) -> bool:
        """Whether it is in force or may still come into force."""
        return self.state in (MandateState.ASKED, MandateState.IN_FORCE)

    @property
    def badge(self) -> tuple[str, str]:
        """The state's word and its tone, for `includes/status_badge.html`."""
        return str(self.state.label), TONES[self.state]

    @property
    def scope_labels(self) -> list[str]:
        return [str(scope.label) for scope in Scope if scope.value in self.scopes]

    def allows(self, scope: Scope) -> bool:
        return scope.value in self.scopes

    def acting(self, agent) -> str:
        """Return who acts for whom, in the language of the moment."""
        return gettext("by agent %(agent)s of %(provider)s for owner %(owner)s") % {
            "agent": agent,
            "provider": self.agreement.provider,
            "owner": self.agreement.owner_name,
        }
