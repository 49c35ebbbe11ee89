"""The way back to a draft from another browser: a link by text, and a code to the same mobile."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration.models import Application, ResumeLink, Status
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.sms.outbox import queue_sms

# Enough for a text that did not arrive, and no way to have somebody flooded with them.
RESEND_AFTER = timedelta(minutes=10)


@transaction.atomic
def send_link(draft: Application, *, language: str) -> ResumeLink:
    """Have the link to a draft sent to its owner's mobile; it leads there for 14 days from now.

    Raises MoveRefused once the application was sent, while the mobile is not proved (the link must not go to
    a stranger), and within ten minutes of the last one.
    """
    draft.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if draft.status != Status.DRAFT:
        raise MoveRefused(_("This application has been sent already."))
    if not draft.is_mobile_verified:
        raise MoveRefused(_("Verify the owner's mobile first: the link is sent to it."))
    link, is_new = ResumeLink.objects.get_or_create(application=draft)
    if not is_new:
        if link.sent_at + RESEND_AFTER > timezone.now():
            raise MoveRefused(_("The link is on its way. You can ask for it again after ten minutes."))
        link.sent_at = timezone.now()
        link.save(update_fields=["sent_at"])
    log_change("send link to draft", draft)
    queue_sms(kind="application_resume", to=draft.owner_mobile, language=language, about=link)
    return link


def draft_of(key: str) -> Application | None:
    """Return the draft that a link leads to; None for a link that is not ours, too old, or of one sent."""
    link = ResumeLink.objects.valid().filter(key=key).select_related("application").first()
    return link.application if link else None
