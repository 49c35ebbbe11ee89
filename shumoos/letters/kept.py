"""How long letters are kept, for the public page; the times are those the deleting goes by."""

from django.utils.translation import gettext_lazy as _

from shumoos import keeping
from shumoos.letters import limits


def register() -> None:
    keeping.register(
        "letters",
        what=_("Letters, as they were issued"),
        period=lambda: None,
        why=_("Anyone can verify them whenever they are shown."),
    )
    keeping.register(
        "letter_checks",
        what=_("That a letter's file was compared, with the address it came from, without the file"),
        period=lambda: limits.KEPT_FOR,
        counted=_("since it was compared"),
        why=_("Comparing costs much and is limited."),
    )
