"""What a supervisor decides about an application. Each decision is one function, in one transaction."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from activation.models import Decision, DocumentCheck, Review, Subscription
from registration import mandates
from registration.corrections import raise_flags
from registration.models import Application, Establishment, Licence, Office, Owner, Scope, Status
from registration.moves import MoveRefused, move_application
from shumoos.accounts.models import Role, User
from shumoos.accounts.people import create_person, has_chosen_password
from shumoos.letters.issue import issue
from shumoos.letters.models import Kind, Letter
from shumoos.saudi import calendar
from shumoos.saudi.reference_number import add_check_digits
from shumoos.sms.outbox import queue_sms
from violations.escalation import comply


@transaction.atomic
def claim(application: Application, *, by: User) -> Review:
    """Take an application up for review and return the review; claiming one's own again returns the same.

    Raises MoveRefused where somebody else has it, or where it is not with the office.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    review = open_review(application)
    if review and review.supervisor_id == by.pk:
        return review
    if review:
        raise MoveRefused(
            _("%(name)s is already reviewing this application.") % {"name": review.supervisor.full_name}
        )
    move_application(application, Status.UNDER_REVIEW, by=by)
    review = Review(application=application, supervisor=by)
    review.full_clean()
    review.save()
    documents = application.documents.filter(is_current=True)
    DocumentCheck.objects.bulk_create(
        [DocumentCheck(review=review, document=document) for document in documents]
    )
    return review


@transaction.atomic
def release(application: Application, *, by: User) -> None:
    """Put an application back into the queue for others. Raises MoveRefused if it is not `by` who has it."""
    review = locked_review(application, by=by)
    move_application(application, Status.SUBMITTED, by=by)
    close(review, Decision.RELEASE)


@transaction.atomic
def tick(
    application: Application, *, by: User, person_checked: bool, checks: dict[int, dict[str, bool]]
) -> Review:
    """Store the checklist: for each document's key its three answers. Raises MoveRefused like `release`."""
    review = locked_review(application, by=by)
    review.person_checked = person_checked
    review.save(update_fields=["person_checked"])
    for check in review.checks.all():
        for name, answer in checks.get(check.document_id, {}).items():
            setattr(check, name, answer)
        check.save(update_fields=["original_seen", "matches", "legible"])
    return review


@transaction.atomic
def return_to_owner(
    application: Application, *, by: User, reason: str, flags: dict[str, str] | None = None
) -> None:
    """Give the application back to the owner to put right what `flags` names, each with words for them.

    Repeating it changes nothing. Raises ValidationError for a name that no field or document has.
    """
    if refuse(application, Status.RETURNED, Decision.RETURN, by=by, reason=reason):
        raise_flags(application, by=by, flags=flags or {})


@transaction.atomic
def reject(application: Application, *, by: User, reason: str) -> None:
    """End the application without a subscription. Repeating it changes nothing."""
    refuse(application, Status.REJECTED, Decision.REJECT, by=by, reason=reason)


