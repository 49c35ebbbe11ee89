"""What is decided about an application. Each decision is one function, in one transaction.

A decision is undone only by another one that is on record as well: a rejection by `activation.office.reopen`,
a proposal by `send_back`; an activation is never undone, because the letter and the account exist: the
subscription is closed and the letter revoked.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from activation.models import Decision, DocumentCheck, ReasonTemplate, Review, Subscription
from activation.subscribing import refuse_expired, subscribe
from registration import mandates
from registration.corrections import raise_flags
from registration.models import Application, ApplicationChange, ChangeKind, Scope, Status
from registration.moves import MoveRefused, move_application
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.sms.outbox import queue_sms
from shumoos.templatetags.days import both_calendars

ByName = dict[str, str] | None  # of fields and documents


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
    refuse_decided(application)
    move_application(application, Status.UNDER_REVIEW, by=by)
    review = Review(application=application, office=application.office, supervisor=by)
    review.full_clean()
    review.save()
    DocumentCheck.objects.bulk_create(
        [
            # What the owner typed stands there already, to be compared with the original like all else.
            DocumentCheck(
                review=review,
                document=document,
                valid_until=application.licence_expires_on if document.kind_id == "licence" else None,
            )
            for document in application.documents.filter(is_current=True)
        ]
    )
    return review


@transaction.atomic
def release(application: Application, *, by: User) -> None:
    """Put an application back into the queue for others. Raises MoveRefused if it is not `by` who has it."""
    review = locked_review(application, by=by)
    refuse_proposed(review)
    move_application(application, Status.SUBMITTED, by=by)
    close(review, Decision.RELEASE)


@transaction.atomic
def tick(
    application: Application,
    *,
    by: User,
    person_checked: bool,
    checks: dict[int, dict[str, Any]],
    presented_by: User | None = None,
) -> Review:
    """Store the checklist: for each document's key its answers, and who presented them, None for the owner.

    Raises MoveRefused like `release`.
    """
    review = locked_review(application, by=by)
    refuse_proposed(review)
    review.person_checked = person_checked
    review.presented_by = presented_by
    review.last_active_at = timezone.now()
    review.save(update_fields=["person_checked", "presented_by", "last_active_at"])
    for check in review.checks.all():
        for name, answer in checks.get(check.document_id, {}).items():
            setattr(check, name, answer)
        check.save(update_fields=["original_seen", "matches", "legible", "valid_until"])
    log_change("checklist", application, by=by)
    return review


@transaction.atomic
def return_to_owner(
    application: Application, *, by: User, reason: str, flags: ByName = None, codes: ByName = None
) -> None:
    """Give the application back to the owner to put right what `flags` names, each with words for them.

    `codes` says of the same names which template was chosen, if any: returns are counted by it. Repeating it
    changes nothing. Raises ValidationError for a name that no field or document has.
    """
    if refuse(application, Status.RETURNED, Decision.RETURN, by=by, reason=reason):
        raise_flags(application, by=by, flags=flags or {}, codes=codes or {})


@transaction.atomic
def reject(application: Application, *, by: User, reason: str, code: str = "other") -> None:
    """End the application without a subscription, for the reason of that code, in words for the owner.

    Repeating it changes nothing.
    """
    rejection = ReasonTemplate.objects.get(code=code)
    refuse(application, Status.REJECTED, Decision.REJECT, by=by, reason=reason, rejection=rejection)


@transaction.atomic
def activate(application: Application, *, by: User, presented_by: User | None = None) -> Subscription:
    """Activate the subscription the application asks for, and all that follows from it, or nothing of it.

    See `activation.subscribing`. Activating again returns the same subscription. `presented_by` is the agent
    who brought the documents in the owner's place; history and letter name them. Raises MoveRefused where
    the checklist is not complete, the licence has expired, the application is not under review by `by`, the
    agent has no mandate to present, a document waits for the scanner or was found harmful, or the sector
    needs a second pair of eyes: then `propose` it.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if is_done(application, Decision.ACTIVATE, by=by):
        return application.subscription
    review = locked_review(application, by=by)
    if needs_second_review(application):
        raise MoveRefused(_("In this sector the office head confirms what a supervisor proposes."))
    if presented_by is not None:
        review.presented_by = presented_by
        review.save(update_fields=["presented_by"])
    return carry_out(application, review, by=by)


@transaction.atomic
def propose(application: Application, *, by: User) -> Review:
    """Hand a complete review to the office head, who confirms the activation or sends it back.

    Repeating it changes nothing. Raises MoveRefused as `activate` does.
    """
    review = locked_review(application, by=by)
    if review.waits_for_head:
        return review
    refuse_unready(application, review)
    review.proposed_at = timezone.now()
    review.save(update_fields=["proposed_at"])
    record(application, ChangeKind.PROPOSED, by=by)
    return review


