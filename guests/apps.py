from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class GuestsConfig(AppConfig):
    name = "guests"
    verbose_name = _("Guests")

    def ready(self) -> None:
        from guests import file_texts, refusals, texts
        from guests.reference import load_deadlines

        post_migrate.connect(load_deadlines, sender=self, dispatch_uid="load_deadlines")
        file_texts.register()
        refusals.register()
        texts.register()