@transaction.atomic
def activate(application: Application, *, by: User, presented_by: User | None = None) -> Subscription:
    """Activate the subscription the application asks for, and all that follows from it, or nothing of it.

    The subscription holds until the licence ends; the owner's account is made; the case for not subscribing
    is closed; the statement letter gets its number; the text with the credentials is queued. Activating
    again returns the same subscription. `presented_by` is the agent who brought the documents in the owner's
    place; history and letter name them. Raises MoveRefused where the checklist is not complete, the licence
    has expired, the application is not under review by `by`, the agent has no mandate to present, a document
    waits for the scanner or was found harmful.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status == Status.ACTIVATED:
        return application.subscription
    review = locked_review(application, by=by)
    refuse_incomplete(review)
    refuse_unseen(application)
    presented = presented_words(application, presented_by)
    licence = Licence.objects.select_for_update().get(applications=application)
    today = calendar.today()
    if licence.expires_on < today:
        raise MoveRefused(_("The licence has expired. Ask the owner to renew it first."))

    owner = owner_of(application)
    establishment = establishment_of(application, licence, owner)
    application.establishment = establishment
    application.save(update_fields=["establishment"])
    licence.establishment = establishment
    licence.save(update_fields=["establishment"])
    is_new = give_account(owner, establishment, language=application.language)
    move_application(application, Status.ACTIVATED, by=by, reason=presented)
    close(review, Decision.ACTIVATE)
    subscription = Subscription(
        establishment=establishment,
        licence=licence,
        application=application,
        period=(today, licence.expires_on + timedelta(days=1)),
        statement=issue_statement(application, establishment, licence, by=by, presented=presented),
        activated_by=by,
    )
    subscription.full_clean()
    subscription.save()
    comply(licence, on=today)
    queue_sms(
        kind="credentials" if is_new else "subscription_activated",
        to=owner.mobile,
        language=application.language,
        about=subscription,
    )
    return subscription


@transaction.atomic
def resend_credentials(subscription: Subscription) -> None:
    """Queue a text with a new temporary password; the old one stops working when it is sent.

    Raises MoveRefused where the owner has chosen a password of their own: they need none from us, and nobody
    at an office can lock them out.
    """
    owner = subscription.establishment.owner
    user = User.objects.get(owner=owner)
    if has_chosen_password(user):
        raise MoveRefused(_("The owner has signed in and chosen a password; there is nothing to resend."))
    queue_sms(kind="credentials", to=owner.mobile, language=user.language, about=subscription)


def open_review(application: Application) -> Review | None:
    return application.reviews.filter(decision="").select_related("supervisor").first()


def locked_review(application: Application, *, by: User) -> Review:
    """Lock the application and return the open review of `by`. Raises MoveRefused if there is none."""
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    review = open_review(application)
    if review is None:
        raise MoveRefused(
            _("This application is not under review: %(status)s.")
            % {"status": application.get_status_display()}
        )
    if review.supervisor_id != by.pk:
        raise MoveRefused(
            _("%(name)s is already reviewing this application.") % {"name": review.supervisor.full_name}
        )
    return review


def refuse(application: Application, to: Status, decision: Decision, *, by: User, reason: str) -> bool:
    """Send an application back; False where that has been done before."""
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status == to:
        return False
    review = locked_review(application, by=by)
    move_application(application, to, by=by, reason=reason)
    close(review, decision, reason=reason)
    queue_sms(
        kind=f"application_{to.value}",
        to=application.owner_mobile,
        language=application.language,
        about=application,
    )
    return True


def close_withdrawn(application: Application) -> None:
    """End the open review of an application whose owner has withdrawn it."""
    if review := open_review(application):
        close(review, Decision.WITHDRAW)


def close(review: Review, decision: Decision, *, reason: str = "") -> None:
    review.decision = decision
    review.reason = reason
    review.decided_at = timezone.now()
    review.full_clean()
    review.save(update_fields=["decision", "reason", "decided_at"])


def refuse_incomplete(review: Review) -> None:
    """Raise MoveRefused unless every document and the person were checked."""
    checks = list(review.checks.all())
    if not (review.person_checked and checks and all(check.is_complete for check in checks)):
        raise MoveRefused(_("Complete the checklist before activating."))


def refuse_unseen(application: Application) -> None:
    """Raise MoveRefused while a document waits for the scanner, or was found harmful and not replaced."""
    for document in application.documents.current():
        if document.is_being_checked:
            raise MoveRefused(
                _("%(document)s: this document is being checked. Try again in a few minutes.")
                % {"document": document}
            )
        if document.is_harmful:
            raise MoveRefused(
                _(
                    "%(document)s: this document was found to be harmful and was removed. Return the "
                    "application, so that the owner adds another one."
                )
                % {"document": document}
            )


def owner_of(application: Application) -> Owner:
    """Return the owner of that national ID, made now if this is their first establishment."""
    owner, _created = Owner.objects.select_for_update().get_or_create(
        national_id=application.owner_national_id,
        defaults={"full_name": application.owner_name, "mobile": application.owner_mobile},
    )
    return owner


def establishment_of(application: Application, licence: Licence, owner: Owner) -> Establishment:
    """Return the licence's establishment, made now if the licence has none yet."""
    establishment = licence.establishment
    if establishment is None:
        establishment = Establishment(number=next_establishment_number(), owner=owner)
    for name in ("name_ar", "name_en", "commercial_registration", "sector", "city", "short_address"):
        setattr(establishment, name, getattr(application, name))
    establishment.owner = owner
    establishment.full_clean()
    establishment.save()
    return establishment


def next_establishment_number() -> str:
    """Return an unused establishment number: seven random digits and two check digits.

    Random, because it is also a user name and must not tell who else there is.
    """
    while True:
        number = add_check_digits(str(secrets.randbelow(9_000_000) + 1_000_000))
        if not Establishment.objects.filter(number=number).exists():
            return number


def give_account(owner: Owner, establishment: Establishment, *, language: str) -> bool:
    """Make the owner's user, named after the establishment's number; return False if they have one."""
    if owner.user is not None:
        return False
    owner.user = create_person(
        username=establishment.number,
        full_name=owner.full_name,
        role=Role.OWNER,
        mobile=owner.mobile,
        language=language,
    )
    owner.save(update_fields=["user"])
    return True


def presented_words(application: Application, agent: User | None) -> str:
    """Return who presented the documents for the owner; nothing where the owner came in person.

    Raises MoveRefused for an agent without a mandate to present them.
    """
    if agent is None:
        return ""
    mandate = mandates.over_application(agent, application, Scope.PRESENT_DOCUMENTS)
    if mandate is None:
        raise MoveRefused(_("This agent has no mandate to present documents for the owner now."))
    with translation.override(settings.LANGUAGE_CODE):
        return _("Documents presented %(acting)s") % {"acting": mandate.acting(agent)}


def issue_statement(
    application: Application,
    establishment: Establishment,
    licence: Licence,
    *,
    by: User,
    presented: str = "",
) -> Letter:
    """Issue the statement letter that the owner takes to the licensing authority.

    `presented` says who presented the documents, where it was not the owner.
    """
    office = Office.objects.get(applications=application)
    return issue(
        kind=Kind.STATEMENT,
        series=office.code,
        establishment=establishment.name_ar,
        licence_number=licence.number,
        content={
            "establishment": establishment.name_ar,
            "establishment_en": establishment.name_en,
            "licence_number": licence.number,
            "commercial_registration": establishment.commercial_registration,
            "city": establishment.city.name_ar,
            "city_en": establishment.city.name_en,
            "authority": licence.authority.name_ar,
            "authority_en": licence.authority.name_en,
            "reference": application.shown_reference,
            "office": office.name_ar,
            "office_en": office.name_en,
            "supervisor": by.full_name,
            "presented": presented,
            "period_from": calendar.today().isoformat(),
            "period_until": licence.expires_on.isoformat(),
        },
    )
