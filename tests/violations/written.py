"""What a sweep leaves behind."""

from shumoos.letters.models import Letter, LetterEvent, Series, Wording
from shumoos.sms.models import TextMessage
from violations.models import Account, Case, LedgerEntry, Notice


def everything():
    """Every row that a sweep can write or change."""
    written = (Case, Notice, Account, LedgerEntry, Series, Letter, LetterEvent, Wording, TextMessage)
    return [list(model.objects.order_by("pk").values()) for model in written]
