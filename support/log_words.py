"""What the access log's acts of this app are called, on the auditors' pages."""

from django.utils.translation import gettext_lazy as _

from shumoos.accounts import act_words
from support.models import ActKind, EntryKind, Right
from support.models.acts import CredentialsOutcome
from support.models.rights import RightsOutcome

WORDS = {
    "desk": _("Application or licence read at the desk"),
    "desk search": _("Search at the desk"),
    "desk tickets": _("Tickets at the desk listed"),
    "ticket": _("Ticket looked at"),
    "ticket file": _("File of a ticket looked at"),
    "tickets by code": _("Tickets looked at with a code"),
    "rights requests": _("Requests under the personal data law looked at"),
    "credentials requests": _("Requests for credentials looked at"),
    "credentials": _("Request for credentials looked at"),
    "desk: owner_mobile named right": _("Mobile's ending named by a caller: right"),
    "desk: owner_mobile named wrong": _("Mobile's ending named by a caller: wrong"),
    "desk: owner_national_id named right": _("ID's ending named by a caller: right"),
    "desk: owner_national_id named wrong": _("ID's ending named by a caller: wrong"),
    "copy of data": _("Copy of data fetched"),
}


def register() -> None:
    act_words.register(WORDS)
    act_words.register(act_words.named("ticket ", _("Ticket"), EntryKind.choices))
    act_words.register(act_words.named("desk: ", _("Done by the desk"), ActKind.choices))
    act_words.register(act_words.named("right asked for: ", _("Right asked for"), Right.choices))
    act_words.register(
        act_words.named("credentials request: ", _("Request for credentials"), CredentialsOutcome.choices)
    )
    for outcome, label in RightsOutcome.choices:
        act_words.register(act_words.named(f"right {outcome}: ", label, Right.choices))
