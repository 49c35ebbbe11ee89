"""The demo: invented people and establishments, made through the same functions as real ones."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from activation import decisions
from activation.forms import ANSWERS
from guests import intake as guest_intake
from guests.models import Door
from registration import agreements, documents, drafts, intake, mandates, register_import
from registration.models import (
    Application,
    City,
    DocumentKind,
    DutyKind,
    Establishment,
    Licence,
    Office,
    Owner,
    Provider,
    ProviderAgent,
    Scope,
    Sector,
)
from registration.registers.wording import COLUMNS
from shumoos import demo_desk, demo_violations
from shumoos.accounts.models import Role, User
from shumoos.accounts.people import choose_password, create_person
from shumoos.progress import Tell
from shumoos.saudi import calendar
from shumoos.saudi.identity import make_national_id
from violations.escalation import escalate

# The demo is for a machine of one's own; `seed_demo` refuses to run on a portal that others can reach.
PASSWORD = "shumoos-demo-1448"  # noqa: S105

PEOPLE = [
    ("supervisor-riyadh", "سعد بن فهد الدوسري", Role.SUPERVISOR),
    ("supervisor-makkah", "ماجد بن علي الحربي", Role.SUPERVISOR),
    ("head", "عبدالرحمن بن ناصر القحطاني", Role.HEAD),
    ("authority", "هند بنت سالم العتيبي", Role.AUTHORITY),
    ("support", "نورة بنت خالد الشمري", Role.SUPPORT),
    ("provider", "فيصل بن عمر الغامدي", Role.PROVIDER),
    ("directory", "منيرة بنت صالح الخالدي", Role.DIRECTORY),
    ("auditor", "ريم بنت محمد الزهراني", Role.AUDITOR),
    ("administrator", "تركي بن أحمد المطيري", Role.ADMINISTRATOR),
]
OWNER = ("owner", "خالد بن عبدالله الراشد")
STAFF = ("staff", "يوسف بن حسن العمري")
# How many `parts` makes.
PARTS = 9


@dataclass(frozen=True)
class Shop:
    """An invented establishment with a licence."""

    licence_number: str
    name_ar: str
    name_en: str
    sector: str
    city: str
    owner_name: str
    issued_days_ago: int = 40


FURNISHED = "furnished_apartments"

SUBSCRIBED = Shop("73104528", "فندق نسيم الواحة", "Naseem Oasis Hotel", "hotels", "riyadh", OWNER[1])
# The owner's second establishment, which has no subscription: its case is what the sweep moves.
WARNED = Shop("73104611", "شقق نسيم الواحة المخدومة", "Naseem Oasis Suites", FURNISHED, "riyadh", OWNER[1])
# His third, fined by now: he objects.
OBJECTING = Shop(
    "73104790", "استراحة نسيم الواحة", "Naseem Oasis Rest House", "hotels", "riyadh", OWNER[1], 45
)
# As early as each was issued, as far it is: fined, raised, suspended, and two that do something about it.
FINED = Shop(
    "73107536", "فندق ركن السفر", "Rukn Al Safar Hotel", "hotels", "riyadh", "مازن بن طارق البلوي", 45
)
RAISED = Shop(
    "73107428", "شقق ضفاف الوادي", "Wadi Banks Apartments", FURNISHED, "riyadh", "غادة بنت فواز الرويلي", 80
)
SUSPENDED = Shop("73107311", "نُزُل القمة", "Al Qimma Lodge", "hotels", "riyadh", "سامي بن عوض الجهني", 130)
APPLYING = Shop(
    "73107759", "فندق قصر الندى", "Qasr Al Nada Hotel", "hotels", "riyadh", "وليد بن حامد الزبيدي", 45
)
COMPLYING = Shop("73107642", "دار الضيافة", "Dar Al Diyafa", "hotels", "riyadh", "أحمد بن جابر الفيفي", 130)
OTHERS_WARNED = [
    Shop(
        "73105017",
        "شقق روابي الشفا",
        "Rawabi Apartments",
        FURNISHED,
        "riyadh",
        "بندر بن سلمان الحارثي",
    ),
    Shop("73105102", "فندق درة الميقات", "Durrat Al Miqat Hotel", "hotels", "makkah", "عادل بن صالح اليامي"),
]
WAITING = [
    Shop("73106214", "فندق سحاب الشمال", "Sahab North Hotel", "hotels", "riyadh", "منصور بن زيد العنزي"),
    Shop(
        "73106347",
        "شقق بيت الياسمين",
        "Yasmin House",
        FURNISHED,
        "riyadh",
        "لطيفة بنت سعود السبيعي",
    ),
    Shop("73106481", "فندق ضياء البطحاء", "Diya Hotel", "hotels", "makkah", "حمد بن راشد الثقفي"),
]
GUESTS = [
    ("national_id", "", "سلطان بن مشعل العجمي", "SAU", "101"),
    ("passport", "P4821903", "Maria Svensson", "SWE", "204"),
    ("passport", "K77120045", "Daniel Okafor", "NGA", "305"),
]


@transaction.atomic
def seed(tell: Tell = lambda done, total: None) -> bool:
    """Make the demo, whole or not at all; return False, changing nothing, where it is there already.

    `tell` hears how many of its parts are made, and of how many.
    """
    if User.objects.filter(username="supervisor-riyadh").exists():
        return False
    tell(0, PARTS)
    for done, _part in enumerate(parts(), 1):
        tell(done, PARTS)
    return True


def parts() -> Iterator[str]:
    """Make the demo part by part, and yield what each holds."""
    rng = Random(1448)  # noqa: S311
    people = {name: make_person(name, full_name, role) for name, full_name, role in PEOPLE}
    assign(people)
    yield "people"
    identity = make_national_id(rng)
    add_licence(typed(OBJECTING, identity, rng))
    others = {shop: make_national_id(rng) for shop in (FINED, RAISED, SUSPENDED, APPLYING, COMPLYING)}
    for shop, theirs in others.items():
        add_licence(typed(shop, theirs, rng))
    demo_violations.sweep_past()
    yield "cases"
    application = apply_for(SUBSCRIBED, identity, rng)
    owner = make_owner(application, people["supervisor-riyadh"])
    yield "the owner"
    apply_for(APPLYING, others[APPLYING], rng, is_registered=False)
    activate(apply_for(COMPLYING, others[COMPLYING], rng, is_registered=False), people["supervisor-riyadh"])
    yield "cases that applications stop or end"
    add_licence(typed(WARNED, identity, rng))
    for shop in OTHERS_WARNED:
        add_licence(typed(shop, make_national_id(rng), rng))
    waiting = [
        apply_for(shop, make_national_id(rng), rng, is_registered=shop is not WAITING[-1]) for shop in WAITING
    ]
    yield "the queue"
    establishment = owner.establishments.get()
    staff = make_person(*STAFF, Role.STAFF)
    establishment.staff.add(staff)
    enter_guests(establishment, staff, rng)
    yield "guests"
    agree(establishment, people["provider"])
    demo_desk.seed(establishment, people["support"], waiting[0])
    yield "a mandate and tickets"
    violate(establishment, people)
    escalate(calendar.today())
    yield "the sweep of today"
    load_register(people["authority"], make_national_id(rng))
    yield "a register"


def sign_ins() -> list[tuple[str, str]]:
    """Return every demo user name with the role it stands for."""
    names = [OWNER[0], STAFF[0], *(name for name, _full_name, _role in PEOPLE)]
    roles = dict(User.objects.filter(username__in=names).values_list("username", "role"))
    return [(name, str(Role(roles[name]).label)) for name in names]


def make_person(username: str, full_name: str, role: Role) -> User:
    person = create_person(username=username, full_name=full_name, role=role)
    choose_password(person, PASSWORD)
    return person


def assign(people: dict[str, User]) -> None:
    """Give everybody the office, authority or company they work for."""
    Office.objects.get(code="RUH").members.add(people["supervisor-riyadh"], people["head"])
    Office.objects.get(code="MKK").members.add(people["supervisor-makkah"])
    Sector.objects.get(code="hotels").authority.officers.add(people["authority"])
    provider = Provider.objects.create(
        name_ar="شركة إنجاز المنشآت", name_en="Enjaz Establishments Co.", commercial_registration="1010999901"
    )
    ProviderAgent.objects.create(provider=provider, user=people["provider"], is_head=True)


def typed(shop: Shop, identity: str, rng: Random) -> dict[str, Any]:
    """Return what the owner of a shop types into the application."""
    return {
        "licence_number": shop.licence_number,
        "licence_issued_on": calendar.today() - timedelta(days=shop.issued_days_ago),
        "licence_expires_on": calendar.today() + timedelta(days=700),
        "sector": Sector.objects.get(code=shop.sector),
        "city": City.objects.get(code=shop.city),
        "name_ar": shop.name_ar,
        "name_en": shop.name_en,
        "commercial_registration": f"10{rng.randrange(10**8):08d}",
        "short_address": "RRRD2929",
        "owner_name": shop.owner_name,
        "owner_national_id": identity,
        "owner_mobile": f"+96655{rng.randrange(10**7):07d}",
    }


def add_licence(details: dict[str, Any]) -> Licence:
    """Add a licence as its authority's register has it."""
    return Licence.objects.create(
        authority=details["sector"].authority,
        number=details["licence_number"],
        **{theirs: details[ours] for ours, theirs in intake.LICENCE_FIELDS.items()},
    )


