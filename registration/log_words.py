"""What the access log's acts of this app are called, on the auditors' pages."""

from django.utils.translation import gettext_lazy as _

from registration.models import ChangeKind, Status
from shumoos.accounts import act_words

WORDS = {
    "document": _("Document looked at"),
    "letter": _("Letter looked at"),
    "view letter": _("Page of a letter looked at"),
    "revoke letter": _("Letter revoked"),
    "agreement": _("Agreement looked at"),
    "agents": _("Agents of a company looked at"),
    "add agent": _("Agent added"),
    "end agent": _("Agent's access ended"),
    "send credentials": _("Credentials sent"),
    "record payment to company": _("Payment to a company recorded"),
    "record duty of company": _("Duty of a company recorded"),
    "mandate": _("Mandate looked at"),
    "mandates": _("List of mandates looked at"),
    "ask for mandate": _("Mandate asked for"),
    "approve mandate": _("Mandate approved"),
    "revoke mandate": _("Mandate revoked"),
    "wrong number for a mandate": _("Mandate asked for with a wrong number"),
    "view application": _("Application looked at"),
    "follow": _("Application followed by its owner"),
    "save draft": _("Draft of an application saved"),
    "prove mobile": _("Mobile of a draft proved"),
    "send link to draft": _("Link to a draft sent"),
    "add document": _("Document of an application added"),
    "remove document": _("Document of an application removed"),
    "ask to put right": _("Correction of an application asked for"),
    "directory": _("Directory searched"),
    "directory export": _("Directory saved as a file"),
    "licences": _("Licences of an authority looked at"),
    "load register": _("Register of licences loaded"),
    "stop register": _("Reading of a register stopped"),
    "list refused lines": _("Refused lines of a register looked at"),
    "refused lines": _("Refused lines of a register saved as a file"),
}


def register() -> None:
    act_words.register(WORDS)
    act_words.register(
        act_words.named("application ", _("Application"), [*Status.choices, *ChangeKind.choices])
    )
