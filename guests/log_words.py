"""What the access log's acts of this app are called, on the auditors' pages."""

from django.utils.translation import gettext_lazy as _

from guests.models import Action
from shumoos.accounts import act_words

WORDS = {
    "list guest records": _("Guest records listed"),
    "list guests in house": _("Guests who are in listed"),
    "list records to correct": _("Guest records to be corrected listed"),
    "view guest record": _("Guest record looked at"),
    "correct guest record": _("Form to correct a guest record opened"),
    "cancel guest record": _("Form to cancel a guest record opened"),
    "ask about guest in house": _("Guest in house about to be entered again"),
    "copy stay": _("Guest record copied into a new one"),
    "fill in from guest record": _("Form filled in from a guest record"),
    "search guest records": _("Guest records searched"),
    "begin inspection": _("Inspection of guest records begun"),
    "inspect guest record": _("Guest record inspected for a case"),
    "read record by API": _("Guest record read by a program"),
    "send guests": _("Guests sent"),
    "send file of guests": _("File of guests sent"),
    "stop file of guests": _("Reading of a file of guests stopped"),
    "refused rows": _("Refused rows of a file looked at"),
    "file nil return": _("Nil return filed"),
    "begin standing nil returns": _("Standing nil returns begun"),
    "end standing nil returns": _("Standing nil returns ended"),
    "make API key": _("API key made"),
    "revoke API key": _("API key revoked"),
}


def register() -> None:
    act_words.register(WORDS)
    act_words.register(act_words.named("guest record ", _("Guest record"), Action.choices))
