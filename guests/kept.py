"""How long this app keeps what it has, for the public page; the times are those the deleting goes by."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from guests import file_import
from guests.models import KeepingRule
from shumoos import keeping


def register() -> None:
    keeping.register(
        "guest_records",
        what=_("Guest records and all their versions"),
        period=lambda: keeping.Years(KeepingRule.years_now()),
        counted=_("since they were received"),
        why=_("The police may ask for them in that time."),
    )
    keeping.register(
        "receipts",
        what=_("Receipts: the number, the time, who sent it, and a digest of what was accepted or changed"),
        period=lambda: None,
        why=_("They prove that something was reported; they name no guest."),
    )
    keeping.register(
        "refused_rows",
        what=_("Rows of files that were refused"),
        period=lambda: file_import.REFUSED_ROWS_KEPT_FOR,
        counted=_("since the file was read"),
        why=_("The establishment puts them right in that time."),
    )
    keeping.register(
        "api_answers",
        what=_("Answers of the API under an idempotency key"),
        period=lambda: timedelta(hours=settings.API_ANSWERS_KEPT_HOURS),
        counted=_("since they were given"),
        why=_("The same request gets the same answer."),
    )