@transaction.atomic
def confirm(application: Application, *, by: User) -> Subscription:
    """Activate what another person has proposed; confirming again returns the same subscription.

    Raises MoveRefused where nothing is proposed, where `by` proposed it, and as `activate` does.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status == Status.ACTIVATED:
        return application.subscription
    review = locked_proposal(application, by=by)
    review.confirmed_by = by
    return carry_out(application, review, by=by)


@transaction.atomic
def send_back(application: Application, *, by: User, reason: str) -> None:
    """Give a proposed activation back to the supervisor who proposed it, and say why. Raises as `confirm`."""
    review = locked_proposal(application, by=by)
    review.proposed_at = None
    review.last_active_at = timezone.now()
    review.save(update_fields=["proposed_at", "last_active_at"])
    record(application, ChangeKind.SENT_BACK, by=by, reason=reason)


def carry_out(application: Application, review: Review, *, by: User) -> Subscription:
    """Activate an application whose review is complete, within the transaction of the decision."""
    presented = refuse_unready(application, review)
    subscription = subscribe(application, by=review.supervisor, presented=presented)
    move_application(application, Status.ACTIVATED, by=by, reason=presented)
    close(review, Decision.ACTIVATE)
    return subscription


def refuse_unready(application: Application, review: Review) -> str:
    """Raise MoveRefused unless all is there that an activation needs; return what `presented_words` does."""
    refuse_incomplete(review)
    refuse_unseen(application)
    # Before the day on the original, which for an expired licence is no longer what matters.
    refuse_expired(application.licence)  # type: ignore[arg-type]
    refuse_other_end(application, review)
    return presented_words(application, review.presented_by)


def open_review(application: Application) -> Review | None:
    return application.reviews.filter(decision="").select_related("supervisor").first()


def locked_review(application: Application, *, by: User) -> Review:
    """Lock the application and return the open review of `by`. Raises MoveRefused if there is none."""
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    review = open_review(application)
    if review is None:
        refuse_decided(application)
        raise MoveRefused(
            _("This application is not under review: %(status)s.")
            % {"status": application.get_status_display()}
        )
    if review.supervisor_id != by.pk:
        raise MoveRefused(
            _("%(name)s is already reviewing this application.") % {"name": review.supervisor.full_name}
        )
    return review


def locked_proposal(application: Application, *, by: User) -> Review:
    """Lock the application and return the review whose activation another person proposed."""
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    review = open_review(application)
    if review is None or not review.waits_for_head:
        refuse_decided(application)
        raise MoveRefused(_("No activation is proposed for this application."))
    if review.supervisor_id == by.pk:
        raise MoveRefused(_("Another person confirms what you have proposed."))
    return review


def refuse_decided(application: Application) -> None:
    """Raise MoveRefused, with the name of who decided, for an application that is decided or returned."""
    if application.status not in (Status.RETURNED, Status.ACTIVATED, Status.REJECTED):
        return
    last = application.reviews.select_related("supervisor", "confirmed_by").first()
    if last is not None:
        raise MoveRefused(
            _("%(name)s has already decided this application: %(status)s.")
            % {
                "name": (last.confirmed_by or last.supervisor).full_name,
                "status": application.get_status_display(),
            }
        )


def is_done(application: Application, decision: Decision, *, by: User) -> bool:
    """Whether `by` has taken this decision on the application as it now stands."""
    if application.status in (Status.SUBMITTED, Status.UNDER_REVIEW):
        return False
    last = application.reviews.first()
    return (
        last is not None and last.decision == decision and by.pk in (last.supervisor_id, last.confirmed_by_id)
    )


def refuse_proposed(review: Review) -> None:
    """Raise MoveRefused while the review waits for the office head: the checklist must stay as it is."""
    if review.waits_for_head:
        raise MoveRefused(_("This activation waits for the office head, who confirms it or sends it back."))


def refuse(
    application: Application,
    to: Status,
    decision: Decision,
    *,
    by: User,
    reason: str,
    rejection: ReasonTemplate | None = None,
) -> bool:
    """Send an application back; False where `by` has done that before."""
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if is_done(application, decision, by=by):
        return False
    review = locked_review(application, by=by)
    refuse_proposed(review)
    move_application(application, to, by=by, reason=reason)
    review.rejection = rejection
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
    review.save(update_fields=["decision", "reason", "rejection", "decided_at", "confirmed_by"])


def record(application: Application, kind: ChangeKind, *, by: User, reason: str = "", **values: str) -> None:
    """Write down what happens to an application without moving it; `values` are `before` and `after`."""
    change = ApplicationChange(application=application, kind=kind, by=by, reason=reason, **values)
    change.full_clean()
    change.save()
    log_change(f"application {kind}", application, by=by, reason=reason)


def refuse_incomplete(review: Review) -> None:
    """Raise MoveRefused unless every document and the person were checked, and no document has expired."""
    checks = list(review.checks.as_shown())
    for check in checks:
        if check.has_expired:
            raise MoveRefused(
                _("%(document)s has expired: ask the owner for a valid one, or return the application.")
                % {"document": check.document}
            )
    still_open = [
        f"{check.document} ({' · '.join(check.open_points)})" for check in checks if check.open_points
    ]
    if not checks:
        still_open.append(_("Documents"))
    if not review.person_checked:
        still_open.append(_("The person"))
    if still_open:
        raise MoveRefused(
            _("Complete the checklist before activating. Still open: %(points)s.")
            % {"points": " · ".join(still_open)}
        )


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


def refuse_other_end(application: Application, review: Review) -> None:
    """Raise MoveRefused where the original licence ends on another day than the subscription would.

    Of a licence that no register has, what the owner typed counts, and the original is all there is to hold
    it to. Where its authority's register has it, the register is right: the paper may be older.
    """
    licence = application.licence
    check = review.checks.filter(document__kind__code="licence").select_related("document__kind").first()
    if check is None or licence is None or licence.in_register or check.valid_until == licence.expires_on:
        return
    raise MoveRefused(
        _(
            "%(document)s: you have %(seen)s as its last day, the application %(typed)s. Put your day right, "
            "or return the application for correction."
        )
        % {
            "document": check.document,
            "seen": both_calendars(check.valid_until),
            "typed": both_calendars(licence.expires_on),
        }
    )


def needs_second_review(application: Application) -> bool:
    return application.sector is not None and application.sector.needs_second_review


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
