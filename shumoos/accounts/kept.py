"""How long accounts leave traces, for the public page; the times are those the deleting goes by."""

from django.utils.translation import gettext_lazy as _

from shumoos import keeping
from shumoos.accounts import codes, sessions


def register() -> None:
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
        period=lambda: sessions.FAILURES_KEPT_FOR,
        counted=_("since they were made, deleted at the next sign-in after it"),
        why=_("Their owner can see whether it was them."),
    )
    keeping.register(
        "access_log",
        what=_("Who looked at whose data, and who changed it"),
        period=lambda: None,
        why=_("Nobody may take from it; it is kept for twelve months at least."),
    )
