"""The page a person sees after signing in: what there is for them to do."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activation.models import Subscription
from activation.standing import Standing, standings
from guests.models import GuestRecord
from registration.models import Agreement, Establishment, Mandate, Provider, Scope, Status
from registration.providers import headed_by
from shumoos.accounts.models import ADMIN_ROLES, Role, User
from shumoos.accounts.requests import SignedInRequest
from shumoos.context import NAVIGATION
from shumoos.letters.models import Status as LetterStatus
from violations.models import Case

LATEST = 5
AGREEMENTS = 50
# As long as the owner may still be on the way to the licensing authority with it.
STATEMENT_IS_NEW_FOR = timedelta(days=30)


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Show the person's own start page; who works in the admin, at the desk or with one list is led there."""
    user = request.user
    if user.role in ADMIN_ROLES:
        return redirect("admin:index")
    start, _label = NAVIGATION[user.role][0]
    if start != "home":
        return redirect(start)
    if user.role == Role.PROVIDER:
        return render(request, "home/provider.html", provider_page(user))
    return render(request, "home/establishment.html", establishment_page(user))


def establishment_page(user: User) -> dict[str, Any]:
    """Return what an owner or their staff start from: establishments, latest records, what to put right."""
    establishments = Establishment.objects.visible_to(user).select_related("sector", "city")
    records = GuestRecord.objects.visible_to(user)
    stand = standings(establishments)
    return {
        "standings": stand,
        "new_statements": with_new_statement(stand) if user.has_perm("activation.ask_closing") else [],
        "to_correct": records.number_to_correct() if user.has_perm("guests.submit") else 0,
        "records": records.with_state()[:LATEST],
        "open_cases": Case.objects.visible_to(user).open().count()
        if user.has_perm("violations.see_own")
        else 0,
    }


def with_new_statement(stand: list[Standing]) -> list[Subscription]:
    """Return the periods whose statement letter is new and valid: its owner takes it to the authority."""
    periods = [period for each in stand for period in (each.subscription, each.renewal) if period]
    since = timezone.now() - STATEMENT_IS_NEW_FOR
    return [
        period
        for period in periods
        if period.statement.status == LetterStatus.VALID and period.statement.issued_at > since
    ]


def provider_page(user: User) -> dict[str, Any]:
    """Return what an agent starts from: the company, its agreements with their duties, its mandates."""
    approved = Mandate.objects.filter(agreement=OuterRef("pk"), approved_at__isnull=False)
    agreements = (
        Agreement.objects.visible_to(user)
        .annotate(is_approved=Exists(approved))
        .select_related("application", "establishment")
        .prefetch_related("duties")
    )
    mandates = Mandate.objects.visible_to(user).select_related(
        "agreement__application", "agreement__establishment", "asked_by"
    )
    return {
        "returned": returned_to(user),
        "provider": Provider.objects.served_by(user).first(),
        "is_head": headed_by(user) is not None,
        "agreements": agreements[:AGREEMENTS],
        "mandates": mandates[:LATEST],
    }


def returned_to(user: User) -> list[Mandate]:
    """Return the mandates whose application the office has given back for correction, one for each."""
    held = Mandate.objects.held_by(user, Scope.REGISTER, Scope.PRESENT_DOCUMENTS)
    returned = held.filter(agreement__application__status=Status.RETURNED)
    rows = returned.select_related("agreement__application", "agreement__establishment").order_by("pk")
    return list({mandate.agreement.application_id: mandate for mandate in rows}.values())