def apply_for(shop: Shop, identity: str, rng: Random, *, is_registered: bool = True) -> Application:
    """Send a shop's application with its documents and return it."""
    details = typed(shop, identity, rng)
    if is_registered:
        add_licence(details)
    draft = drafts.begin(typed=details)
    # In place of the code, which only the simulated phone could tell.
    drafts.note_verified(draft, mobile=draft.owner_mobile)
    for kind in DocumentKind.objects.wanted_for(details["sector"]).required():
        documents.attach(draft, kind, picture(kind))
    return intake.submit(draft)


def picture(kind: DocumentKind) -> SimpleUploadedFile:
    """Return a drawn page that stands for a scanned document."""
    page = Image.new("RGB", (1000, 1414), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 960, 1374), outline="#14573A", width=6)
    draw.rectangle((40, 40, 960, 180), fill="#1B8354")
    draw.text((80, 85), f"DEMO · {kind.code}", fill="white", font_size=48)
    for line in range(12):
        draw.rectangle((90, 260 + line * 80, 910 - (line % 4) * 90, 276 + line * 80), fill="#CBD5D1")
    content = io.BytesIO()
    page.save(content, "PNG")
    return SimpleUploadedFile(f"{kind.code}.png", content.getvalue(), "image/png")


def violate(establishment: Establishment, people: dict[str, User]) -> None:
    """Let offices and owners act on the cases that the sweeps have left."""
    staff = {"supervisor": people["supervisor-riyadh"], "head": people["head"]}
    demo_violations.pay(RAISED.licence_number, FINED.licence_number, **staff)
    demo_violations.find_fault(establishment, **staff)
    demo_violations.object_to_fine(OBJECTING.licence_number, User.objects.get(username=OWNER[0]))
    demo_violations.propose(establishment)


