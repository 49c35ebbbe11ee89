from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ViolationsConfig(AppConfig):
    name = "violations"
    verbose_name = _("Violations")

    def ready(self) -> None:
        from shumoos.sms import kinds
        from shumoos.sms.models import Urgency
        from violations import notices
        from violations.reference import create_first_schedules

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
