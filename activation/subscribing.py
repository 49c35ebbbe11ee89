"""What follows from an activation: establishment, account, closed case, statement letter, credentials."""

import secrets

from django.utils.translation import gettext as _

from activation import life
from activation.models import Subscription
from registration.models import Application, Establishment, Licence, Owner
from registration.moves import MoveRefused
from shumoos.accounts.models import Role, User
from shumoos.accounts.people import create_person
from shumoos.saudi import calendar
from shumoos.saudi.reference_number import add_check_digits
from shumoos.sms.outbox import queue_sms
from violations.escalation import comply


def subscribe(application: Application, *, by: User, presented: str) -> Subscription:
    """Make what the application asks for, within the transaction of its activation.

    The subscription holds until the licence ends, after the establishment's present period if it has one; the
    owner's account is made; the case for not subscribing is closed; the statement letter gets its number; the
    text with the credentials is queued. `by` is the supervisor who saw the originals, and `presented` names
    the agent who brought them. Raises MoveRefused where the licence has expired, or ends no later than the
    present period.
    """
    licence = Licence.objects.select_for_update().get(applications=application)
    today = calendar.today()
    refuse_expired(licence)
    owner = owner_of(application)
    former = licence.establishment.owner_id if licence.establishment else None
    establishment = establishment_of(application, licence, owner)
    application.establishment = establishment
    application.save(update_fields=["establishment"])
    licence.establishment = establishment
    licence.save(update_fields=["establishment"])
    is_new = give_account(owner, establishment, language=application.language)
    subscription = life.begin(
        establishment,
        licence,
        by=by,
        application=application,
        presented=presented,
        has_other_owner=former not in (None, owner.pk),
    )
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


def free_user_name(establishment: Establishment) -> str:
    """Return the establishment's number, with a count behind it where an earlier owner goes by the number."""
    taken = User.objects.filter(username__startswith=establishment.number).count()
    return f"{establishment.number}-{taken + 1}" if taken else establishment.number


def give_account(owner: Owner, establishment: Establishment, *, language: str) -> bool:
    """Make the owner's user, named after the establishment's number; return False if they have one."""
    if owner.user is not None:
        return False
    owner.user = create_person(
        username=free_user_name(establishment),
        full_name=owner.full_name,
        role=Role.OWNER,
        mobile=owner.mobile,
        language=language,
    )
    owner.save(update_fields=["user"])
    return True
