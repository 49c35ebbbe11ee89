from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

# Whose these rows are in the access log.
WHOSE: dict[str, tuple[str, ...]] = {"accounts.signin": ("user",), "accounts.invitation": ("user",)}


class AccountsConfig(AppConfig):
    name = "shumoos.accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from shumoos.accounts import kept, log_words, sessions, subjects, texts
        from shumoos.accounts.first_limits import create_first_limits
        from shumoos.accounts.roles import create_groups

        # Permissions are made after the migrations of all apps, the last of which is support.
        post_migrate.connect(create_groups, dispatch_uid="create_groups")
        post_migrate.connect(create_first_limits, sender=self, dispatch_uid="create_first_limits")
        texts.register()
        kept.register()
        log_words.register()
        subjects.register(WHOSE)
        # Django's own word of who has signed in. Axes stands before us in the apps and so counts first.
        user_logged_in.connect(sessions.begin, dispatch_uid="begin_session")
        user_logged_out.connect(sessions.finish, dispatch_uid="finish_session")
        user_login_failed.connect(sessions.note_failure, dispatch_uid="note_failure")
