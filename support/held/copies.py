"""Copies of what is held about an owner: claimed, made outside of any transaction, kept for a week."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from registration.moves import MoveRefused
from shumoos.accounts.models import User
from shumoos.sms.outbox import queue_sms
from support import rights
from support.held import printing, sections
from support.models import CopyState, DataCopy, RightsOutcome

KEPT_FOR = timedelta(days=7)
# A worker that was killed over one gives way to another after this.
TRIED_AGAIN_AFTER = timedelta(minutes=5)
BATCH = 50


class Stopped(Exception):
    """The owner has stopped the copy: what was read of it is of no use."""


def make_due() -> None:
    """Make every copy that is due. Safe to run twice at once, or to kill: a copy is made once."""
    while copy := claim():
        make(copy)


@transaction.atomic
def claim() -> DataCopy | None:
    """Take the copy whose turn it is; None where none is due."""
    due = DataCopy.objects.filter(state=CopyState.WAITING, next_try_at__lte=timezone.now())
    copy = due.order_by("next_try_at").select_for_update(skip_locked=True, of=("self",)).first()
    if copy:
        DataCopy.objects.filter(pk=copy.pk).update(
            attempts=F("attempts") + 1, next_try_at=timezone.now() + TRIED_AGAIN_AFTER
        )
    return copy


def make(copy: DataCopy) -> None:
    """Read what is held, print it in the owner's language, and let the owner know.

    Where the owner has stopped it, it ends before the next part of the work.
    """
    owner = copy.request.owner
    now = timezone.now()

    def tell(done: int, total: int) -> None:
        """Say how far it is; printing what was read is one part more. Raises Stopped."""
        unfinished = DataCopy.objects.filter(pk=copy.pk, state=CopyState.WAITING)
        if not unfinished.update(parts_done=done, parts=total + 1):
            raise Stopped

    try:
        with translation.override(copy.request.ticket.language):
            found = sections.gather(owner, tell)
            as_json = printing.as_json(found, at=now)
            as_pdf = printing.as_pdf(found, name=owner.full_name, at=now)
    except Stopped:
        return
    finish(copy, as_json, as_pdf)


@transaction.atomic
def finish(copy: DataCopy, as_json: bytes, as_pdf: bytes) -> None:
    """Keep the files, end the request and its ticket, and queue the text; nothing where it has ended."""
    copy.refresh_from_db(from_queryset=DataCopy.objects.select_for_update(of=("self",)))
    if copy.state != CopyState.WAITING:
        return
    rights.lock(copy.request)
    if copy.request.outcome == RightsOutcome.REFUSED:
        # By the desk, meanwhile.
        copy.state = CopyState.STOPPED
        copy.save(update_fields=["state"])
        return
    now = timezone.now()
    copy.as_json.save("copy", ContentFile(as_json), save=False)
    copy.as_pdf.save("copy", ContentFile(as_pdf), save=False)
    copy.state = CopyState.READY
    copy.parts_done = copy.parts
    copy.ready_at = now
    copy.expires_at = now + KEPT_FOR
    copy.save()
    ticket = copy.request.ticket
    with translation.override(ticket.language):
        answer = _("The copy is ready. It can be fetched for seven days under “My data”.")
    rights.end(copy.request, RightsOutcome.DONE, by=None, answer=answer)
    queue_sms(kind="copy_ready", to=copy.request.owner.mobile, language=ticket.language, about=copy)


@transaction.atomic
def stop(copy: DataCopy, *, by: User) -> None:
    """End the making of a copy, its request and its ticket. Repeating it changes nothing.

    Raises MoveRefused where the copy is ready already. Whoever makes it notices before the next part.
    """
    copy.refresh_from_db(from_queryset=DataCopy.objects.select_for_update(of=("self",)))
    if copy.state == CopyState.STOPPED:
        return
    if copy.state != CopyState.WAITING:
        raise MoveRefused(_("The copy was ready before it could be stopped."))
    copy.state = CopyState.STOPPED
    copy.save(update_fields=["state"])
    with translation.override(copy.request.ticket.language):
        answer = _("The owner has stopped the making of the copy.")
    rights.end(copy.request, RightsOutcome.STOPPED, by=by, answer=answer)


def take_away_old() -> None:
    """Delete the files of copies whose week is over. Safe to run twice at once."""
    while take_away_some():
        pass


@transaction.atomic
def take_away_some() -> int:
    old = DataCopy.objects.filter(state=CopyState.READY, expires_at__lte=timezone.now())
    copies = list(old.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    names = [str(file.name) for copy in copies for file in (copy.as_json, copy.as_pdf)]
    DataCopy.objects.filter(pk__in=[copy.pk for copy in copies]).update(
        state=CopyState.EXPIRED, as_json="", as_pdf=""
    )
    transaction.on_commit(lambda: delete(names))
    return len(copies)


def delete(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def count_download(copy: DataCopy) -> None:
    DataCopy.objects.filter(pk=copy.pk).update(downloads=F("downloads") + 1)
