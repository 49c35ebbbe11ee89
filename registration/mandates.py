"""Mandates: asked for by an agent, approved by the owner with a code, ended by either or by their date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from registration import agreements
from registration.models import (
    ENDED_STATUSES,
    Agreement,
    Application,
    DutyKind,
    Establishment,
    Licence,
    Mandate,
    MandateState,
    Owner,
    Provider,
    ProviderAgent,
    Scope,
)
from registration.moves import MoveRefused
from shumoos.accounts import codes
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import Look, Role, User
from shumoos.saudi import calendar, reference_number
from shumoos.sms.outbox import queue_sms

LONGEST = timedelta(days=366)
# Whoever asks too often pesters an owner; whoever guesses numbers learns which exist.
MOST_ASKED_A_DAY = 5
MOST_MISSES_AN_HOUR = 10
MISS = "wrong number for a mandate"


class MandateRefused(MoveRefused):
    """What a mandate, or the lack of one, does not allow; its text is a sentence for the user."""


class UnknownOwner(MandateRefused):
    """A national ID with a mobile that is not this owner's."""

    def __init__(self) -> None:
        super().__init__(_("This national ID and this mobile do not belong together. Compare both."))


@dataclass(frozen=True)
class NewOwner:
    """An owner who has not applied yet, as the agent names them."""

    national_id: str
    name: str
    mobile: str


Subject = Application | Establishment | NewOwner


def find_subject(number: str, last_four: str) -> Application | Establishment | None:
    """Return the application or establishment of that number whose owner's mobile ends so, else None.

    Drafts and applications that have ended are not found.
    """
    found: Application | Establishment | None
    if reference_number.has_shape(number):
        reference = reference_number.clean(number)
        found = (
            Application.objects.sent().exclude(status__in=ENDED_STATUSES).filter(reference=reference).first()
        )
        mobile = found.owner_mobile if found else ""
    else:
        found = Establishment.objects.select_related("owner").filter(number=number).first()
        mobile = found.owner.mobile if found else ""
    return found if mobile[-4:] == last_four else None


def refuse_guessing(agent: User) -> None:
    """Raise MandateRefused for an agent who has named ten wrong numbers within the hour."""
    misses = Look.objects.filter(by=agent, action=MISS, at__gt=timezone.now() - timedelta(hours=1))
    if misses.count() >= MOST_MISSES_AN_HOUR:
        raise MandateRefused(_("Too many of these numbers were not right. Try again in an hour."))


@transaction.atomic
def ask(
    *, by: User, about: Subject, scopes: Sequence[str], ends_on: date, fee: Decimal | None = None
) -> Mandate:
    """Ask the owner for a mandate for the agent's company, and tell them by text; return the mandate.

    It hangs on the company's agreement about the same subject, made now with `fee`, or the company's usual
    one, if there is none. Asking for the same again while the owner has not answered returns what was asked.
    Raises MandateRefused where something else waits for the owner, after five requests to one owner within a
    day, and for a day past or over a year away; UnknownOwner for a new one known by another mobile.
    """
    provider = Provider.objects.select_for_update(of=("self",)).served_by(by).first()
    if provider is None:
        raise MandateRefused(_("You are not an agent of a company now."))
    if not calendar.today() <= ends_on <= calendar.today() + LONGEST:
        raise MandateRefused(_("A mandate ends within a year. Choose its last day from today on."))
    agreement = agreement_about(about, provider=provider, fee=fee)
    waiting = agreement.mandates.filter(approved_at__isnull=True, revoked_at__isnull=True).first()
    if waiting and (set(waiting.scopes), waiting.ends_on) == (set(scopes), ends_on):
        return waiting
    refuse_pestering(agreement)
    if waiting and waiting.state == MandateState.EXPIRED:
        revoke(waiting, by=by)
    mandate = Mandate(agreement=agreement, scopes=list(scopes), ends_on=ends_on, asked_by=by)
    if waiting and waiting.state == MandateState.ASKED:
        raise MandateRefused(_("The owner has been asked already and has not answered yet."))
    mandate.full_clean()
    mandate.save()
    log_change("ask for mandate", mandate, by=by, reason=" ".join(mandate.scopes))
    queue_sms(kind="mandate_asked", to=agreement.mobile, language=agreement.language, about=mandate)
    return mandate


