"""The way back to a draft: asking for the link, and what the link leads to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from registration import drafts, resume
from registration.forms import CodeForm
from registration.models import Application
from registration.moves import MoveRefused
from registration.views.codes import send_code_from
from registration.views.progress import read_or_send, with_draft
from registration.views.session import is_remembered, remember
from shumoos.accounts.codes import CodeRefused, check_code, is_code_out


@with_draft
@require_POST
def ask_for_link(request: HttpRequest, draft: Application) -> HttpResponse:
    """Send the link to the draft to its owner's mobile."""
    try:
        resume.send_link(draft, language=get_language() or "ar")
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("The link is on its way to the owner's mobile. It leads here for 14 days, from any device."),
        )
    return lead_to(draft)


@with_draft
@require_POST
def go_on(request: HttpRequest, draft: Application) -> HttpResponse:
    """Lead the owner on where they left off a draft of this browser, which works on it from now."""
    return lead_to(draft)


@login_not_required
@never_cache
@read_or_send
def follow_link(request: HttpRequest, key: str) -> HttpResponse:
    """Lead the owner on where they left off, in another browser after a code sent to their mobile.

    The code keeps out whoever else the link comes to.
    """
    draft = resume.draft_of(key)
    if draft is None:
        return render(request, "registration/resume_ended.html", status=404)
    if is_remembered(request, draft):
        remember(request, draft)
        return lead_to(draft)
    if "send" in request.POST:
        send_code_from(request, purpose=purpose_of(draft), mobile=draft.owner_mobile)
        return redirect("registration:resume", key)
    asked = {"purpose": purpose_of(draft), "mobile": draft.owner_mobile}
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            check_code(**asked, typed=form.cleaned_data["code"])
        except CodeRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            request.session.cycle_key()
            remember(request, draft)
            return lead_to(draft)
    context = {
        "form": form,
        "shows_code": form.is_bound or is_code_out(**asked),
        "ending": draft.owner_mobile[-4:],
    }
    return render(request, "registration/resume.html", context, status=422 if form.errors else 200)


def purpose_of(draft: Application) -> str:
    return f"resume:{draft.pk}"


def lead_to(draft: Application) -> HttpResponse:
    """Lead to the first page on which something is missing, or to the last step."""
    return redirect(f"registration:{next(iter(drafts.unfinished_pages(draft)), 'check')}")
