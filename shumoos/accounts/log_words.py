"""What the access log's acts of this app are called, on the auditors' pages."""

from django.utils.translation import gettext_lazy as _

from shumoos.accounts import act_words

WORDS = {
    "access log": _("Access log searched"),
    "access log export": _("Access log saved as a file"),
    "unusual reading": _("Unusual reading looked at"),
    "add": _("Row added"),
    "change": _("Row changed"),
    "delete": _("Row deleted"),
    "view": _("Row looked at"),
    "list": _("List looked at"),
    "history": _("History of a row looked at"),
    "staff": _("List of staff looked at"),
    "invite": _("Invitation sent"),
    "invite again": _("Invitation sent again"),
    "revoke invitation": _("Invitation revoked"),
    "accept invitation": _("Invitation accepted"),
    "end access": _("Access of staff ended"),
    "change account": _("Own account changed"),
    "change mobile": _("Mobile number changed"),
    "choose password": _("Password chosen"),
    "set up authenticator": _("Authenticator set up"),
    "remove_authenticator": _("Authenticator removed"),
    "make recovery codes": _("Recovery codes made"),
    "recovery_codes": _("Recovery codes shown"),
    "ask_reset": _("Reset of an authenticator asked for"),
    "confirm_reset": _("Reset of an authenticator confirmed"),
    "refuse_reset": _("Reset of an authenticator refused"),
    "end session": _("Session ended"),
    "end other sessions": _("All other sessions ended"),
    "shut out": _("Account shut out by an operator"),
}


def register() -> None:
    act_words.register(WORDS)
