from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

# Whose these rows are in the access log.
WHOSE: dict[str, tuple[str, ...]] = {
    "violations.account": ("establishment", "licence"),
    "violations.case": ("establishment", "licence"),
    "violations.notice": ("case.establishment", "case.licence"),
    "violations.occurrence": ("establishment",),
    "violations.proposal": ("establishment",),
    "violations.objection": ("case.establishment", "case.licence"),
    "violations.objectiondocument": ("objection.case.establishment", "objection.case.licence"),
    "violations.ledgerentry": ("case.establishment", "licence"),
}


class ViolationsConfig(AppConfig):
    name = "violations"
    verbose_name = _("Violations")

    def ready(self) -> None:
        from shumoos.accounts import subjects
        from shumoos.sms import kinds, scopes
        from shumoos.sms.models import Urgency
        from violations import kept, log_words, notices
        from violations.models import LedgerEntry, Notice, Objection
        from violations.reference import create_first_schedules

        subjects.register(WHOSE)
        scopes.register(LedgerEntry, LedgerEntry.objects.visible_to)
        scopes.register(Notice, Notice.objects.visible_to)
        scopes.register(Objection, Objection.objects.visible_to)
        kept.register()
        log_words.register()
        post_migrate.connect(create_first_schedules, sender=self, dispatch_uid="create_first_schedules")
        kinds.register(
            notices.SMS_KIND,
            urgency=Urgency.NOTICE,
            template="sms/violation_notice.txt",
            context=notices.sms_context,
            samples=notices.sms_samples,
            label=_("Violation notice"),
        )
        kinds.register(
            notices.DECIDED_KIND,
            urgency=Urgency.NOTICE,
            template="sms/objection_decided.txt",
            context=notices.decided_context,
            samples=notices.decided_samples,
            label=_("Decision on an objection"),
        )
        kinds.register(
            notices.ANNULLED_KIND,
            urgency=Urgency.NOTICE,
            template="sms/notice_annulled.txt",
            context=notices.annulled_context,
            samples=notices.annulled_samples,
            label=_("Notice annulled"),
        )
        kinds.register(
            notices.REVERSED_KIND,
            urgency=Urgency.NOTICE,
            template="sms/payment_reversed.txt",
            context=notices.reversed_context,
            samples=notices.reversed_samples,
            label=_("Payment reversed"),
        )
