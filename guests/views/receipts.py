"""The receipts: the proof that something was received, one by one and by the day."""

from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guests import receipts as issuing
from guests.models import DailyReceipt, Submission, workplaces
from guests.views.common import may_submit, page_of
from registration.models import Establishment
from shumoos.accounts.models import Role
from shumoos.accounts.requests import SignedInRequest
from shumoos.letters.views import pdf_response
from shumoos.saudi import calendar
from shumoos.saudi.errors import InvalidDate


@require_safe
@may_submit
def receipts(request: SignedInRequest) -> HttpResponse:
    """List the receipts, of one day where the address names one, which may be typed in either calendar."""
    visible = Submission.objects.visible_to(request.user).closed()
    visible = visible.select_related("establishment", "about")
    address = reverse("guests:receipts")
    typed, day, problem = request.GET.get("day", "").strip(), None, ""
    if typed:
        try:
            day = calendar.parse_day(typed)
        except InvalidDate:
            problem = _("This is not a day: enter it as 2026-03-15 or 15/03/2026.")
        else:
            begins, ends = calendar.span(day)
            visible = visible.filter(received_at__gte=begins, received_at__lt=ends)
            address = f"{address}?{urlencode({'day': day.isoformat()})}"
    context = page_of(visible, request.GET.get("before", ""), address)
    context |= {"typed": typed, "day": day, "problem": problem, "days": days_of(request, day)}
    return render(request, "guests/receipts.html", context, status=422 if problem else 200)


def days_of(request: SignedInRequest, day: date | None) -> list[Establishment]:
    """Return the establishments whose receipt for the day can be had; agents, who see less, have none."""
    if day is None or day >= calendar.today() or request.user.role == Role.PROVIDER:
        return []
    begins, ends = calendar.span(day)
    sent = Submission.objects.filter(received_at__gte=begins, received_at__lt=ends)
    return list(workplaces(request.user).filter(pk__in=sent.values("establishment"))[:50])


def submission_of(request: SignedInRequest, number: str) -> Submission:
    visible = (
        Submission.objects.visible_to(request.user)
        .closed()
        .select_related(
            "establishment", "by", "api_key", "mandate__agreement__provider", "nil_return", "about"
        )
    )
    return get_object_or_404(visible, receipt=number)


@require_safe
@may_submit
def receipt(request: SignedInRequest, number: str) -> HttpResponse:
    submission = submission_of(request, number)
    context = {
        "submission": submission,
        "nil_day": issuing.nil_day(submission),
        # Gone with the record, once its time is over.
        "change": getattr(submission, "change", None),
    }
    return render(request, "guests/receipt.html", context)


@require_safe
@may_submit
def receipt_pdf(request: SignedInRequest, number: str) -> HttpResponse:
    """Hand out the receipt as a signed letter; it is issued when it is first asked for."""
    return pdf_response(issuing.letter_of(submission_of(request, number)))


def daily_receipt_of(request: SignedInRequest, number: str, day: str) -> DailyReceipt:
    """Return an establishment's receipt for a day. Raises Http404 for strangers, agents, and an empty day."""
    if request.user.role == Role.PROVIDER:
        raise Http404
    establishment = get_object_or_404(workplaces(request.user), number=number)
    try:
        return issuing.sum_up(establishment, date.fromisoformat(day))
    except (ValueError, issuing.NotYet, issuing.NothingSent) as problem:
        raise Http404 from problem


@require_safe
@may_submit
def day(request: SignedInRequest, number: str, day: str) -> HttpResponse:
    return render(request, "guests/day.html", {"receipt": daily_receipt_of(request, number, day)})


@require_safe
@may_submit
def day_pdf(request: SignedInRequest, number: str, day: str) -> HttpResponse:
    return pdf_response(issuing.daily_letter_of(daily_receipt_of(request, number, day)))
