"""The receipts: the proof that something was received."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guests.models import Submission
from guests.views.common import may_submit, page_of
from shumoos.accounts.requests import SignedInRequest


@require_safe
@may_submit
def receipts(request: SignedInRequest) -> HttpResponse:
    visible = Submission.objects.visible_to(request.user).closed().select_related("establishment")
    context = page_of(visible, request.GET.get("before", ""), reverse("guests:receipts"))
    return render(request, "guests/receipts.html", context)


@require_safe
@may_submit
def receipt(request: SignedInRequest, number: str) -> HttpResponse:
    visible = Submission.objects.visible_to(request.user).select_related(
        "establishment", "by", "mandate__agreement__provider"
    )
    submission = get_object_or_404(visible, receipt=number)
    return render(request, "guests/receipt.html", {"submission": submission})
