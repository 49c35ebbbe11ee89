"""What the access log's acts of this app are called, on the auditors' pages."""

from django.utils.translation import gettext_lazy as _

from shumoos.accounts import act_words
from violations.models import EntryKind, Outcome

WORDS = {
    "view case": _("Violation looked at"),
    "warn": _("Warning issued"),
    "record occurrence": _("Occurrence recorded"),
    "data corrected": _("Data of an occurrence noted as corrected"),
    "annul occurrence": _("Occurrence annulled"),
    "annul warning": _("Warning annulled"),
    "settle occurrence": _("Flag of an occurrence taken off"),
    "set less than cap": _("Fine set below its cap"),
    "account": _("Account of fines looked at"),
    "account export": _("Account of fines saved as a file"),
    "object": _("Objection filed"),
    "objection": _("Objection looked at"),
    "objections": _("List of objections looked at"),
    "proposals": _("Proposals of the system looked at"),
    "take up proposal": _("Proposal of the system taken up"),
    "dismiss proposal": _("Proposal of the system dismissed"),
    "orders": _("Suspension orders looked at"),
    "load bank file": _("File of the bank read in"),
    "add schedule": _("Schedule of penalties added"),
}


def register() -> None:
    act_words.register(WORDS)
    act_words.register(act_words.named("ledger ", _("Ledger of fines"), EntryKind.choices))
    act_words.register(act_words.named("objection ", _("Objection"), Outcome.choices))