def agreement_about(about: Subject, *, provider: Provider, fee: Decimal | None) -> Agreement:
    """Return the company's agreement about the subject with its present owner, made now if there is none."""
    owner, subject, known = described(about)
    agreement = provider.agreements.filter(subject, owner_national_id=owner.national_id).first()
    if agreement is None:
        agreement = Agreement(
            provider=provider,
            owner_name=owner.name,
            owner_national_id=owner.national_id,
            owner_mobile=owner.mobile,
            fee=provider.fee if fee is None else fee,
            **known,
        )
    elif isinstance(about, NewOwner) and agreement.owner_mobile != owner.mobile:
        if agreements.is_approved(agreement):
            raise UnknownOwner
        agreement.owner_name, agreement.owner_mobile = owner.name, owner.mobile
    agreement.full_clean()
    agreement.save()
    return agreement


def described(about: Subject) -> tuple[NewOwner, Q, dict[str, Any]]:
    """Return the subject's owner, how its agreements are found, and what a new one says about it."""
    if isinstance(about, Establishment):
        owner = about.owner
        language = owner.user.language if owner.user else "ar"
        known = {"establishment": about, "language": language}
        same = Q(establishment=about) | Q(application__establishment=about)
        return NewOwner(owner.national_id, owner.full_name, owner.mobile), same, known
    if isinstance(about, Application):
        same = Q(application=about)
        if about.establishment_id:
            same |= Q(establishment=about.establishment_id)
        owner_typed = NewOwner(about.owner_national_id, about.owner_name, about.owner_mobile)
        return owner_typed, same, {"application": about, "language": about.language}
    if Owner.objects.filter(national_id=about.national_id).exclude(mobile=about.mobile).exists():
        raise UnknownOwner
    return about, Q(application__isnull=True, establishment__isnull=True), {}


def refuse_pestering(agreement: Agreement) -> None:
    """Raise MandateRefused once an owner has been asked five times within a day, by whichever company."""
    asked = Mandate.objects.filter(
        agreement__owner_national_id=agreement.owner_national_id,
        asked_at__gt=timezone.now() - timedelta(days=1),
    )
    if asked.count() >= MOST_ASKED_A_DAY:
        raise MandateRefused(_("This owner has been asked five times within a day. Try again tomorrow."))


def purpose(mandate: Mandate) -> str:
    return f"mandate:{mandate.pk}"


def send_code(mandate: Mandate, *, address: str | None, language: str) -> None:
    """Text the owner the code that approves this mandate. Raises MandateRefused, or codes.CodeRefused."""
    refuse_closed(mandate)
    codes.send_code(
        purpose=purpose(mandate), mobile=mandate.agreement.mobile, address=address, language=language
    )


def approve(mandate: Mandate, *, typed: str, by: User | None) -> None:
    """Put a mandate into force with the code sent to the owner; `by` is None for one without an account.

    Approving it again changes nothing. Raises codes.CodeRefused for another code, MandateRefused for a
    mandate that was revoked or has run out. Not within a transaction: a wrong code counts as a try.
    """
    mandate.refresh_from_db()
    refuse_closed(mandate)
    if mandate.approved_at is not None:
        return
    codes.check_code(purpose=purpose(mandate), mobile=mandate.agreement.mobile, typed=typed)
    with transaction.atomic():
        mandate.refresh_from_db(from_queryset=Mandate.objects.select_for_update())
        refuse_closed(mandate)
        if mandate.approved_at is None:
            mandate.approved_at = timezone.now()
            mandate.approved_by = by
            mandate.save(update_fields=["approved_at", "approved_by"])
            log_change("approve mandate", mandate, by=by, reason=" ".join(mandate.scopes))


@transaction.atomic
def revoke(mandate: Mandate, *, by: User | None) -> None:
    """End a mandate, or withdraw the request for one; it opens nothing from the next request on.

    `by` is None for an owner without an account. Repeating it changes nothing.
    """
    mandate.refresh_from_db(from_queryset=Mandate.objects.select_for_update())
    if mandate.revoked_at is None:
        mandate.revoked_at = timezone.now()
        mandate.revoked_by = by
        mandate.save(update_fields=["revoked_at", "revoked_by"])
        log_change("revoke mandate", mandate, by=by)


