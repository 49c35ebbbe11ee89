"""Twilio's error codes and our own words for trouble: whose fault each is, and how a person is told.

From the Error and Warning Dictionary, https://www.twilio.com/docs/api/errors.
"""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Blame(Enum):
    """Whose fault it is, and so what becomes of the text."""

    TEXT = "refused: this text to this mobile will never go out, whoever tries"
    SENDER = "unavailable: something of ours has to be mended, for this destination or altogether"
    GATEWAY = "unavailable: no text goes out at present, so trying others makes no sense either"


@dataclass(frozen=True)
class Fault:
    blame: Blame
    sentence: str | Promise


NO_MOBILE = _("This is not a mobile number. Ask for the right one.")
UNREACHABLE = _("This mobile cannot be reached from our sender.")
SENDER_WRONG = _("Our sender is not set up rightly at the gateway. The administrator can put it right.")
ACCOUNT_WRONG = _("The gateway does not accept our account. The administrator can put it right.")
BUSY = _("The gateway has too much to do at present.")
DOWN = _("The gateway cannot be reached at present.")
NO_ANSWER = _("The gateway's answer got lost. The text may have gone out all the same.")

FAULTS = {
    # What Twilio answers.
    "10001": Fault(Blame.GATEWAY, ACCOUNT_WRONG),
    "14107": Fault(Blame.GATEWAY, BUSY),
    "20003": Fault(Blame.GATEWAY, ACCOUNT_WRONG),
    "20005": Fault(Blame.GATEWAY, ACCOUNT_WRONG),
    "20404": Fault(Blame.GATEWAY, ACCOUNT_WRONG),
    "20429": Fault(Blame.GATEWAY, BUSY),
    "20500": Fault(Blame.GATEWAY, DOWN),
    "20503": Fault(Blame.GATEWAY, DOWN),
    "21211": Fault(Blame.TEXT, NO_MOBILE),
    "21212": Fault(Blame.SENDER, SENDER_WRONG),
    "21265": Fault(Blame.TEXT, NO_MOBILE),
    "21266": Fault(Blame.TEXT, NO_MOBILE),
    "21408": Fault(
        Blame.SENDER, _("Our account may not send texts to that country. The administrator can put it right.")
    ),
    "21601": Fault(Blame.SENDER, SENDER_WRONG),
    "21602": Fault(Blame.TEXT, _("The text was empty.")),
    "21603": Fault(Blame.SENDER, SENDER_WRONG),
    "21604": Fault(Blame.TEXT, NO_MOBILE),
    "21606": Fault(Blame.SENDER, SENDER_WRONG),
    "21608": Fault(Blame.SENDER, ACCOUNT_WRONG),
    "21610": Fault(
        Blame.TEXT, _("The holder of this mobile has unsubscribed from our texts. Ask for another mobile.")
    ),
    "21611": Fault(Blame.SENDER, BUSY),
    "21612": Fault(Blame.TEXT, UNREACHABLE),
    "21614": Fault(Blame.TEXT, NO_MOBILE),
    "21617": Fault(Blame.TEXT, _("The text was too long.")),
    "21635": Fault(Blame.TEXT, _("This is a landline, which takes no texts. Ask for a mobile number.")),
    "21659": Fault(Blame.SENDER, SENDER_WRONG),
    "21660": Fault(Blame.SENDER, SENDER_WRONG),
    "21661": Fault(Blame.SENDER, SENDER_WRONG),
    "21703": Fault(Blame.SENDER, SENDER_WRONG),
    "21730": Fault(Blame.GATEWAY, DOWN),
    # What it reports later on.
    "30001": Fault(Blame.SENDER, BUSY),
    "30002": Fault(Blame.SENDER, ACCOUNT_WRONG),
    "30003": Fault(
        Blame.TEXT, _("The mobile was switched off or out of reach. Ask the holder to switch it on.")
    ),
    "30004": Fault(Blame.TEXT, _("The mobile or its carrier blocks our texts.")),
    "30005": Fault(Blame.TEXT, _("Nobody has this number at present. Ask for the right one.")),
    "30006": Fault(
        Blame.TEXT, _("This is a landline, or its carrier takes no texts. Ask for a mobile number.")
    ),
    "30007": Fault(Blame.TEXT, _("The carrier has filtered the text out.")),
    "30008": Fault(Blame.TEXT, _("The carrier did not deliver the text and gives no reason.")),
    "undelivered": Fault(Blame.TEXT, _("The carrier did not deliver the text and gives no reason.")),
    "failed": Fault(Blame.TEXT, _("The gateway did not send the text and gives no reason.")),
    "canceled": Fault(Blame.TEXT, _("The gateway did not send the text and gives no reason.")),
    # What we find out ourselves.
    "timeout": Fault(Blame.GATEWAY, NO_ANSWER),
    "unanswered": Fault(Blame.GATEWAY, NO_ANSWER),
    "unreadable": Fault(Blame.GATEWAY, NO_ANSWER),
    "unreachable": Fault(Blame.GATEWAY, DOWN),
    "unknown_kind": Fault(Blame.SENDER, _("No worker knows this kind of text.")),
    "gave_up": Fault(Blame.TEXT, _("The text could not be written; the error log says why.")),
}
# With these the text may be on its way: Twilio's report often says so before it is time to try again.
MAY_HAVE_GONE = {"timeout", "unanswered", "unreadable"}


def fault_of(code: str) -> Fault:
    """Return what a code means; also one that the table does not have, or an HTTP status (below 1000)."""
    if fault := FAULTS.get(code):
        return fault
    if code in {"401", "403", "404"}:
        return Fault(Blame.GATEWAY, ACCOUNT_WRONG)
    if code == "429":
        return Fault(Blame.GATEWAY, BUSY)
    if code.isdigit() and int(code) < 1000 and code != "400":
        return Fault(Blame.GATEWAY, DOWN)
    # Somebody then sees it and can send again, while trying for two days would hide it.
    return Fault(Blame.TEXT, gettext("The gateway refused the text with its code %(code)s.") % {"code": code})
