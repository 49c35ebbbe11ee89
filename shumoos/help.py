"""The guides for owners: what to do, in a few steps, each beside a picture of the page it is about."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

# Pixels of every picture, as a phone shows the page. `make pictures` takes them at twice as many.
WIDTH, HEIGHT = 390, 600


class Step(NamedTuple):
    """One step; `picture` is a file of `static/help/<language>/`, or nothing."""

    text: Promise
    picture: str = ""


class Guide(NamedTuple):
    title: Promise
    about: Promise
    steps: list[Step]


GUIDES = {
    "register": Guide(
        _("Register an establishment"),
        _(
            "Four steps, each saved when you go on. You may stop and go on later from the link sent to "
            "your mobile."
        ),
        [
            Step(
                _(
                    "Press Register on the front page. Choose the sector and enter the licence number and"
                    " the owner's national ID or iqama: what your licensing authority knows is filled in."
                ),
                "register-licence",
            ),
            Step(
                _("Complete the establishment's data: its names, city, and the dates of the licence."),
                "register-establishment",
            ),
            Step(
                _("Enter the owner's name and mobile, then the code that is sent to that mobile."),
                "register-owner",
            ),
            Step(
                _("Add each document as a photograph or a PDF. Photograph the whole page in good light."),
                "register-documents",
            ),
            Step(
                _(
                    "Check everything, confirm and send. Keep the reference number: take it to the "
                    "investigation office with the originals."
                ),
                "register-done",
            ),
        ],
    ),
    "follow": Guide(
        _("Follow an application"),
        _("At any time, without signing in."),
        [
            Step(_("Enter the reference number and the last four digits of the owner's mobile."), "status"),
            Step(
                _(
                    "The page says where the application stands and what is next. If it was returned to "
                    "you, correct what is named there and send it again: you keep your number."
                )
            ),
        ],
    ),
    "sign-in": Guide(
        _("Sign in for the first time"),
        _("After activation a user name and a password are sent to the owner's mobile."),
        [
            Step(
                _(
                    "Enter both within 72 hours, then choose a password of your own of at least 12 "
                    "characters."
                ),
                "login",
            ),
            Step(
                _(
                    "If the text has not arrived, or the password was forgotten, choose Forgotten "
                    "password: a code to the registered mobile lets you choose a new one."
                ),
                "forgotten",
            ),
        ],
    ),
    "guests": Guide(
        _("Enter a guest"),
        _("On arrival. A scanned passport or a guest who has been here fills in most of it."),
        [
            Step(
                _(
                    "Scan or paste the lines at the foot of the passport, or type the number of the "
                    "document. What is wrong is said beside its field while you type."
                ),
                "guests-new",
            ),
            Step(
                _(
                    "After sending, each record says how far it is: received, accepted, transferred to "
                    "the information centre."
                ),
                "guests-detail",
            ),
            Step(_("When a guest leaves, press Departure in the list of those in house."), "guests-in-house"),
        ],
    ),
    "files": Guide(
        _("Send a file of records"),
        _("For many records at once, from Excel or from your own program."),
        [
            Step(_("Save the template, fill in a row for each record, and send the file."), "guests-file"),
            Step(
                _(
                    "The page shows how many rows have been read. You may leave it: the file is read on, "
                    "and you find it again under Files of records. Rows that were refused are named with "
                    "the reason; mend and send just those."
                )
            ),
        ],
    ),
    "days": Guide(
        _("Days, receipts and nil returns"),
        _("Every day is accounted for: by records, or by saying that there were none."),
        [
            Step(
                _(
                    "The calendar says which days are reported, late or missing. On a day without guests "
                    "press No guests."
                ),
                "guests-calendar",
            ),
            Step(
                _(
                    "Every sending has a receipt, and every day one of its own. They are kept, and anyone"
                    " can verify them by their number."
                ),
                "guests-receipts",
            ),
        ],
    ),
    "violations": Guide(
        _("Violations, objections and payment"),
        _("What was noticed, what is next and on which day, and what is owed."),
        [
            Step(
                _(
                    "Each case shows the day it is of how many, what ends it, and what comes next. The "
                    "rule in full stands below."
                ),
                "violations-mine",
            ),
            Step(
                _(
                    "To object, choose it beside the notice, give your reasons and add documents. While "
                    "the objection is open the clock stands still."
                ),
                "violations-object",
            ),
        ],
    ),
    "tickets": Guide(
        _("Ask the support desk"),
        _("By telephone day and night, or with a ticket."),
        [
            Step(
                _("Choose what it is about and say what happened. You get a ticket number."), "support-ticket"
            ),
            Step(_("The answer stands on the ticket's page, and you can write again there.")),
        ],
    ),
}


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(
        request, "help/index.html", {"guides": GUIDES.items(), "support_line": settings.SUPPORT_LINE}
    )


@login_not_required
@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one guide; 404 for a name that is none."""
    if slug not in GUIDES:
        raise Http404
    return render(
        request,
        "help/guide.html",
        {
            "guide": GUIDES[slug],
            "guides": [(name, other) for name, other in GUIDES.items() if name != slug],
            "folder": f"help/{'ar' if (get_language() or 'ar').startswith('ar') else 'en'}",
            "width": WIDTH,
            "height": HEIGHT,
        },
    )
