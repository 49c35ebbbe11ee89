"""Sending a code to an owner's mobile from a page."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shumoos.accounts.codes import CodeRefused, CodeUnderway, send_code


def send_code_from(request: HttpRequest, *, purpose: str, mobile: str) -> None:
    """Have a code sent to the mobile, and say on the next page whether it is on its way."""
    try:
        send_code(
            purpose=purpose,
            mobile=mobile,
            address=request.META.get("REMOTE_ADDR"),
            language=get_language() or "ar",
        )
    except CodeUnderway as wait:
        messages.info(request, str(wait))
    except CodeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The code is on its way."))
