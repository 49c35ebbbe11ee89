"""The demo's violations: a case on each step, and what offices and owners do about them."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from guests.models import Batch, GuestRecord, TransferStatus
from registration.models import Establishment
from shumoos.accounts.models import User
from shumoos.saudi import calendar
from violations import bills, ledger, objections, payments, proposals
from violations.escalation import escalate
from violations.models import Case, Fault, Notice, Outcome, Proposal, Source
from violations.occurrences import record_occurrence

# Each but the first is the day after a term that the one before has begun.
SWEPT_DAYS_AGO = (100, 69, 38, 7)


def sweep_past() -> None:
    """Run the sweeps of the last months: a licence is as far by now as it was issued early."""
    for days in SWEPT_DAYS_AGO:
        escalate(calendar.today() - timedelta(days=days))


def pay(raised: str, fined: str, *, head: User, supervisor: User) -> None:
    """Reduce the raised fine, take a part of it at the desk, and read a bank file that pays the other."""
    case = case_of(raised)
    ledger.reduce(
        case, Decimal(5_000), on=calendar.today(), by=head, reason="بادر المالك بتقديم طلب التسجيل ووثائقه."
    )
    payments.pay_at_desk(case, Decimal(8_000), on=calendar.today(), by=supervisor)
    yesterday = (calendar.today() - timedelta(days=1)).isoformat()
    lines = [
        ",".join(payments.COLUMNS),
        f"RJH-1448-30117,{bills.number(case_of(fined).pk)},10000.00,{yesterday}",
        f"RJH-1448-30118,{bills.number(case.pk)},2000.00,{yesterday}",
        f"RJH-1448-30119,7000000000000,750.00,{yesterday}",
    ]
    payments.import_file("\n".join(lines).encode(), name="sadad-1448.csv", by=head)


def find_fault(establishment: Establishment, *, supervisor: User, head: User) -> None:
    """Record two occurrences at a subscribed establishment; the objection to the first is dismissed."""
    owner = establishment.owner.user
    licence = establishment.licences.get()
    first, _second = (
        record_occurrence(
            establishment=establishment,
            licence=licence,
            occurred_on=calendar.today() - timedelta(days=days),
            fault=fault,
            what=what,
            by=supervisor,
        )
        for days, fault, what in (
            (12, Fault.NOT_SENT, "لم يُسجَّل نزيل الغرفة 214 عند زيارة التفتيش."),
            (3, Fault.INACCURATE, "رقم جواز السفر المسجل لنزيل الغرفة 204 يخالف جوازه."),
        )
    )
    if owner is None:
        raise ValueError("The owner of the demo has no account.")
    objection = objections.file(
        first.notice, text="غادر النزيل قبل اكتمال تسجيله، ونأمل النظر في ذلك.", documents=[], by=owner
    )
    objections.decide(
        objection,
        Outcome.UPHELD,
        answer="يُسجَّل النزيل عند وصوله، ولا تُغني مغادرته عن ذلك.",
        by=head,
    )


def object_to_fine(licence_number: str, by: User) -> None:
    """File an objection to the latest notice of a licence's case, which waits for the head."""
    notice = Notice.objects.filter(case=case_of(licence_number)).latest("id")
    objections.file(
        notice,
        text="توقفت المنشأة عن استقبال النزلاء للصيانة طوال المدة المذكورة، ونتقدم بطلب التسجيل قريبًا.",
        documents=[],
        by=by,
    )


def propose(establishment: Establishment) -> None:
    """Propose a record that the centre has refused, and a day without records."""
    # In place of the centre's answer, which only its simulator could give.
    record = GuestRecord.objects.filter(establishment=establishment).latest("id")
    record.state, record.to_correct = TransferStatus.REFUSED, True
    record.refusal, record.acknowledged_at = "رقم الوثيقة غير معروف", timezone.now()
    record.batch = Batch.objects.create(attempts=1, finished_at=timezone.now())
    record.save(update_fields=["state", "to_correct", "refusal", "acknowledged_at", "batch"])
    proposals.collect(calendar.today(), calendar.today())
    # In place of days that have to pass first.
    day = calendar.today() - timedelta(days=5)
    Proposal.objects.create(
        establishment=establishment,
        source=Source.MISSING_DAYS,
        key=f"lodging:{day.isoformat()}",
        record_kind="lodging",
        first_on=day,
        last_on=day,
    )


def case_of(licence_number: str) -> Case:
    return Case.objects.get(licence__number=licence_number)
