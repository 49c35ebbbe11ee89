"""An agreement's page: what was agreed, the payment, and the three duties."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from registration import agreements, documents
from registration.mandate_forms import DutyForm, PaymentForm
from registration.models import Agreement, Duty, DutyKind
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest

may_ask = permission_required("registration.ask_mandate", raise_exception=True)


def in_scope(request: SignedInRequest, pk: int) -> Agreement:
    visible = Agreement.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("provider", "application", "establishment"), pk=pk)


@require_safe
@may_ask
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return page(request, in_scope(request, pk))


def page(
    request: SignedInRequest, agreement: Agreement, form: forms.Form | None = None, wish: str = ""
) -> HttpResponse:
    """Show the agreement; `form` is the refused one of `wish`: `payment` or a kind of duty.

    All of them are sent together, so that what was begun beside the one that was meant is not lost.
    """
    done = {duty.kind: duty for duty in agreement.duties.select_related("by")}
    rows = [
        {
            "kind": kind,
            "duty": done.get(kind.value),
            "form": form if wish == kind else begun(request, DutyForm, kind.value),
        }
        for kind in DutyKind
    ]
    log_look(request, "agreement", agreement)
    context = {
        "agreement": agreement,
        "is_approved": agreements.is_approved(agreement),
        "rows": rows,
        "payment_form": form if wish == "payment" else begun(request, PaymentForm, "payment"),
        "mandates": agreement.mandates.select_related("agreement__provider", "asked_by"),
    }
    return render(
        request, "registration/mandates/agreement.html", context, status=422 if form is not None else 200
    )


def begun(request: SignedInRequest, form_class: type[forms.Form], prefix: str) -> forms.Form:
    """Return a form with what was typed into it while another one was sent; nothing in it is refused yet."""
    return form_class(prefix=prefix, initial=typed_into(request, form_class, prefix))


def typed_into(request: SignedInRequest, form_class: type[forms.Form], prefix: str) -> dict[str, str]:
    sent = {name: request.POST.get(f"{prefix}-{name}", "") for name in form_class.base_fields}
    return {name: text for name, text in sent.items() if text.strip()}


def is_more_begun(request: SignedInRequest, wish: str) -> bool:
    """Whether something stands in another form than the one that is meant."""
    classes = {"payment": PaymentForm, **{kind.value: DutyForm for kind in DutyKind}}
    return any(typed_into(request, classes[prefix], prefix) for prefix in classes if prefix != wish)


@require_POST
@may_ask
def payment(request: SignedInRequest, pk: int) -> HttpResponse:
    agreement = in_scope(request, pk)
    form = PaymentForm(request.POST, prefix="payment")
    return record(
        request,
        agreement,
        form,
        "payment",
        lambda typed: agreements.record_payment(agreement, **typed),
        _("The payment is recorded."),
    )


@require_POST
@may_ask
def duty(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    agreement = in_scope(request, pk)
    if kind not in DutyKind.values:
        raise Http404
    form = DutyForm(request.POST, request.FILES, prefix=kind)

    def job(typed: dict[str, Any]) -> None:
        agreements.record_duty(
            agreement,
            kind,
            done_on=typed["done_on"],
            evidence=typed["evidence"],
            file=typed["document"],
            by=request.user,
        )

    return record(request, agreement, form, kind, job, _("The duty is recorded."))


def record(
    request: SignedInRequest, agreement: Agreement, form: forms.Form, wish: str, job: Any, done: str
) -> HttpResponse:
    """Do a job with what the form holds and go back to the page, or show the form with what is wrong.

    Where another form was begun, the page comes with it at once; sent again, it changes nothing.
    """
    if form.is_valid():
        try:
            job(form.cleaned_data)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, done)
            if is_more_begun(request, wish):
                return page(request, agreement)
            return redirect("registration:agreement", agreement.pk)
    return page(request, agreement, form, wish)


@require_safe
def evidence(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """Show the document that proves a duty, to the company and to auditors."""
    row = get_object_or_404(Duty.objects.exclude(file=""), agreement=in_scope(request, pk), kind=kind)
    log_look(request, "document", row)
    with row.file.open() as file:
        return documents.show(file.read(), row.content_type, name=f"agreement-{pk}-{kind}")
