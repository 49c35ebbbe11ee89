"""An office answers the desk's requests to send credentials again."""

from django.db import transaction

from activation import credentials, requests
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from support import handling
from support.models import CredentialsOutcome, CredentialsRequest, EntryKind


@transaction.atomic
def send(request: CredentialsRequest, *, by: User) -> None:
    """Send the credentials again, and tell the desk in its ticket. Repeating it changes nothing.

    Raises MoveRefused for a request that was refused, and as `credentials.resend` does.
    """
    if not end(request, CredentialsOutcome.SENT, by=by):
        return
    credentials.resend(request.subscription, by=by)
    tell(request, by=by, detail="credentials_sent")


@transaction.atomic
def refuse(request: CredentialsRequest, *, by: User, answer: str) -> None:
    """Send nothing, and tell the desk why. Repeating it changes nothing.

    Raises MoveRefused where they were sent already, ValidationError without words.
    """
    if end(request, CredentialsOutcome.REFUSED, by=by, answer=answer.strip()):
        tell(request, by=by, detail="credentials_refused", text=answer.strip())


def end(request: CredentialsRequest, outcome: str, *, by: User, answer: str = "") -> bool:
    """Give a request its end; False where it has had the same before."""
    if not requests.end(request, outcome, by=by, answer=answer):
        return False
    log_change(f"credentials request: {outcome}", request, by=by)
    return True


def tell(request: CredentialsRequest, *, by: User, detail: str, text: str = "") -> None:
    ticket = request.ticket
    handling.lock(ticket)
    handling.write(ticket, EntryKind.NOTE if text else EntryKind.ACT, by=by, detail=detail, text=text)
