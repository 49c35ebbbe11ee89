"""How long this app keeps what it has, for the public page; the times are those the deleting goes by."""

from django.utils.translation import gettext_lazy as _

from registration import register_import, upkeep
from registration.documents import housekeeping
from shumoos import keeping


def register() -> None:
    keeping.register(
        "applications",
        what=_("Applications that were sent, with their documents, and what became of them"),
        period=lambda: None,
        why=_("They prove on what a subscription rests."),
    )
    keeping.register(
        "establishments",
        what=_("Establishments with their owners, licences, subscriptions and mandates"),
        period=lambda: None,
        why=_("They are the directory that the authorities entitled to it consult."),
    )
    keeping.register(
        "drafts",
        what=_("Registrations that were begun and not sent, with their documents"),
        period=lambda: housekeeping.DRAFTS_KEPT_FOR,
        counted=_("since they were last worked on"),
        why=_("Their owner can go on with them in that time."),
    )
    keeping.register(
        "replaced_documents",
        what=_("Documents that were replaced before they were sent"),
        period=lambda: housekeeping.REPLACED_KEPT_FOR,
        counted=_("since they were added"),
        why=_("A page that shows them may still be open."),
    )
    keeping.register(
        "wrong_look_ups",
        what=_("Wrong guesses at a reference number, with the address they came from"),
        period=lambda: upkeep.WRONG_LOOK_UPS_KEPT_FOR,
        counted=_("since they were made"),
        why=_("Whoever guesses is slowed down."),
    )
    keeping.register(
        "refused_register_lines",
        what=_("Lines of the authorities' registers that were refused"),
        period=lambda: register_import.REFUSED_LINES_KEPT_FOR,
        counted=_("since the register was read"),
        why=_("The authority puts them right in that time."),
    )
