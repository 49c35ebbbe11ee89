from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = _("Support")

    def ready(self) -> None:
        from shumoos.accounts import account_parts
        from support import kept, texts
        from support.reference import load_reference_data

        post_migrate.connect(load_reference_data, sender=self, dispatch_uid="load_support_reference")
        texts.register()
        kept.register()
        account_parts.register(
            "support/account_part.html", lambda user: [user] if user.role == "owner" else []
        )
