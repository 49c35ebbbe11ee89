"""What a support agent may find with what the caller reads out."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from registration.models import Application, Status
from shumoos.saudi import digits, reference_number
from shumoos.saudi.errors import InvalidNumber
from support.models import Ticket

MOST = 20
REFERENCE_LENGTH = 12
TICKET_LENGTH = 10


class Mistyped(ValueError):
    """The number has the right length, and check digits that do not fit."""


def find_ticket(text: str) -> Ticket | None:
    number = digits.clean_number(text)
    if len(number) != TICKET_LENGTH or not reference_number.has_check_digits(number):
        return None
    return Ticket.objects.filter(number=number).first()


def find_applications(text: str) -> QuerySet[Application]:
    """Return the sent applications that a reference, licence or registration number or a name stands for.

    Raises Mistyped, without a look-up, where a reference number has a wrong digit, and TooShort where the
    text holds too little of a name.
    """
    sent = Application.objects.exclude(status=Status.DRAFT).select_related("office", "city", "sector")
    number = digits.clean_number(text)
    if len(number) == REFERENCE_LENGTH and number.isdigit():
        try:
            return sent.filter(reference=reference_number.clean(number))
        except InvalidNumber:
            raise Mistyped(
                _("This reference number looks mistyped: ask the caller to read it out once more.")
            ) from None
    return sent.called(text)[:MOST]