def activate(application: Application, supervisor: User) -> Owner:
    """Activate the application as a supervisor would, and return its owner."""
    review = decisions.claim(application, by=supervisor)
    a_year_on = calendar.today() + timedelta(days=365)
    seen = dict.fromkeys(ANSWERS, True)
    # The licence's day stands there already.
    checks = {
        check.document_id: seen | {"valid_until": check.valid_until or a_year_on}
        for check in review.checks.all()
    }
    decisions.tick(application, by=supervisor, person_checked=True, checks=checks)
    return decisions.activate(application, by=supervisor).establishment.owner


def make_owner(application: Application, supervisor: User) -> Owner:
    """Activate the application, and let the owner sign in with the demo's password."""
    owner = activate(application, supervisor)
    user = User.objects.get(owner=owner)
    user.username = OWNER[0]
    user.save(update_fields=["username"])
    # The password is chosen in the same transaction, so the text with a temporary one has no purpose left.
    choose_password(user, PASSWORD)
    return owner


def agree(establishment: Establishment, agent: User) -> None:
    """Give the provider a paid agreement with one duty done, and a mandate that the owner has approved."""
    mandate = mandates.ask(
        by=agent,
        about=establishment,
        scopes=[Scope.PRESENT_DOCUMENTS, Scope.SUBMIT_GUESTS],
        ends_on=calendar.today() + timedelta(days=180),
    )
    # In place of the code, which only the simulated phone could tell.
    mandate.approved_at = timezone.now()
    mandate.approved_by = establishment.owner.user
    mandate.save(update_fields=["approved_at", "approved_by"])
    agreement = mandate.agreement
    agreements.record_payment(agreement, paid_on=calendar.today(), receipt_number="EN-1448-017")
    agreements.record_duty(
        agreement,
        DutyKind.TRAINED,
        done_on=calendar.today(),
        evidence="تدريب موظفَي الاستقبال على إدخال العملاء والإيصالات.",
        by=agent,
    )


