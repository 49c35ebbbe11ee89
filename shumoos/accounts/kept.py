"""How long accounts leave traces, for the public page; the times are those the deleting goes by."""

from django.utils.translation import gettext_lazy as _

from shumoos import keeping
from shumoos.accounts import codes, sessions, upkeep


def register() -> None:
    keeping.register(
        "accounts",
        what=_("Accounts: name, mobile and role, and how somebody came by one"),
        period=lambda: None,
        why=_("Records and decisions name who made them. One that is closed opens nothing."),
    )
    keeping.register(
        "codes",
        what=_("That a code was sent to a mobile, without the code"),
        period=lambda: codes.KEPT_FOR,
        counted=_("since it was asked for"),
        why=_("Nobody is flooded with codes."),
    )
    keeping.register(
        "sign_ins",
        what=_("Sign-ins and attempts, with device and address"),
        period=lambda: sessions.KEPT_FOR,
        counted=_("since they were made"),
        why=_("Their owner can see whether it was them."),
    )
    keeping.register(
        "failed_sign_ins",
        what=_("Failed sign-ins, with the user name that was typed and the address they came from"),
        period=lambda: upkeep.ATTEMPTS_KEPT_FOR,
        counted=_("since the last of them"),
        why=_("Whoever guesses is made to wait."),
    )
    keeping.register(
        "browsers",
        what=_("What a browser needs from one page to the next: who has signed in, what was looked for"),
        period=lambda: upkeep.BROWSERS_KEPT_FOR,
        counted=_("since it was last used, at the latest"),
        why=_("One need not type it again on every page."),
    )
    keeping.register(
        "access_log",
        what=_("Who looked at whose data, and who changed it"),
        period=lambda: None,
        why=_("Nobody may take from it; it is kept for twelve months at least."),
    )
