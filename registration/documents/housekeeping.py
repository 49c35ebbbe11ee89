"""Takes away what is not needed any more: drafts left alone, documents never sent, files without a row."""

import logging
from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import FileField, ProtectedError
from django.utils import timezone

from registration.documents.keeping import delete
from registration.models import Application, Document, Status

# A resume link holds for 14 days; whoever has not come back by then will not.
DRAFTS_KEPT_FOR = timedelta(days=30)
# A page may still be open on which a document is shown that has been replaced on another.
REPLACED_KEPT_FOR = timedelta(days=1)
# Far longer than a transaction that has written a file can take until its row is there for all to see.
ROWLESS_KEPT_FOR = timedelta(days=1)
BATCH = 100

logger = logging.getLogger(__name__)


def clean_up() -> None:
    """Do all of it. Safe to run twice at once, or to kill: the next run goes on with what is left."""
    now = timezone.now()
    last = 0
    while batch := drop_abandoned(now, after=last):
        last = batch
    while drop_replaced(now):
        pass
    drop_rowless(now)


@transaction.atomic
def drop_abandoned(now: datetime, *, after: int) -> int:
    """Delete a batch of drafts left alone for 30 days; return the last one's key, 0 at the end."""
    left = Application.objects.filter(
        pk__gt=after, status=Status.DRAFT, saved_at__lt=now - DRAFTS_KEPT_FOR
    ).order_by("pk")
    drafts = list(left.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for draft in drafts:
        for document in draft.documents.all():
            delete(document)
        try:
            with transaction.atomic():
                draft.delete()
        except ProtectedError:
            # Something else refers to it. It stays, and what was typed with it; its documents are gone.
            logger.info("Draft %s stays, because something refers to it", draft.pk)
    return drafts[-1].pk if drafts else 0


@transaction.atomic
def drop_replaced(now: datetime) -> int:
    """Delete a batch of documents that were replaced before they were ever sent; return how many."""
    replaced = Document.objects.filter(
        is_current=False, is_sent=False, uploaded_at__lt=now - REPLACED_KEPT_FOR
    ).order_by("uploaded_at")
    documents = list(replaced.select_for_update(skip_locked=True)[:BATCH])
    for document in documents:
        delete(document)
    return len(documents)


def drop_rowless(now: datetime) -> None:
    """Delete the files that no row refers to: their transaction was rolled back, or its process killed."""
    folders, _files = default_storage.listdir("")
    for folder in sorted(folders):
        _folders, files = default_storage.listdir(folder)
        names = {f"{folder}/{name}" for name in files}
        for name in sorted(names - referred_to(folder)):
            try:
                if default_storage.get_modified_time(name) < now - ROWLESS_KEPT_FOR:
                    default_storage.delete(name)
            except FileNotFoundError:
                # Another run has deleted it.
                continue


def referred_to(folder: str) -> set[str]:
    """Return the names of the files in a folder that some row of any app refers to."""
    names: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField) and field.storage == default_storage:
                rows = model._default_manager.filter(**{f"{field.name}__startswith": f"{folder}/"})
                names.update(rows.values_list(field.name, flat=True))
    return names
