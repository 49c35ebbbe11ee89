"""What other apps call to have a text sent: a row in their transaction, and a bell after it."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from shumoos.celery import ring
from shumoos.sms import kinds
from shumoos.sms.models import Status, TextMessage
from shumoos.sms.tasks import send_due_texts

ROWS_AT_ONCE = 1000


class Recipient(NamedTuple):
    """One addressee of many: the mobile as E.164, their language, and the key of what theirs is about."""

    to: str
    language: str = "ar"
    about_id: int | None = None


def queue_sms(*, kind: str, to: str, language: str = "ar", about: Model | None = None) -> TextMessage:
    """Queue one text, to be sent once the caller's transaction has committed; nothing if it rolls back.

    `to` is E.164, as `shumoos.saudi.mobile` returns it. Raises KeyError for a kind that is not registered.
    """
    message = TextMessage.objects.create(
        kind=kind, urgency=kinds.get(kind).urgency, to=to, language=language, about=about
    )
    ring(send_due_texts)
    return message


def cancel_sms(*, kind: str, about: QuerySet) -> int:
    """Cancel the texts of a kind about any of these rows that have not gone out, and return how many.

    Within the transaction that takes back what they would say, and before it does: a secret that a worker is
    making for one of them meanwhile is made before this returns, and ended by what follows; none is made
    after. One that is just being handed over arrives all the same.
    """
    waiting = TextMessage.objects.about_any_of(about).filter(kind=kind)
    return waiting.filter(status__in=[Status.QUEUED, Status.SENDING]).update(status=Status.CANCELLED)


def queue_many(*, kind: str, recipients: Iterable[Recipient], about: type[Model] | None = None) -> int:
    """Queue a text of one kind to many in few queries, and ring once; return how many.

    `about` is the model that the recipients' `about_id` are keys of. Raises KeyError for a kind that is not
    registered.
    """
    urgency = kinds.get(kind).urgency
    about_type = ContentType.objects.get_for_model(about) if about else None
    queued = TextMessage.objects.bulk_create(
        [
            TextMessage(
                kind=kind,
                urgency=urgency,
                to=recipient.to,
                language=recipient.language,
                about_type=about_type,
                about_id=recipient.about_id,
            )
            for recipient in recipients
        ],
        batch_size=ROWS_AT_ONCE,
    )
    if queued:
        ring(send_due_texts)
    return len(queued)
