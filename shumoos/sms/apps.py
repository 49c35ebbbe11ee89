from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SmsConfig(AppConfig):
    name = "shumoos.sms"
    verbose_name = _("Text messages")

    def ready(self) -> None:
        from shumoos.sms import keeping

        keeping.register()
