from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ActivationConfig(AppConfig):
    name = "activation"
    verbose_name = _("Activation")

    def ready(self) -> None:
        from activation import decisions, texts
        from activation.reference import load_reason_templates
        from registration.moves import on_withdrawal

        post_migrate.connect(load_reason_templates, sender=self, dispatch_uid="load_reason_templates")
        texts.register()
        on_withdrawal(decisions.close_withdrawn)
