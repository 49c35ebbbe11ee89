"""What the office flags, and what the owner sends in its place."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from registration import documents, drafts, intake, mobile
from registration.models import (
    ENDED_STATUSES,
    OFFICE_STATUSES,
    Application,
    Document,
    Flag,
    ScanState,
    Status,
)
from registration.models.applications import TYPED
from registration.moves import MoveRefused, move_application
from registration.versions import keep_version, label_of
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.sms.outbox import queue_sms


def flaggable(current: Iterable[Document]) -> dict[str, str]:
    """Return what may be flagged of an application with these documents, by name, with what pages call it.

    The fields come first, then the documents.
    """
    return {name: label_of(name) for name in TYPED} | {row.kind_id: str(row) for row in current}


@transaction.atomic
def raise_flags(
    application: Application, *, by: User, flags: dict[str, str], codes: dict[str, str] | None = None
) -> None:
    """Flag fields and documents, each with words for the owner, and the code of those that have one.

    Raises ValidationError for a name that nothing has, for missing words, and for what is flagged already.
    """
    known = flaggable(application.documents.current())
    for name, words in flags.items():
        if name not in known:
            raise ValidationError(_("There is no field and no document called “%(name)s”.") % {"name": name})
        code = (codes or {}).get(name, "")
        flag = Flag(application=application, name=name, words=words, code=code, raised_by=by)
        flag.full_clean()
        flag.save()
    if flags:
        log_change("ask to put right", application, by=by, of=" ".join(flags))


@transaction.atomic
def send_corrections(
    application: Application, *, typed: dict[str, Any], verified_mobile: str = ""
) -> Application:
    """Send a returned application to the office again, under its number, with what was put right.

    `typed` holds flagged fields by name; the new documents were kept before. Another city or sector moves
    the application to its office and authority. Both versions are kept and the flags are resolved. Sending
    again changes nothing. Raises MoveRefused where the application was not returned, where a field was not
    flagged, where nothing was changed or a flagged document not replaced, and for a mobile other than the one
    that was just proved by a code; ValidationError as `intake.submit` does.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status in OFFICE_STATUSES:
        return application
    if application.status != Status.RETURNED:
        raise MoveRefused(_("This application does not wait for a correction."))
    flagged = set(application.flags.unresolved().values_list("name", flat=True))
    if typed.keys() - flagged:
        raise MoveRefused(_("Only what the office has asked for can be changed."))
    refuse_unchanged(application, typed, flagged)
    if typed.get("owner_mobile", application.owner_mobile) not in (application.owner_mobile, verified_mobile):
        raise MoveRefused(_("The new mobile needs a code first."))
    refile(application, typed)
    application.flags.unresolved().update(resolved_at=timezone.now())
    move_application(application, Status.SUBMITTED, by=None)
    keep_version(application)
    queue_sms(
        kind="application_received",
        to=application.owner_mobile,
        language=application.language,
        about=application,
    )
    return application


def refile(application: Application, typed: dict[str, Any]) -> None:
    """Save the corrected data, with the licence and the office that follow from it."""
    new_mobile = typed.get("owner_mobile", application.owner_mobile)
    if new_mobile != application.owner_mobile:
        mobile.put(application, to=new_mobile, by=None)
    # An office that a head has given the application to keeps it, unless the establishment has moved.
    office, region = application.office, application.city.region_id  # type: ignore[union-attr]
    whole = application.typed | typed
    licence = intake.licence_of(whole)
    intake.refuse_taken(licence, besides=application)
    if not licence.in_register:
        intake.describe(licence, whole)
    # The owner is reminded anew, because the wait for the visit begins anew.
    application.reminded_on_day = 0
    intake.fill_in(application, whole, licence=licence, language=application.language)
    if whole["city"].region_id == region:
        application.office = office
    application.save()


def refuse_unchanged(application: Application, typed: dict[str, Any], flagged: set[str]) -> None:
    """Raise MoveRefused unless every flagged document is new and, where fields are flagged, one changed."""
    if unreplaced_kinds(application):
        raise MoveRefused(_("Add the documents that the office asks for."))
    fields = flagged & set(TYPED)
    if fields == flagged and flagged and not any(is_changed(application, *each) for each in typed.items()):
        raise MoveRefused(_("Nothing has been changed yet. Put right what the office asks for, then send."))


def is_changed(application: Application, name: str, value: Any) -> bool:
    return getattr(application, name) != value


def unreplaced_kinds(application: Application) -> set[str]:
    """Return the kinds of the flagged documents that are still the ones the office has seen."""
    seen = application.versions.order_by("-number").values_list("documents", flat=True).first() or []
    flagged = application.flags.unresolved().values("name")
    rows = application.documents.filter(is_current=True, kind__code__in=flagged)
    # One that the scanner has found harmful is none.
    wanting = rows.filter(Q(pk__in=seen) | Q(scan_state=ScanState.INFECTED))
    return set(wanting.values_list("kind__code", flat=True))


@transaction.atomic
def apply_again(application: Application) -> Application:
    """Return a draft with the data and the documents of an application that has ended without a subscription.

    Repeating it returns the same draft until that is sent. Raises MoveRefused for any other application.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status not in ENDED_STATUSES:
        raise MoveRefused(_("This application has not ended; follow it here."))
    draft = application.applied_again.filter(status=Status.DRAFT).first()
    if draft is not None:
        return draft
    draft = drafts.begin(typed=application.typed)
    draft.again_of = application
    # Whoever comes here has just typed a code sent to this very mobile.
    draft.mobile_verified_at = timezone.now()
    draft.save(update_fields=["again_of", "mobile_verified_at"])
    copy_documents(application, to=draft)
    return draft


def copy_documents(application: Application, *, to: Application) -> None:
    """Give another application files of its own of the same documents."""
    for document in application.documents.usable():
        documents.keep(to, document.kind, documents.clean_file_of(document))
