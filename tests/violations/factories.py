"""Licences, owners and applications of invented people, for the tests of violations."""

import itertools
import random
from datetime import date, datetime, time

import time_machine
from django.db.backends.postgresql.psycopg_any import DateRange

from activation.models import Subscription
from registration.models import Application, City, Establishment, Licence, Owner, Sector, Status
from registration.moves import move_application
from shumoos.accounts.models import Role
from shumoos.accounts.people import create_person
from shumoos.letters.models import Letter
from shumoos.saudi import reference_number
from shumoos.saudi.calendar import RIYADH
from shumoos.saudi.identity import make_national_id
from violations.accounts import account_of
from violations.models import Case, CaseKind, Notice, Schedule

numbers = itertools.count(1)
rng = random.Random(7)


def make_licence(*, city="riyadh", issued_on=date(2025, 1, 1), expires_on=date(2030, 1, 1), **fields):
    number = next(numbers)
    sector = Sector.objects.select_related("authority").first()
    fields.setdefault("owner_national_id", make_national_id(rng))
    fields.setdefault("owner_mobile", f"+9665{number:08}")
    return Licence.objects.create(
        authority=sector.authority,
        number=f"L{number:06}",
        sector=sector,
        name_ar=f"فندق مخترع {number}",
        name_en=f"Invented hotel {number}",
        commercial_registration=f"{1010000000 + number}",
        owner_name="مالك مخترع",
        city=City.objects.get(code=city),
        issued_on=issued_on,
        expires_on=expires_on,
        **fields,
    )


def make_owner(national_id=None, language="ar"):
    number = next(numbers)
    mobile = f"+9665{90000000 + number}"
    user = create_person(
        username=f"owner{number}",
        full_name="مالك مخترع",
        role=Role.OWNER,
        mobile=mobile,
        language=language,
    )
    return Owner.objects.create(
        national_id=national_id or make_national_id(rng), full_name="مالك مخترع", mobile=mobile, user=user
    )


def make_establishment(licence, owner=None):
    establishment = Establishment.objects.create(
        number=f"{next(numbers):010}",
        name_ar=licence.name_ar,
        commercial_registration=licence.commercial_registration,
        sector=licence.sector,
        city=licence.city,
        owner=owner or make_owner(licence.owner_national_id),
    )
    licence.establishment = establishment
    licence.save()
    return establishment


def make_supervisor(city="riyadh", role=Role.SUPERVISOR):
    person = create_person(username=f"officer{next(numbers)}", full_name="Invented Officer", role=role)
    City.objects.get(code=city).region.office.members.add(person)
    return person


def make_draft(licence):
    return Application.objects.create(
        reference=reference_number.make(2026, rng),
        authority=licence.authority,
        licence_number=licence.number,
        licence_issued_on=licence.issued_on,
        licence_expires_on=licence.expires_on,
        sector=licence.sector,
        name_ar=licence.name_ar,
        commercial_registration=licence.commercial_registration,
        city=licence.city,
        short_address="RRRD2929",
        owner_name=licence.owner_name,
        owner_national_id=licence.owner_national_id,
        owner_mobile=licence.owner_mobile,
        licence=licence,
        office=licence.city.region.office,
        submitted_at=datetime(2026, 1, 1, tzinfo=RIYADH),
    )


def move(application, to, on, at=time(12)):
    """Move an application as it happens on that day, at noon in Riyadh."""
    with time_machine.travel(datetime.combine(on, at, RIYADH), tick=False):
        move_application(application, Status(to), by=None, reason="For the test.")


def submit(licence, on):
    application = make_draft(licence)
    move(application, "submitted", on)
    return application


def reject(application, on):
    move(application, "under_review", on)
    move(application, "rejected", on)


def warn(licence, on):
    """A case as the sweep opens it, without the sweep."""
    schedule = Schedule.objects.in_force(CaseKind.NOT_SUBSCRIBED, on)
    days = schedule.steps.get(position=1).days
    case = Case.objects.create(
        kind=CaseKind.NOT_SUBSCRIBED,
        schedule=schedule,
        licence=licence,
        establishment=licence.establishment,
        account=account_of(licence),
        opened_on=on,
        noticed_on=on,
        due_on=date.fromordinal(on.toordinal() + days),
    )
    Notice.objects.create(case=case, stage="warned", issued_on=on, due_on=case.due_on)
    return case


def subscribe(licence, on):
    """A subscription of the licence's establishment from that day on, without an activation."""
    establishment = licence.establishment or make_establishment(licence)
    number = next(numbers)
    return Subscription.objects.create(
        establishment=establishment,
        licence=licence,
        application=make_draft(licence),
        period=DateRange(on, licence.expires_on, "[]"),
        statement=Letter.objects.create(
            kind="statement",
            series="SUB",
            year=2026,
            sequence=number,
            licence_number=licence.number,
            content={},
        ),
        activated_by=make_supervisor(),
    )
