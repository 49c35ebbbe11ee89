"""The frame of the four steps: which there are, how far a draft is, and what comes next."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration import drafts
from registration.models import Application, Status
from registration.views.session import application_of, lead_to_done, remember


class Step(NamedTuple):
    """One of the four steps; `pages` are the names of its addresses, the first one its beginning."""

    title: Promise
    pages: tuple[str, ...]


STEPS = (
    Step(gettext_lazy("Licence and establishment"), ("register", "establishment")),
    Step(gettext_lazy("Owner"), ("owner", "mobile_code")),
    Step(gettext_lazy("Documents"), ("documents",)),
    Step(gettext_lazy("Check and send"), ("check",)),
)

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


def with_draft(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a page the draft that this browser works on; lead elsewhere where there is none."""

    @login_not_required
    @never_cache
    def page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        draft = application_of(request)
        if draft is None:
            messages.info(request, _("Begin here, or open the link that you got by text message."))
            return redirect("registration:register")
        if draft.status != Status.DRAFT:
            return lead_to_done(request, draft)
        if request.method == "POST":
            remember(request, draft)
        return view(request, draft, **kwargs)

    return page


def step_page(
    request: HttpRequest, page: str, draft: Application | None, form: Any = None, **context: Any
) -> HttpResponse:
    """Answer with one page of a step, under the four steps and how far they are done."""
    unfinished = drafts.unfinished_pages(draft) if draft else [name for step in STEPS for name in step.pages]
    steps = [
        {
            "title": step.title,
            "url": reverse(f"registration:{step.pages[0]}"),
            "is_current": page in step.pages,
            "is_done": page != step.pages[0] and not {*unfinished, "check"}.intersection(step.pages),
        }
        for step in STEPS
    ]
    number = next(number for number, step in enumerate(STEPS, 1) if page in step.pages)
    context |= {"form": form, "draft": draft, "steps": steps, "number": number, "unfinished": unfinished}
    context["mark"] = drafts.mark_for(page, draft) if draft else ""
    status = 422 if form is not None and form.errors else 200
    return render(request, f"registration/steps/{page}.html", context, status=status)


def drawn_as(request: HttpRequest, page: str) -> drafts.Drawn | None:
    """Return from what the posted page was drawn, where it says so."""
    return drafts.Drawn(page, request.POST["mark"]) if "mark" in request.POST else None


def lead_on(page: str, draft: Application) -> HttpResponse:
    """Lead from a page that is done to the one after it; to the last one where nothing is left to do."""
    unfinished = drafts.unfinished_pages(draft)
    if not unfinished or page == "documents":
        return redirect("registration:check")
    if page == "owner" and "mobile_code" in unfinished:
        return redirect("registration:mobile_code")
    after = {"register": "establishment", "establishment": "owner"}.get(page, "documents")
    return redirect(f"registration:{after}")
