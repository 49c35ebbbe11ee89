"""How long violations are kept, for the public page."""

from django.utils.translation import gettext_lazy as _

from shumoos import keeping


def register() -> None:
    keeping.register(
        "violations",
        what=_("Violations, notices, objections and the ledger of fines"),
        period=lambda: None,
        why=_("The ledger is a chain from which nothing can be taken."),
    )
