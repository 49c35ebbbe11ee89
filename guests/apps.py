from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

# Whose these rows are in the access log: the establishment's whose guests they tell of.
WHOSE: dict[str, tuple[str, ...]] = {
    f"guests.{name}": ("establishment",)
    for name in ("guestrecord", "inspection", "apikey", "fileimport", "dailyreceipt", "sandboxrecord")
}


class GuestsConfig(AppConfig):
    name = "guests"
    verbose_name = _("Guests")

    def ready(self) -> None:
        from guests import file_texts, keeping, kept, outages, receipts, refusals, texts
        from guests.reference import load_deadlines
        from shumoos import health
        from shumoos.accounts import account_parts, subjects
        from shumoos.letters import numbers

        subjects.register(WHOSE)
        post_migrate.connect(load_deadlines, sender=self, dispatch_uid="load_deadlines")
        health.others["centre"] = outages.centre_status
        file_texts.register()
        refusals.register()
        texts.register()
        kept.register()
        numbers.register(receipts.find)
        account_parts.register("guests/account_looks.html", keeping.looks_at)
