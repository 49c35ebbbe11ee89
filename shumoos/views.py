"""The front page, open to everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registration.models import Authority, DocumentKind, Provider
from shumoos.saudi import calendar
from violations.standing import rules_on


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """Say what Shumoos is, who must register and how, what it costs not to, and lead on.

    Sectors, documents, penalties and the fee are today's data.
    """
    return render(
        request,
        "front.html",
        {
            "authorities": Authority.objects.filter(sectors__isnull=False)
            .distinct()
            .prefetch_related("sectors")
            .order_by("id"),
            "documents": DocumentKind.objects.wanted_for(None).required(),
            "premium_fee": Provider._meta.get_field("fee").get_default(),
            "rules": rules_on(calendar.today()),
        },
    )
