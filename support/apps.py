from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

# Whose these rows are in the access log.
WHOSE: dict[str, tuple[str, ...]] = {
    "support.ticket": ("establishment", "application", "licence"),
    "support.ticketfile": ("ticket.establishment", "ticket.application", "ticket.licence"),
    "support.credentialsrequest": ("subscription.establishment",),
    "support.rightsrequest": ("owner.user",),
    "support.datacopy": ("request.owner.user",),
}


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = _("Support")

    def ready(self) -> None:
        from shumoos.accounts import account_parts, subjects
        from support import kept, log_words, texts
        from support.reference import load_reference_data

        post_migrate.connect(load_reference_data, sender=self, dispatch_uid="load_support_reference")
        texts.register()
        kept.register()
        log_words.register()
        subjects.register(WHOSE)
        account_parts.register(
            "support/account_part.html", lambda user: [user] if user.role == "owner" else []
        )
