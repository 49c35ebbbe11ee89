"""What the access log's acts of this app are called, on the auditors' pages."""

from django.utils.translation import gettext_lazy as _

from activation.models import Act, ClosingOutcome
from activation.views.queue import LABELS
from shumoos.accounts import act_words

WORDS = {
    "review": _("Application under review looked at"),
    "queue search": _("The office's queue searched"),
    "checklist": _("Checklist of documents filled in"),
    "statement": _("Statement letter looked at"),
    "renewals": _("Subscriptions to renew looked at"),
    "closing request": _("Request to close looked at"),
    "closing requests": _("List of requests to close looked at"),
    "ask to close": _("Closing of a subscription asked for"),
    "figures export": _("Figures saved as a file"),
}


def register() -> None:
    act_words.register(WORDS)
    act_words.register(act_words.named("subscription ", _("Subscription"), Act.choices))
    act_words.register(act_words.named("closing request ", _("Request to close"), ClosingOutcome.choices))
    act_words.register(act_words.named("queue ", _("The office's queue looked at"), LABELS.items()))
