"""Where Twilio reports how a text went on."""

import logging
import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from shumoos.sms.models import Status, TextMessage

# Twilio's word for where a message is, and ours. It has taken each of them; `sent` is no more than that.
MEANINGS = {
    "accepted": Status.SENT,
    "scheduled": Status.SENT,
    "queued": Status.SENT,
    "sending": Status.SENT,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}

logger = logging.getLogger(__name__)


@csrf_exempt
@login_not_required
@require_POST
def status(request: HttpRequest) -> HttpResponse:
    """Take a report of Twilio's; 403 without its signature.

    A repeat, a late one, and one about a text we do not know are answered as any other, or Twilio would note
    an error of ours for each.
    """
    if not is_signed(request):
        return HttpResponseForbidden()
    message = message_of(request)
    meaning = MEANINGS.get(request.POST.get("MessageStatus", ""))
    sid = request.POST.get("MessageSid", "")[:40]
    if message is None or meaning is None or not sid:
        logger.warning("A report of a text cannot be placed.")
        return HttpResponse(status=204)
    error = request.POST.get("ErrorCode") or request.POST["MessageStatus"]
    if message.report(meaning, sid=sid, error=error[:20] if meaning == Status.FAILED else ""):
        logger.info("Text %s, attempt %d: reported %s", message.pk, message.attempts, meaning)
    return HttpResponse(status=204)


def is_signed(request: HttpRequest) -> bool:
    """Whether Twilio signed the request with our token, for the address under which it knows us."""
    address = settings.PUBLIC_URL + request.get_full_path()
    signature = request.headers.get(SIGNATURE_HEADER, "")
    return RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(address, request.POST, signature)


def message_of(request: HttpRequest) -> TextMessage | None:
    """Return the text and attempt that the address names, or None where it names none of ours."""
    try:
        key, attempt = uuid.UUID(request.GET.get("id", "")), int(request.GET.get("attempt", ""))
    except ValueError:
        return None
    return TextMessage.objects.filter(pk=key, attempts=attempt).first()
