from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "shumoos.accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from shumoos.accounts import texts
        from shumoos.accounts.roles import create_groups

        # Permissions are made after the migrations of all apps, the last of which is support.
        post_migrate.connect(create_groups, dispatch_uid="create_groups")
        texts.register()
