"""Establishments that may send, and the records they send. The people in them are invented."""

from datetime import datetime, timedelta

import factory

from activation.models import Subscription
from guests import intake
from guests.models import Door
from registration.models import Application
from shumoos.letters.models import Letter
from shumoos.saudi.calendar import RIYADH, today
from shumoos.saudi.identity import make_national_id
from tests.factories import RNG, EstablishmentFactory, LicenceFactory, UserFactory


def subscribe(establishment, **details):
    """Give the establishment a subscription, active unless `details` say otherwise."""
    sequence = Letter.objects.count() + 1
    details = {"period": (today() - timedelta(days=365), today() + timedelta(days=365))} | details
    licence = LicenceFactory(
        establishment=establishment,
        owner_national_id=establishment.owner.national_id,
        issued_on=details["period"][0] - timedelta(days=30),
        expires_on=details["period"][1] - timedelta(days=1),
    )
    if details.get("status") == "closed" and "closed_on" not in details:
        details |= {"closed_on": today(), "period": (details["period"][0], today())}
    return Subscription.objects.create(
        establishment=establishment,
        licence=licence,
        application=Application.objects.create(),
        statement=Letter.objects.create(
            kind="statement",
            series="RUH",
            year=today().year,
            sequence=sequence,
            establishment=establishment.name_ar,
            content={},
        ),
        activated_by=UserFactory(),
        **details,
    )


class SubscribedFactory(EstablishmentFactory):
    """An establishment with an active subscription."""

    class Meta:
        skip_postgeneration_save = True

    @factory.post_generation
    def subscription(self, create, extracted, **kwargs):
        subscribe(self)


class GuestFactory(factory.DictFactory):
    """A guest as typed, in the day before now."""

    client_reference = factory.Sequence(lambda n: f"G-{n}")
    id_type = "national_id"
    id_number = factory.LazyFunction(lambda: make_national_id(RNG))
    full_name = factory.Sequence(lambda n: f"نزيل مخترع {'ا' * (n % 20 + 1)}")
    nationality = "SAU"
    birth_date = "1990-03-15"
    gender = "m"
    arrived_at = factory.LazyFunction(lambda: f"{datetime.now(RIYADH) - timedelta(hours=20):%Y-%m-%d %H:%M}")


def send(establishment, *records, door=Door.FORM, by=None, kind="lodging"):
    """Submit the records for the establishment, by its owner unless `by` is given."""
    return intake.submit(
        establishment=establishment,
        kind=kind,
        records=list(records),
        door=door,
        by=by or establishment.owner.user,
    )
