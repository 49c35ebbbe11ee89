from functools import partial
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

# Whose these rows are in the access log: the establishment's whose guests they tell of.
WHOSE: dict[str, tuple[str, ...]] = {
    f"guests.{name}": ("establishment",)
    for name in (
        "guestrecord",
        "submission",
        "inspection",
        "apikey",
        "fileimport",
        "dailyreceipt",
        "sandboxrecord",
    )
}


def of_establishments(model: Any, establishments: Any, user: Any) -> Any:
    """Return the rows about establishments that this person may see."""
    return model.objects.filter(establishment__in=establishments.objects.visible_to(user))


class GuestsConfig(AppConfig):
    name = "guests"
    verbose_name = _("Guests")

    def ready(self) -> None:
        from guests import file_texts, keeping, kept, log_words, outages, receipts, refusals, texts
        from guests.models import DeadlineReminder
        from guests.models.file_imports import FileImport
        from guests.reference import load_deadlines
        from registration.models import Establishment
        from shumoos import health
        from shumoos.accounts import account_parts, subjects
        from shumoos.letters import numbers
        from shumoos.sms import scopes

        subjects.register(WHOSE)
        # Who may see the establishment may see that its owner was sent a text, and not what it is about.
        for model in (DeadlineReminder, FileImport):
            scopes.register(model, partial(of_establishments, model, Establishment))
        post_migrate.connect(load_deadlines, sender=self, dispatch_uid="load_deadlines")
        health.others["centre"] = outages.centre_status
        file_texts.register()
        refusals.register()
        texts.register()
        kept.register()
        log_words.register()
        numbers.register(receipts.find)
        account_parts.register("guests/account_looks.html", keeping.looks_at)
