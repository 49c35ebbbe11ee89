"""What the operators' monitoring reads."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from guests import metrics


@login_not_required
@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the figures whoever shows METRICS_KEY; nobody where there is none. Strangers get 404."""
    expected = f"Bearer {settings.METRICS_KEY}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_KEY or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Http404
    return HttpResponse(
        "\n".join(metrics.lines()) + "\n",
        content_type="text/plain; version=0.0.4; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