def load_register(officer: User, other_identity: str) -> None:
    """Load a register: one licence renewed, one as before, one with another owner, three refused lines."""
    as_before, renewed, sold = (
        register_row(Licence.objects.get(number=shop.licence_number))
        for shop in (WARNED, SUBSCRIBED, OTHERS_WARNED[0])
    )
    renewed["expires_on"] = (calendar.today() + timedelta(days=1065)).isoformat()
    sold |= {"owner_name": "ماهر بن عيد الجهني", "owner_national_id": other_identity}
    refused = [
        as_before | {"licence_number": "73107001", "owner_national_id": "1000000000", "owner_mobile": "0512"},
        as_before | {"licence_number": "73107002", "sector": "car_rental"},
        as_before | {"licence_number": "73107003", "city": "jeddah", "expires_on": ""},
    ]
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(COLUMNS))
    table.writeheader()
    table.writerows([renewed, as_before, *refused, sold])
    stored, _is_new = register_import.store(
        [text.getvalue().encode()],
        authority=officer.authorities.get(),
        by=officer,
        file_name="licences-1448.csv",
        claimed=True,
    )
    register_import.read(stored)


def register_row(licence: Licence) -> dict[str, str]:
    """Return a licence as a line of its authority's register."""
    return {
        "licence_number": licence.number,
        "authority": licence.authority.code,
        "sector": licence.sector.code,
        "name_ar": licence.name_ar,
        "name_en": licence.name_en,
        "commercial_registration": licence.commercial_registration,
        "owner_name": licence.owner_name,
        "owner_national_id": licence.owner_national_id,
        "owner_mobile": licence.owner_mobile,
        "region": licence.city.region.code,
        "city": licence.city.code,
        "issued_on": licence.issued_on.isoformat(),
        "expires_on": licence.expires_on.isoformat(),
    }


def enter_guests(establishment: Establishment, staff: User, rng: Random) -> None:
    evening = datetime.combine(calendar.today() - timedelta(days=1), time(20, 30), calendar.RIYADH)
    for position, (id_type, number, name, nationality, room) in enumerate(GUESTS):
        record = {
            "client_reference": f"demo-{position + 1}",
            "id_type": id_type,
            "id_number": number or make_national_id(rng),
            "full_name": name,
            "nationality": nationality,
            "birth_date": "1988-04-12",
            "gender": "f" if name.startswith("Maria") else "m",
            "mobile": f"+96650{rng.randrange(10**7):07d}",
            "room": room,
            "arrived_at": (evening + timedelta(minutes=10 * position)).isoformat(),
            "departs_on": (calendar.today() + timedelta(days=2)).isoformat(),
        }
        guest_intake.submit(
            establishment=establishment, kind="lodging", records=[record], door=Door.FORM, by=staff
        )
