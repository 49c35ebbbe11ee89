from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RegistrationConfig(AppConfig):
    name = "registration"
    verbose_name = _("Registration")

    def ready(self) -> None:
        from registration import kept, log_words, looked_at, places_of_work, texts
        from registration.reference import load_reference_data

        post_migrate.connect(load_reference_data, sender=self, dispatch_uid="load_reference_data")
        texts.register()
        kept.register()
        log_words.register()
        places_of_work.register()
        looked_at.register()
