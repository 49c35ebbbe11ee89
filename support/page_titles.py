"""What the public pages are called when somebody talks about them, by the names of their views."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The same words as on the pages themselves; a page that opens for a code alone is named after its way in.
TITLES: dict[str, Promise] = {
    "front": _("Front page"),
    "help": _("Help"),
    "help_guide": _("A guide of the help pages"),
    "accounts:login": _("Sign in"),
    "accounts:invitation": _("Make your account"),
    "registration:forgotten": _("Forgotten password"),
    "registration:forgotten_code": _("Choose a new password"),
    "registration:register": _("Registration: the licence"),
    "registration:establishment": _("Registration: the establishment"),
    "registration:owner": _("Registration: the owner"),
    "registration:mobile_code": _("Registration: the mobile"),
    "registration:documents": _("Registration: the documents"),
    "registration:document": _("Registration: one document"),
    "registration:check": _("Registration: check and send"),
    "registration:done": _("Your application was received"),
    "registration:resume": _("Go on with your registration"),
    "registration:status": _("Follow an application"),
    "registration:status_code": _("See the details"),
    "registration:status_details": _("Your application"),
    "registration:status_correct": _("Correct and send again"),
    "registration:status_withdraw": _("Withdraw the application"),
    "registration:mandate": _("Mandate"),
    "letters:verify_form": _("Verify a letter"),
    "letters:verify": _("Verify a letter: the result"),
    "support:ask": _("Ask the support desk"),
    "support:ask_code": _("Ask the support desk: the code"),
    "support:ask_tickets": _("Ask the support desk: your tickets"),
    "support:ask_ticket": _("Ask the support desk: one ticket"),
    "support:kept": _("How long data is kept"),
}
