"""Documents given to an application, and taken away again."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration.documents.cleaning import CleanFile, clean_upload
from registration.models import Application, Document, DocumentKind, Status
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change


def attach(application: Application, kind: DocumentKind | str, upload: UploadedFile) -> Document:
    """Clean an upload and give it to the application in place of the current document of its kind.

    Raises ValidationError as `clean_upload` does, and MoveRefused as `keep` does.
    """
    return keep(application, kind, clean_upload(upload))


@transaction.atomic
def keep(application: Application, kind: DocumentKind | str, file: CleanFile) -> Document:
    """Store a cleaned file as the current document of its kind; the one before stays as history.

    The same file again changes nothing. Raises MoveRefused once the application is with the office.
    Whatever the transaction comes to, no file stays without a row: `housekeeping` takes it away.
    """
    locked = Application.objects.select_for_update().get(pk=application.pk)
    code = kind if isinstance(kind, str) else kind.code
    current = locked.documents.current().filter(kind__code=code).first()
    if current and current.sha256 == file.sha256 and not current.is_harmful:
        return current
    refuse_sent(locked)
    if current:
        current.is_current = False
        current.save(update_fields=["is_current"])
    touch(locked)
    log_change("add document", locked, of=code)
    return Document.objects.create(
        application=application,
        kind_id=code,
        file=stored(file.content),
        thumbnail=stored(file.thumbnail),
        original=stored(file.original),
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        warning_codes=list(file.warnings),
        scan_state=file.scan_state,
    )


@transaction.atomic
def remove(application: Application, kind: DocumentKind | str) -> None:
    """Take the current document of its kind away again, row and files; repeating it changes nothing.

    In a returned application the one that the office has seen takes its place again. Raises MoveRefused once
    the application is with the office, and for a document that was sent: that can only be replaced.
    """
    locked = Application.objects.select_for_update().get(pk=application.pk)
    code = kind if isinstance(kind, str) else kind.code
    refuse_sent(locked)
    current = locked.documents.filter(kind__code=code, is_current=True).first()
    if current is None:
        return
    if current.is_sent:
        raise MoveRefused(_("The office has this document already. Add another one in its place."))
    delete(current)
    seen = locked.documents.filter(kind__code=code, is_sent=True).last()
    if seen:
        seen.is_current = True
        seen.save(update_fields=["is_current"])
    touch(locked)
    log_change("remove document", locked, of=code)


def delete(document: Document) -> None:
    """Delete the row of a document that was never sent, and its files once that is certain."""
    names = document.file_names
    document.delete()
    transaction.on_commit(lambda: delete_files(names))


def delete_files(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def refuse_sent(application: Application) -> None:
    if application.status not in (Status.DRAFT, Status.RETURNED):
        raise MoveRefused(_("This application has been sent; its documents cannot be changed."))


def touch(application: Application) -> None:
    """Remember that the owner has worked on it now."""
    Application.objects.filter(pk=application.pk).update(saved_at=timezone.now())


def stored(content: bytes) -> ContentFile | str:
    return ContentFile(content, name="document") if content else ""
