"""How many forms one address may send that has not signed in: counted in Redis, and while it is away, not."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shumoos import errors, limits

GetResponse = Callable[[HttpRequest], HttpResponse]
# The API counts by its keys. The gateway's reports are signed, and come in floods after an outage.
ELSEWHERE = ("/api/", "/sms/status/")


def limited(get_response: GetResponse) -> GetResponse:
    """Answer 429, with the time to wait, to an address that sends form after form without a sign-in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        is_counted = request.method == "POST" and not request.path_info.startswith(ELSEWHERE)
        if is_counted and not request.user.is_authenticated:
            address = request.META.get("REMOTE_ADDR")
            allowance = limits.take_from(address, "post", settings.PUBLIC_POSTS_A_MINUTE)
            if allowance.is_spent:
                return errors.too_many_attempts(request, wait=timedelta(seconds=allowance.resets_in))
        return get_response(request)

    return middleware
