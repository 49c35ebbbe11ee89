"""Objections: filed by the owner against a notice, decided by a head who has not issued it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from registration.documents import CleanFile
from registration.models import ScanState
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.saudi import calendar
from violations import ledger, occurrences
from violations.accounts import hold
from violations.annulling import annul_case, annul_notice
from violations.escalation import end, lift_orders
from violations.letters import issue_decision
from violations.models import Case, Notice, Objection, ObjectionDocument, Outcome, Stage
from violations.notices import DECIDED_KIND, tell_owner

MOST_DOCUMENTS = 5
LONGEST_TEXT = 5000


class ObjectionRefused(Exception):
    """Raised with a sentence for whoever files or decides what the rules do not allow."""


def may_object(notice: Notice) -> bool:
    """Whether its owner may object to a notice today: in time, once, and not when it is annulled anyway."""
    return (
        calendar.today() <= notice.objection_until
        and notice.annulled_on is None
        and notice.case.stage != Stage.ANNULLED
        and not hasattr(notice, "objection")
    )


def file(notice: Notice, *, text: str, documents: Iterable[CleanFile], by: User) -> Objection:
    """File an objection with its documents. The step's clock and the payment term stand still from today.

    Raises `ObjectionRefused` where it is too late or there is one already, ValidationError for an empty text
    or a document that could not be checked.
    """
    documents = list(documents)
    if len(documents) > MOST_DOCUMENTS:
        raise ValidationError(
            {"documents": gettext("At most %(most)d documents can be added.") % {"most": MOST_DOCUMENTS}}
        )
    if any(document.scan_state == ScanState.WAITING for document in documents):
        raise ValidationError(
            {
                "documents": gettext(
                    "The documents cannot be checked at the moment. Try again in some minutes."
                )
            }
        )
    try:
        with transaction.atomic():
            return save(notice, text, documents, by)
    except IntegrityError:
        # Sent twice at once.
        raise ObjectionRefused(gettext("There is an objection to this notice already.")) from None


def save(notice: Notice, text: str, documents: list[CleanFile], by: User) -> Objection:
    hold(notice.case, with_letter=False)
    notice = Notice.objects.select_related("case__schedule").get(pk=notice.pk)
    if hasattr(notice, "objection"):
        raise ObjectionRefused(gettext("There is an objection to this notice already."))
    if not may_object(notice):
        raise ObjectionRefused(gettext("The last day to object to this notice has passed."))
    objection = Objection(
        notice=notice,
        case=notice.case,
        text=text.strip(),
        filed_on=calendar.today(),
        filed_by=by,
        issuer=notice.by,
    )
    objection.full_clean()
    if len(objection.text) > LONGEST_TEXT:
        raise ValidationError({"text": gettext("Use at most %(most)d characters.") % {"most": LONGEST_TEXT}})
    objection.save()
    for document in {document.sha256: document for document in documents}.values():
        ObjectionDocument.objects.create(
            objection=objection,
            file=ContentFile(document.content, name="document"),
            content_type=document.content_type,
            size=document.size,
            sha256=document.sha256,
        )
    log_change("object", objection, by=by)
    return objection


@transaction.atomic
def decide(
    objection: Objection, outcome: str, *, answer: str, by: User, reduced_by: Decimal | None = None
) -> None:
    """Decide on an objection, and tell the owner by text and letter. The same decision again changes nothing.

    Upheld, the notice stands; reduced, that much is taken off the fine; annulled, the notice does not count:
    what it added is waived, an occurrence is annulled, and a warning or a suspension order ends the case.
    The clock goes on. Raises `ObjectionRefused` for whoever has issued the notice and for one that is
    decided, and `AmountRefused` and ValidationError for what was entered.
    """
    case = hold(objection.case, with_letter=True)
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if objection.outcome:
        if objection.outcome == outcome:
            return
        raise ObjectionRefused(gettext("This objection has been decided already."))
    if not (by.has_perm("violations.reduce") and Objection.objects.visible_to(by).contains(objection)):
        raise ObjectionRefused(gettext("The head of the office decides on the objection."))
    if objection.issuer_id == by.pk:
        raise ObjectionRefused(gettext("Whoever has issued the notice does not decide on the objection."))
    objection.outcome = outcome
    objection.answer = answer.strip()
    objection.reduced_by = reduced_by if outcome == Outcome.REDUCED else None
    objection.decided_on, objection.decided_by = calendar.today(), by
    if outcome == Outcome.REDUCED and not reduced_by:
        raise ValidationError({"reduced_by": gettext("Enter by how much the fine is reduced.")})
    objection.full_clean()
    objection.letter = issue_decision(objection, fined=case.fined - taken_off(objection, case))
    carry_out(objection, case, by)
    objection.save()
    log_change(f"objection {outcome}", objection, by=by, reason=answer)
    tell_owner(case, kind=DECIDED_KIND, about=objection)


def taken_off(objection: Objection, case: Case) -> Decimal:
    """Return what a decision takes off the case's fine.

    Raises `AmountRefused` for a reduction by all of the notice's fine, or more, and `ObjectionRefused` for a
    decision to leave what does not stand any more.
    """
    notice = objection.notice
    if objection.outcome == Outcome.ANNULLED:
        ends_all = notice.stage == Stage.WARNED and notice.occurrence is None
        added = case.fined if ends_all else min(notice.amount, case.fined)
        return Decimal(0) if notice.annulled_on else added
    if notice.annulled_on or case.stage == Stage.ANNULLED:
        raise ObjectionRefused(
            gettext("This notice has been annulled meanwhile: decide that it is annulled.")
        )
    if objection.reduced_by and objection.reduced_by >= notice.amount:
        raise ledger.AmountRefused(
            gettext("The fine of this notice is SAR %(amount)s: reduce it by less, or annul the notice.")
            % {"amount": f"{notice.amount:,.2f}"}
        )
    return objection.reduced_by or Decimal(0)


def carry_out(objection: Objection, case: Case, by: User) -> None:
    """Do what a decision says, in a case that the caller holds. What it enters rests on its letter."""
    notice, today = objection.notice, calendar.today()
    rests_on: dict[str, Any] = {"by": by, "reason": objection.answer[:300], "letter": objection.letter}
    if objection.reduced_by:
        ledger.reduce(case, objection.reduced_by, on=today, **rests_on)
    if objection.outcome != Outcome.ANNULLED or notice.annulled_on:
        return
    if notice.occurrence is not None:
        occurrences.annul(notice.occurrence, **rests_on)
        return
    if notice.stage == Stage.WARNED:
        annul_case(case, **rests_on)
        return
    annul_notice(notice, by=by, reason=objection.answer)
    if notice.stage == Stage.SUSPENDED:
        if case.closed_on is None:
            end(case, Stage.ANNULLED, on=today)
            lift_orders(today, case=case.pk)
    else:
        occurrences.waive_notice(notice, case, **rests_on)