def refuse_closed(mandate: Mandate) -> None:
    if mandate.state == MandateState.REVOKED:
        raise MandateRefused(_("This mandate was revoked. The company can ask for a new one."))
    if mandate.state == MandateState.EXPIRED:
        raise MandateRefused(_("This mandate has run out. The company can ask for a new one."))


def to_register(typed: dict[str, Any], *, licence: Licence, by: User | None) -> Mandate | None:
    """Return the mandate under which an agent sends an application, locked; None where no agent does.

    It is one to register from the owner named in `typed`, of an agreement whose application is yet to be
    sent, or ended without a subscription, or about this licence's establishment. Raises MandateRefused for an
    agent without one.
    """
    if by is None or by.role != Role.PROVIDER:
        return None
    fitting = Q(agreement__establishment__isnull=True, agreement__application__isnull=True) | Q(
        agreement__application__status__in=ENDED_STATUSES
    )
    if licence.establishment_id:
        fitting |= Q(agreement__establishment=licence.establishment_id)
        fitting |= Q(agreement__application__establishment=licence.establishment_id)
    mandate = (
        Mandate.objects.held_by(by, Scope.REGISTER)
        .filter(fitting, agreement__owner_national_id=typed["owner_national_id"])
        .select_related("agreement__provider", "agreement__application", "agreement__establishment__owner")
        .select_for_update(of=("self",))
        .first()
    )
    if mandate is None or mandate.agreement.mobile != typed["owner_mobile"]:
        raise MandateRefused(
            _(
                "Your company has no mandate to register for this owner with this mobile. Ask the owner for "
                "one under “Mandates”, then send again."
            )
        )
    return mandate


def settle(mandate: Mandate, application: Application, *, by: User) -> None:
    """Tie the agreement to the application sent under its mandate, and record that duty as done."""
    agreement = mandate.agreement
    if agreement.establishment_id is None:
        agreement.application = application
        agreement.save(update_fields=["application"])
    if not agreement.duties.filter(kind=DutyKind.REGISTERED).exists():
        with translation.override(agreement.language):
            evidence = _("Application %(reference)s") % {"reference": application.shown_reference}
        agreements.record_duty(
            agreement, DutyKind.REGISTERED, done_on=calendar.today(), evidence=evidence, by=by
        )


def over_establishment(agent: User, establishment: Establishment, *scopes: Scope) -> Mandate | None:
    """Return the mandate in force under which an agent acts for the establishment's owner, if any."""
    return newest(
        Mandate.objects.held_by(agent, *scopes).filter(
            agreement__in=Agreement.objects.about(establishment),
            agreement__owner_national_id=establishment.owner.national_id,
        )
    )


def over_application(agent: User, application: Application, *scopes: Scope) -> Mandate | None:
    """Return the mandate in force under which an agent acts for the application's owner, if any."""
    same = Q(agreement__application=application)
    if application.establishment_id:
        same |= Q(agreement__establishment=application.establishment_id)
    return newest(
        Mandate.objects.held_by(agent, *scopes).filter(
            same, agreement__owner_national_id=application.owner_national_id
        )
    )


def presenters(application: Application) -> QuerySet[ProviderAgent]:
    """Return the agents who may present this application's documents now, of all companies."""
    same = Q(agreement__application=application)
    if application.establishment_id:
        same |= Q(agreement__establishment=application.establishment_id)
    granted = Mandate.objects.in_force().filter(
        same,
        scopes__contains=[Scope.PRESENT_DOCUMENTS],
        agreement__owner_national_id=application.owner_national_id,
    )
    return ProviderAgent.objects.filter(
        provider__in=granted.values("agreement__provider"), ended_at__isnull=True
    ).select_related("provider", "user")


def newest(mandates: Any) -> Mandate | None:
    related = ("agreement__provider", "agreement__application", "agreement__establishment__owner")
    return mandates.select_related(*related).order_by("-approved_at").first()


def acting(mandate: Mandate | None, agent: User) -> str:
    """Return who acts for whom, as letters and the access log keep it; nothing without a mandate."""
    if mandate is None:
        return ""
    with translation.override(settings.LANGUAGE_CODE):
        return mandate.acting(agent)
