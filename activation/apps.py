from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivationConfig(AppConfig):
    name = "activation"
    verbose_name = _("Activation")

    def ready(self) -> None:
        from activation import decisions, texts
        from registration.moves import on_withdrawal

        texts.register()
        on_withdrawal(decisions.close_withdrawn)
