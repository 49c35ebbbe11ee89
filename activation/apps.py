from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

# Whose these rows are in the access log.
WHOSE: dict[str, tuple[str, ...]] = {
    "activation.review": ("application.establishment", "application"),
    "activation.subscription": ("establishment",),
    "activation.closingrequest": ("subscription.establishment",),
}


class ActivationConfig(AppConfig):
    name = "activation"
    verbose_name = _("Activation")

    def ready(self) -> None:
        from activation import decisions, life_texts, log_words, statements, texts
        from activation.first_terms import create_first_terms
        from activation.models import Subscription
        from activation.reference import load_reason_templates
        from activation.reporting_days import reporting_days
        from guests import due_days
        from registration.moves import on_withdrawal
        from shumoos.accounts import subjects
        from shumoos.letters import today
        from shumoos.letters.models import Kind
        from shumoos.sms import scopes

        post_migrate.connect(load_reason_templates, sender=self, dispatch_uid="load_reason_templates")
        post_migrate.connect(create_first_terms, sender=self, dispatch_uid="create_first_terms")
        due_days.register(reporting_days)
        subjects.register(WHOSE)
        scopes.register(Subscription, Subscription.objects.visible_to)
        texts.register()
        log_words.register()
        life_texts.register()
        today.register(Kind.STATEMENT, statements.standing_today)
        on_withdrawal(decisions.close_withdrawn)
