"""How long the desk keeps what it has, for the public page; the times are those its upkeep goes by."""

from django.utils.translation import gettext_lazy as _

from shumoos import keeping
from support import upkeep
from support.held import copies


def register() -> None:
    keeping.register(
        "tickets",
        what=_("Tickets and what was written about them"),
        period=lambda: None,
        why=_("They say what was asked and answered."),
    )
    keeping.register(
        "ticket_files",
        what=_("Files given with tickets"),
        period=lambda: upkeep.FILES_KEPT_FOR,
        counted=_("since the ticket was closed"),
        why=_("They serve the ticket alone."),
    )
    keeping.register(
        "data_copies",
        what=_("Copies of personal data that were asked for"),
        period=lambda: copies.KEPT_FOR,
        counted=_("since they were ready"),
        why=_("Their owner fetches them in that time."),
    )
    keeping.register(
        "page_answers",
        what=_("Answers to “Was this page useful?”"),
        period=lambda: upkeep.ANSWERS_KEPT_FOR,
        counted=_("since they were given"),
        why=_("They show whether a page has become better."),
    )
    keeping.register(
        "page_visitors",
        what=_("What tells the visitors apart who answered “Was this page useful?”"),
        period=lambda: upkeep.VISITORS_KEPT_FOR,
        counted=_("since they were given"),
        why=_("An answer counts once a day."),
    )
