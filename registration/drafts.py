"""An application before it is sent: begun, saved step by step, filled in from the register."""

from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration import guesses, intake, marks
from registration.models import Application, Document, DocumentKind, Licence, Sector, Status
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.accounts.codes import check_code

# What the first step asks for: by these an authority's register tells a licence and its owner.
NAMED_BY = ("sector", "licence_number", "owner_national_id")
# What the register fills in. Not the mobile: whoever knows the numbers on a licence and an ID could read it,
# and the credentials go to the number that the owner proves to hold.
FILLED = ("name_ar", "name_en", "commercial_registration", "city", "owner_name")
FILLED_DAYS = ("licence_issued_on", "licence_expires_on")


class Drawn(NamedTuple):
    """A page on which something was typed, and the mark of what the draft had when it was drawn."""

    page: str
    mark: str


def mark_for(page: str, draft: Application) -> str:
    """Return the mark of what a page shows; empty for one on which nothing is saved or sent."""
    if page == "check":
        return marks.mark_of_all(draft)
    return marks.mark_of(draft, ASKED_ON[page]) if page in ASKED_ON else ""


@transaction.atomic
def save(draft: Application, *, typed: dict[str, Any], drawn: Drawn | None = None) -> Application:
    """Save what was typed so far, by the application's fields. Another mobile has to be proved anew.

    Raises MoveRefused once the application has been sent, and ChangedMeanwhile where the page that it was
    typed on is older than what is saved, and would undo some of it.
    """
    draft.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if draft.status != Status.DRAFT:
        raise MoveRefused(_("This application has been sent already."))
    if drawn is not None:
        marks.refuse_older(draft, typed, names=ASKED_ON[drawn.page], mark=drawn.mark)
    if typed.get("owner_mobile", draft.owner_mobile) != draft.owner_mobile:
        draft.mobile_verified_at = None
    for name, value in typed.items():
        setattr(draft, name, value)
    draft.saved_at = timezone.now()
    draft.save()
    log_change("save draft", draft)
    return draft


@transaction.atomic
def begin(*, typed: dict[str, Any], language: str = "ar") -> Application:
    """Return a new draft with what was typed; its texts are in that language until it is sent."""
    return save(Application.objects.create(language=language), typed=typed)


@transaction.atomic
def name_licence(
    draft: Application | None,
    *,
    sector: Sector,
    licence_number: str,
    owner_national_id: str,
    language: str,
    address: str | None,
    drawn: Drawn | None = None,
) -> Application:
    """Return the draft for that licence, made now if there is none.

    Where the sector's authority has the licence in its register, and under this owner, the draft's `licence`
    is that one and the rest is filled in from it; `address` is where that is asked from. Naming the same
    licence again leaves the draft as it is. Raises LicenceTaken where it cannot be applied for now, and
    MoveRefused as `save` does.
    """
    typed = {"sector": sector, "licence_number": licence_number, "owner_national_id": owner_national_id}
    licence = Licence.objects.filter(authority=sector.authority, number=licence_number).first()
    if licence is not None:
        intake.refuse_taken(licence)
    if draft is not None and named([draft], **typed):
        return draft
    found = licence if is_owners(licence, owner_national_id, address) else None
    known = typed | {"licence": found} | (said_of(found) if found else {})
    return save(draft, typed=known, drawn=drawn) if draft else begin(typed=known, language=language)


def named(among: list[Application], **typed: Any) -> Application | None:
    """Return the draft of the licence and the owner that were typed, if it is among these."""
    return next(
        (draft for draft in among if typed == {name: getattr(draft, name) for name in NAMED_BY}), None
    )


def is_owners(licence: Licence | None, owner_national_id: str, address: str | None) -> bool:
    """Whether the register has the licence under this owner. After five wrong guesses it says no for a while.

    That looks like a licence that is not in the register, so that nobody finds out an owner's number here.
    """
    if licence is None or not licence.in_register:
        return False
    about = f"L{licence.pk}"
    guesses.hold(about, address)
    if guesses.time_to_wait(about, address):
        return False
    if licence.owner_national_id != owner_national_id:
        guesses.note_wrong(about, address)
        return False
    return True


def said_of(licence: Licence) -> dict[str, Any]:
    """Return what the register fills in; of days, only those that an application may have."""
    said = {name: getattr(licence, intake.LICENCE_FIELDS[name]) for name in (*FILLED, *FILLED_DAYS)}
    wrong = intake.wrong_days(*(said[name] for name in FILLED_DAYS))
    return {name: value for name, value in said.items() if name not in wrong}


def check_mobile_code(draft: Application, *, typed: str) -> None:
    """Take the code that was sent to the owner's mobile for a proof that they hold it.

    Raises as `shumoos.accounts.codes.check_code` does.
    """
    mobile = draft.owner_mobile
    check_code(purpose=mobile_purpose(draft), mobile=mobile, typed=typed)
    note_verified(draft, mobile=mobile)


def mobile_purpose(draft: Application) -> str:
    """Return what the code that proves the owner's mobile is sent for."""
    return f"draft:{draft.pk}"


@transaction.atomic
def note_verified(draft: Application, *, mobile: str) -> None:
    """Note that the owner holds that mobile, unless another was typed in the meantime."""
    draft.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if draft.owner_mobile == mobile and not draft.is_mobile_verified:
        draft.mobile_verified_at = timezone.now()
        draft.save(update_fields=["mobile_verified_at"])
        log_change("prove mobile", draft)


class Slot(NamedTuple):
    """The place of one document in a draft: what is asked for, and what was given."""

    code: str
    label: str
    is_required: bool
    document: Document | None
    # What was given was found to be harmful, and is gone.
    was_harmful: bool = False

    @property
    def is_missing(self) -> bool:
        return self.is_required and self.document is None


def wanted_documents(draft: Application) -> list[Slot]:
    """Return what is asked for, in order, each with the document that was given."""
    given = {document.kind_id: document for document in draft.documents.current()}
    slots = []
    for kind in DocumentKind.objects.wanted_for(draft.sector):
        document = given.get(kind.code)
        was_harmful = document is not None and document.is_harmful
        usable = None if was_harmful else document
        slots.append(Slot(kind.code, kind.name, kind.is_required, usable, was_harmful))
    return slots


# What each page of the steps asks for.
ASKED_ON = {
    "register": NAMED_BY,
    "establishment": (
        "name_ar",
        "name_en",
        "commercial_registration",
        *FILLED_DAYS,
        "city",
        "short_address",
    ),
    "owner": ("owner_name", "owner_mobile"),
}


def unfinished_pages(draft: Application) -> list[str]:
    """Return the pages on which something is still missing, by the names of their addresses, in order."""
    missing = set(intake.missing_fields(draft))
    missing |= intake.wrong_days(draft.licence_issued_on, draft.licence_expires_on).keys()
    pages = [page for page, fields in ASKED_ON.items() if missing.intersection(fields)]
    if draft.owner_mobile and not draft.is_mobile_verified:
        pages.append("mobile_code")
    if intake.missing_documents(draft):
        pages.append("documents")
    return pages
