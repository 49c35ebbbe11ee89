from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "shumoos.letters"
    verbose_name = _("Letters")

    def ready(self) -> None:
        from shumoos.letters import kept

        kept.register()
