"""The front page, open to everybody."""

from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PREMIUM_FEE = 700


class Penalty(NamedTuple):
    """One step: when it comes, what it is, and in SAR at most how much."""

    when: Promise
    what: Promise
    up_to: int | None = None


# What the regulation says. A case goes by the schedule it was opened under, which the owner sees with it.
NOT_SUBSCRIBED = [
    Penalty(_("First, to an establishment with a licence and no active subscription"), _("Warning")),
    Penalty(_("Not subscribed within 30 days of the warning"), _("Fine"), 10_000),
    Penalty(_("Not subscribed within a further 30 days"), _("Fine, raised"), 25_000),
    Penalty(_("Still not subscribed 30 days after that"), _("The establishment's activity is suspended")),
]
INACCURATE_DATA = [
    Penalty(_("The first time"), _("Warning")),
    Penalty(_("Again within 6 months of the first time"), _("Fine"), 5_000),
    Penalty(_("The third time"), _("Fine"), 25_000),
]


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """Say what Shumoos is, who must register and how, what it costs not to, and lead on."""
    return render(
        request,
        "front.html",
        {"not_subscribed": NOT_SUBSCRIBED, "inaccurate_data": INACCURATE_DATA, "premium_fee": PREMIUM_FEE},
    )
