"""What follows from an activation: establishment, account, closed case, statement letter, credentials."""

import secrets
from datetime import timedelta

from django.utils.translation import gettext as _

from activation.models import Subscription
from registration.models import Application, Establishment, Licence, Office, Owner
from registration.moves import MoveRefused
from shumoos.accounts.models import Role, User
from shumoos.accounts.people import create_person
from shumoos.letters.issue import issue
from shumoos.letters.models import Kind, Letter
from shumoos.saudi import calendar
from shumoos.saudi.reference_number import add_check_digits
from shumoos.sms.outbox import queue_sms
from violations.escalation import comply


def subscribe(application: Application, *, by: User, presented: str) -> Subscription:
    """Make what the application asks for, within the transaction of its activation.

    The subscription holds until the licence ends; the owner's account is made; the case for not subscribing
    is closed; the statement letter gets its number; the text with the credentials is queued. `by` is the
    supervisor who saw the originals, and `presented` names the agent who brought them.
    """
    licence = Licence.objects.select_for_update().get(applications=application)
    today = calendar.today()
    refuse_expired(licence)
    owner = owner_of(application)
    establishment = establishment_of(application, licence, owner)
    application.establishment = establishment
    application.save(update_fields=["establishment"])
    licence.establishment = establishment
    licence.save(update_fields=["establishment"])
    is_new = give_account(owner, establishment, language=application.language)
    subscription = Subscription(
        establishment=establishment,
        licence=licence,
        application=application,
        period=(today, licence.expires_on + timedelta(days=1)),
        statement=issue_statement(application, establishment, licence, by=by, presented=presented),
        activated_by=by,
    )
    subscription.full_clean()
    subscription.save()
    comply(licence, on=today)
    queue_sms(
        kind="credentials" if is_new else "subscription_activated",
        to=owner.mobile,
        language=application.language,
        about=subscription,
    )
    return subscription


def refuse_expired(licence: Licence) -> None:
    """Raise MoveRefused for a licence under which nothing can be activated any more."""
    if licence.expires_on < calendar.today():
        raise MoveRefused(_("The licence has expired. Ask the owner to renew it first."))


def owner_of(application: Application) -> Owner:
    """Return the owner of that national ID, made now if this is their first establishment."""
    owner, _created = Owner.objects.select_for_update().get_or_create(
        national_id=application.owner_national_id,
        defaults={"full_name": application.owner_name, "mobile": application.owner_mobile},
    )
    return owner


def establishment_of(application: Application, licence: Licence, owner: Owner) -> Establishment:
    """Return the licence's establishment, made now if the licence has none yet."""
    establishment = licence.establishment
    if establishment is None:
        establishment = Establishment(number=next_establishment_number(), owner=owner)
    for name in ("name_ar", "name_en", "commercial_registration", "sector", "city", "short_address"):
        setattr(establishment, name, getattr(application, name))
    establishment.owner = owner
    establishment.full_clean()
    establishment.save()
    return establishment


def next_establishment_number() -> str:
    """Return an unused establishment number: seven random digits and two check digits.

    Random, because it is also a user name and must not tell who else there is.
    """
    while True:
        number = add_check_digits(str(secrets.randbelow(9_000_000) + 1_000_000))
        if not Establishment.objects.filter(number=number).exists():
            return number


def give_account(owner: Owner, establishment: Establishment, *, language: str) -> bool:
    """Make the owner's user, named after the establishment's number; return False if they have one."""
    if owner.user is not None:
        return False
    owner.user = create_person(
        username=establishment.number,
        full_name=owner.full_name,
        role=Role.OWNER,
        mobile=owner.mobile,
        language=language,
    )
    owner.save(update_fields=["user"])
    return True


def issue_statement(
    application: Application,
    establishment: Establishment,
    licence: Licence,
    *,
    by: User,
    presented: str = "",
) -> Letter:
    """Issue the statement letter that the owner takes to the licensing authority.

    `presented` says who presented the documents, where it was not the owner.
    """
    office = Office.objects.get(applications=application)
    return issue(
        kind=Kind.STATEMENT,
        series=office.code,
        establishment=establishment.name_ar,
        licence_number=licence.number,
        content={
            "establishment": establishment.name_ar,
            "establishment_en": establishment.name_en,
            "licence_number": licence.number,
            "commercial_registration": establishment.commercial_registration,
            "city": establishment.city.name_ar,
            "city_en": establishment.city.name_en,
            "authority": licence.authority.name_ar,
            "authority_en": licence.authority.name_en,
            "reference": application.shown_reference,
            "office": office.name_ar,
            "office_en": office.name_en,
            "supervisor": by.full_name,
            "presented": presented,
            "period_from": calendar.today().isoformat(),
            "period_until": licence.expires_on.isoformat(),
        },
    )
