"""An application's way from the owner's browser to the investigation office."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration import mandates, marks
from registration.models import Application, DocumentKind, Licence, Office, Status
from registration.models.applications import OPTIONAL
from registration.moves import MoveRefused, move_application
from registration.versions import keep_version
from shumoos.accounts.models import User
from shumoos.saudi import calendar, reference_number
from shumoos.sms.outbox import queue_sms

# An application's fields that a licence outside the register is described by.
LICENCE_FIELDS = {
    "sector": "sector",
    "name_ar": "name_ar",
    "name_en": "name_en",
    "commercial_registration": "commercial_registration",
    "owner_name": "owner_name",
    "owner_national_id": "owner_national_id",
    "owner_mobile": "owner_mobile",
    "city": "city",
    "licence_issued_on": "issued_on",
    "licence_expires_on": "expires_on",
}


class LicenceTaken(MoveRefused):
    """A licence that cannot be applied for now; `state` is `returned`, `in_progress` or `subscribed`."""

    def __init__(self, sentence: str, *, state: str) -> None:
        super().__init__(sentence)
        self.state = state


@transaction.atomic
def submit(
    application: Application, *, language: str = "ar", by: User | None = None, mark: str | None = None
) -> Application:
    """Send a draft to the investigation office of its city's region, and return what was sent.

    Its licence is the one in the register of the sector's authority, or a new one as typed. `by` is an agent
    who sends it for the owner; `mark` that of what was confirmed. Sending again changes nothing. Raises
    ChangedMeanwhile where something else is saved than was confirmed; MoveRefused while the licence has
    another application in progress or an active subscription, and for an agent without a mandate;
    ValidationError where something is missing, out of date, or the owner's mobile is not verified.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status != Status.DRAFT:
        return application
    if mark is not None:
        marks.refuse_older_whole(application, mark=mark)
    typed = application.typed
    refuse_unfinished(application)
    licence = licence_of(typed)
    mandate = mandates.to_register(typed, licence=licence, by=by)
    refuse_taken(licence)
    if not licence.in_register:
        describe(licence, typed)
    fill_in(application, typed, licence=licence, language=language)
    save_with_reference(application)
    move_application(application, Status.SUBMITTED, by=by if mandate else None, mandate=mandate)
    if by and mandate:
        mandates.settle(mandate, application, by=by)
    keep_version(application)
    queue_sms(kind="application_received", to=application.owner_mobile, language=language, about=application)
    return application


def refuse_unfinished(application: Application) -> None:
    """Raise ValidationError, by field, for whatever keeps a draft from being sent."""
    faults = {name: _("Fill in this field.") for name in missing_fields(application)}
    faults |= wrong_days(application.licence_issued_on, application.licence_expires_on)
    if "owner_mobile" not in faults and not application.is_mobile_verified:
        faults["owner_mobile"] = _("Verify this mobile with the code that is sent to it.")
    faults |= {kind: _("Add this document.") for kind in missing_documents(application)}
    if faults:
        raise ValidationError(faults)


def missing_fields(application: Application) -> list[str]:
    """Return the fields that are still to be filled in before the application can be sent."""
    return [name for name, value in application.typed.items() if name not in OPTIONAL and not value]


def missing_documents(application: Application) -> list[str]:
    """Return the kinds of the documents that are still to be added."""
    given = set(application.documents.usable().values_list("kind_id", flat=True))
    required = DocumentKind.objects.wanted_for(application.sector).required()
    return [code for code in required.values_list("code", flat=True) if code not in given]


def wrong_days(issued_on: date | None, expires_on: date | None) -> dict[str, str]:
    """Return what is wrong with a licence's days, by the field that is to be put right."""
    today = calendar.today()
    faults = {}
    if issued_on and issued_on > today:
        faults["licence_issued_on"] = _("This day has not come yet. Type the day on the licence.")
    if issued_on and expires_on and expires_on <= issued_on:
        faults["licence_expires_on"] = _("A licence expires after the day it was issued.")
    elif expires_on and expires_on < today:
        faults["licence_expires_on"] = _(
            "This licence has expired. Have it renewed by its licensing authority, then register."
        )
    return faults


def fill_in(application: Application, typed: dict[str, Any], *, licence: Licence, language: str) -> None:
    """Set all that an application is sent with, apart from status and number. Raises ValidationError."""
    for name, value in typed.items():
        setattr(application, name, value)
    application.authority = licence.authority
    application.licence = licence
    application.office = Office.objects.get(region=typed["city"].region_id)
    application.language = language
    application.submitted_at = timezone.now()
    application.full_clean()


def licence_of(typed: dict[str, Any]) -> Licence:
    """Return the licence of the sector's authority under a lock, made now if the register has none."""
    described = {theirs: typed[ours] for ours, theirs in LICENCE_FIELDS.items()} | {"in_register": False}
    key = {"authority": typed["sector"].authority, "number": typed["licence_number"]}
    new = Licence(**key, **described)
    new.clean_fields()
    # But not that the number is new.
    new.validate_constraints(exclude={"number"})
    licence, _created = Licence.objects.get_or_create(**key, defaults=described)
    return Licence.objects.select_for_update().get(pk=licence.pk)


def describe(licence: Licence, typed: dict[str, Any]) -> None:
    """Bring a licence that only applicants have described up to the latest of them."""
    for ours, theirs in LICENCE_FIELDS.items():
        setattr(licence, theirs, typed[ours])
    licence.full_clean()
    licence.save()


def refuse_taken(licence: Licence, *, besides: Application | None = None) -> None:
    """Raise LicenceTaken while the licence has an application in progress or an active subscription.

    One whose licence was renewed, or is soon to be, can be applied for again: that leads to a renewal.
    """
    # Whoever sends holds the licence's lock: of two applications at once, the second sees the first here.
    others = licence.applications.open()
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    other = others.first()
    if other is not None and other.status == Status.RETURNED:
        sentence = _(
            "The office has returned an application for this licence. Put it right under “Follow an "
            "application”, with its reference number, or call %(line)s."
        )
        raise LicenceTaken(sentence % {"line": settings.SUPPORT_LINE}, state="returned")
    if other is not None:
        sentence = _(
            "This licence already has an application in progress. Follow it with its reference number, "
            "or call %(line)s."
        )
        raise LicenceTaken(sentence % {"line": settings.SUPPORT_LINE}, state="in_progress")
    # By name, because subscriptions belong to the app above.
    subscription = licence.subscriptions.barring_an_application().first()
    if subscription is not None and subscription.status == "suspended":
        sentence = _("The subscription of this licence is suspended by order. Ask the office of its region.")
        raise LicenceTaken(sentence, state="subscribed")
    if subscription is not None:
        sentence = _(
            "This licence already has an active subscription. Sign in with its user name, or call %(line)s."
        )
        raise LicenceTaken(sentence % {"line": settings.SUPPORT_LINE}, state="subscribed")


def save_with_reference(application: Application) -> None:
    """Save an application under a reference number of its own, if it has none yet."""
    while not application.reference:
        application.reference = reference_number.make(calendar.today().year)
        try:
            with transaction.atomic():
                application.save()
        except IntegrityError as error:
            if "application_reference_once" not in str(error):
                raise
            application.reference = ""
    application.save()
