"""Rows of invented people and places. Regions, offices and sectors are the ones the portal ships with."""

import io
import random
from datetime import date
from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from factory.django import DjangoModelFactory
from PIL import Image

from registration import documents, drafts, intake
from registration.models import (
    Application,
    Authority,
    City,
    Establishment,
    Licence,
    Office,
    Owner,
    Sector,
)
from shumoos.accounts.models import ADMIN_ROLES, Role, User
from shumoos.saudi.identity import make_national_id

RNG = random.Random(1446)
PASSWORD = "a-password-for-tests"


def sector(code="hotels"):
    return Sector.objects.select_related("authority").get(code=code)


def city(code="riyadh"):
    return City.objects.select_related("region__office").get(code=code)


def office(code="RUH"):
    return Office.objects.get(code=code)


def jpeg(color="white", size=(60, 40), **options):
    content = io.BytesIO()
    Image.new("RGB", size, color).save(content, "JPEG", **options)
    return content.getvalue()


@cache
def clean_jpeg(color="white"):
    """A document as it is stored; another colour is another file."""
    return documents.clean_upload(SimpleUploadedFile("document", jpeg(color)))


@cache
def hashed_password():
    # Once for all, because hashing is slow by design.
    return make_password(PASSWORD)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    full_name = factory.Sequence(lambda n: f"شخص مخترع {n}")
    mobile = factory.Sequence(lambda n: f"+9665{n:08}")
    role = Role.OWNER
    is_staff = factory.LazyAttribute(lambda user: user.role in ADMIN_ROLES)
    password = factory.LazyFunction(hashed_password)


class OfficerFactory(UserFactory):
    """Somebody of an investigation office: `office="MKK"` for another than Riyadh's."""

    role = Role.SUPERVISOR

    @factory.post_generation
    def office(self, create, extracted, **kwargs):
        office(extracted or "RUH").members.add(self)


class AuthorityOfficerFactory(UserFactory):
    role = Role.AUTHORITY

    @factory.post_generation
    def authority(self, create, extracted, **kwargs):
        Authority.objects.get(code=extracted or "tourism").officers.add(self)


class OwnerFactory(DjangoModelFactory):
    """An owner with an account; `user=None` for one who has not been activated yet."""

    class Meta:
        model = Owner

    national_id = factory.LazyFunction(lambda: make_national_id(RNG))
    full_name = factory.Sequence(lambda n: f"مالك مخترع {n}")
    mobile = factory.Sequence(lambda n: f"+96651{n:07}")
    user = factory.SubFactory(
        UserFactory,
        full_name=factory.SelfAttribute("..full_name"),
        mobile=factory.SelfAttribute("..mobile"),
    )


class EstablishmentFactory(DjangoModelFactory):
    class Meta:
        model = Establishment

    number = factory.Sequence(lambda n: f"7{n:08}")
    name_ar = factory.Sequence(lambda n: f"فندق مخترع {n}")
    name_en = factory.Sequence(lambda n: f"Invented Hotel {n}")
    commercial_registration = factory.Sequence(lambda n: f"{1010000000 + n}")
    sector = factory.LazyFunction(sector)
    city = factory.LazyFunction(city)
    short_address = "RRRD2929"
    owner = factory.SubFactory(OwnerFactory)


class LicenceFactory(DjangoModelFactory):
    """A licence in its authority's register."""

    class Meta:
        model = Licence

    sector = factory.LazyFunction(sector)
    authority = factory.SelfAttribute("sector.authority")
    number = factory.Sequence(lambda n: f"LC{n:07}")
    name_ar = factory.Sequence(lambda n: f"فندق مخترع {n}")
    name_en = factory.Sequence(lambda n: f"Invented Hotel {n}")
    commercial_registration = factory.Sequence(lambda n: f"{1010000000 + n}")
    owner_name = factory.Sequence(lambda n: f"مالك مخترع {n}")
    owner_national_id = factory.LazyFunction(lambda: make_national_id(RNG))
    owner_mobile = factory.Sequence(lambda n: f"+96652{n:07}")
    city = factory.LazyFunction(city)
    issued_on = date(2025, 1, 1)
    expires_on = date(2035, 1, 1)


class TypedFactory(factory.DictFactory):
    """What an owner types, as `drafts.save` takes it."""

    sector = factory.LazyFunction(sector)
    licence_number = factory.Sequence(lambda n: f"AP{n:07}")
    licence_issued_on = date(2025, 1, 1)
    licence_expires_on = date(2035, 1, 1)
    name_ar = factory.Sequence(lambda n: f"شقق مخترعة {n}")
    name_en = factory.Sequence(lambda n: f"Invented Flats {n}")
    commercial_registration = factory.Sequence(lambda n: f"{1020000000 + n}")
    city = factory.LazyFunction(city)
    short_address = "RRRD2929"
    owner_name = factory.Sequence(lambda n: f"مالك مخترع {n}")
    owner_national_id = factory.LazyFunction(lambda: make_national_id(RNG))
    owner_mobile = factory.Sequence(lambda n: f"+96653{n:07}")


def make_document(application, kind="licence", color="white"):
    """Give a document to an application that is a draft, or was returned."""
    return documents.keep(application, kind, clean_jpeg(color))


def make_draft(**typed):
    """A draft with all three documents, whose mobile is proved."""
    draft = drafts.begin(typed=typed)
    drafts.note_verified(draft, mobile=draft.owner_mobile)
    for kind in ("licence", "letter", "owner_id"):
        make_document(draft, kind)
    return draft


class ApplicationFactory(TypedFactory):
    """An application that was sent, with its documents: `city=city("jeddah")` sends it to Makkah's office."""

    class Meta:
        model = Application

    language = "ar"

    @classmethod
    def _create(cls, model_class, *args, language, **typed):
        return intake.submit(make_draft(**typed), language=language)
