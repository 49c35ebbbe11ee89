"""How an owner goes through the four steps in a test's browser."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from registration.models import Application
from tests.codes import receive_code
from tests.factories import city, jpeg, sector

REGISTER = reverse("registration:register")
ESTABLISHMENT = reverse("registration:establishment")
OWNER = reverse("registration:owner")
MOBILE_CODE = reverse("registration:mobile_code")
DOCUMENTS = reverse("registration:documents")
CHECK = reverse("registration:check")
DONE = reverse("registration:done")

MOBILE = "+966501234567"


def upload(content=None, name="document.jpg"):
    return SimpleUploadedFile(name, jpeg() if content is None else content)


def the_licence(**changes):
    return {
        "sector": sector().pk,
        "licence_number": "73102155",
        "owner_national_id": "1000000008",
    } | changes


def the_establishment(**changes):
    return {
        "name_ar": "فندق النخلة المخترعة",
        "name_en": "",
        "commercial_registration": "1010123456",
        "licence_issued_on": "2026-01-15",
        "licence_expires_on": "2034-01-14",
        "region": "",
        "city": city().pk,
        "short_address": "",
    } | changes


def the_owner(**changes):
    return {"owner_name": "مالك مخترع", "owner_mobile": "0501234567"} | changes


def give(client, kind, content=None, **options):
    return client.post(reverse("registration:upload", args=[kind]), {"file": upload(content)}, **options)


def give_documents(client):
    for kind in ("licence", "letter", "owner_id"):
        give(client, kind)


def prove_mobile(client, mobile=MOBILE):
    return client.post(MOBILE_CODE, {"code": receive_code(mobile)})


def go_through(client, *, until=CHECK, licence=None, establishment=None, owner=None):
    """Fill in each page before `until`, and return the draft."""
    owner = the_owner(**owner or {})
    pages = {
        REGISTER: lambda: client.post(REGISTER, the_licence(**licence or {})),
        ESTABLISHMENT: lambda: client.post(ESTABLISHMENT, the_establishment(**establishment or {})),
        OWNER: lambda: client.post(OWNER, owner),
        MOBILE_CODE: lambda: prove_mobile(client),
        DOCUMENTS: lambda: give_documents(client),
        CHECK: lambda: client.post(CHECK, {"confirmed": "on"}),
    }
    for page, fill_in in pages.items():
        if page == until:
            break
        fill_in()
    return Application.objects.latest("pk")


def errors(response):
    """The sentences by field, as the page showed them."""
    with translation.override(response["Content-Language"]):
        return {name: list(messages) for name, messages in response.context["form"].errors.items()}
