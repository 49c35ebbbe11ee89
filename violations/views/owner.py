"""The owner's pages of violations: cases, notices, what was corrected, and the account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shumoos.accounts.access_log import log_look
from shumoos.accounts.fresh import recently_verified_for_a_file
from shumoos.accounts.requests import SignedInRequest
from shumoos.letters.views import pdf_response
from shumoos.saudi import calendar
from violations import occurrences
from violations.exports import csv_lines, entries_on, owed_on, pdf_of, with_balances
from violations.letters import entry_letter
from violations.models import Account, Case, LedgerEntry, Notice, Occurrence
from violations.standing import rule_of, rules_on, standings, with_all

PAGE = 10
ENTRIES = 50

may_see = permission_required("violations.see_own", raise_exception=True)


@require_safe
@may_see
def mine(request: SignedInRequest) -> HttpResponse:
    """Show the owner their cases, how each stands today, and the rules they go by."""
    today = calendar.today()
    # What still runs first, then the latest.
    cases = with_all(Case.objects.visible_to(request.user)).order_by(
        F("closed_on").desc(nulls_first=True), "-id"
    )
    page = Paginator(cases, PAGE).get_page(request.GET.get("page"))
    # Of the entries alone: joined, each of thousands would bring its account and licence along.
    sums = LedgerEntry.objects.filter(account=OuterRef("pk")).order_by().values("account")
    sums = sums.annotate(owed=Sum("amount"))
    accounts = (
        Account.objects.filter(
            pk__in=Account.objects.visible_to(request.user).values("pk"), end__number__gt=0
        )
        .select_related("establishment", "licence")
        .annotate(owed=Subquery(sums.values("owed")))
    )
    context = {
        "standings": standings(page.object_list, today),
        "page": page,
        "accounts": accounts,
        "owed": sum(account.owed or 0 for account in accounts),
        "rules": rules_on(today),
    }
    return render(request, "violations/mine.html", context)


@require_safe
@may_see
def case(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one case with all its notices, and the rule it goes by: that of the day it was opened."""
    found = get_object_or_404(with_all(Case.objects.visible_to(request.user), most=500), pk=pk)
    log_look(request, "view case", found)
    [standing] = standings([found], calendar.today())
    rules = {found.kind: rule_of(found.schedule)}
    return render(request, "violations/case.html", {"standing": standing, "rules": rules})


@require_safe
@may_see
def notice_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    return letter_response(request, notice.letter, notice)


def letter_response(request: SignedInRequest, letter: Any, about: Any) -> HttpResponse:
    """Return the PDF of a letter, the look at it recorded; 404 where there is none."""
    if letter is None:
        raise Http404
    log_look(request, "letter", about)
    return pdf_response(letter)


@require_POST
@may_see
def corrected(request: SignedInRequest, pk: int) -> HttpResponse:
    occurrence = get_object_or_404(Occurrence.objects.visible_to(request.user), pk=pk)
    occurrences.mark_corrected(occurrence, by=request.user)
    messages.success(request, _("Noted: the data is corrected."))
    return redirect("violations:case", occurrence.case_id)


# The account -----------------------------------------------------------------------------------------------


def account_of(request: HttpRequest, pk: int) -> Account:
    accounts = Account.objects.filter(
        pk__in=Account.objects.visible_to(request.user).values("pk")
    ).select_related("establishment", "licence", "end")
    return get_object_or_404(accounts, pk=pk)


def account_context(account: Account, page_number: str | None) -> dict[str, Any]:
    """Return what a page of an account shows: fifty entries, each with what is owed after it."""
    # Its numbers have no gaps, so a page is a range of them, and nothing is counted or passed over.
    page = Paginator(range(account.entry_count, 0, -1), ENTRIES).get_page(page_number)
    owed = owed_on(account)
    lines = with_balances(account, entries_on(account, list(page.object_list)), owed)
    return {"account": account, "page": page, "lines": lines, "owed": owed}


@require_safe
@may_see
def account(request: SignedInRequest, pk: int) -> HttpResponse:
    found = account_of(request, pk)
    log_look(request, "account", found)
    return render(request, "violations/account.html", account_context(found, request.GET.get("page")))


@require_safe
@may_see
@recently_verified_for_a_file
def account_csv(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    return csv_response(request, account_of(request, pk))


@require_safe
@may_see
@recently_verified_for_a_file
def account_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    return account_pdf_response(request, account_of(request, pk))


def csv_response(request: SignedInRequest, found: Account) -> StreamingHttpResponse:
    log_look(request, "account export", found)
    return StreamingHttpResponse(
        csv_lines(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="account-{found.pk}.csv"'},
    )


def account_pdf_response(request: SignedInRequest, found: Account) -> HttpResponse:
    log_look(request, "account export", found)
    return HttpResponse(
        pdf_of(found),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="account-{found.pk}.pdf"'},
    )


@require_safe
@may_see
def entry(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LedgerEntry.objects.visible_to(request.user), pk=pk)
    return letter_response(request, entry_letter(found), found)
