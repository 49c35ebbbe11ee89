"""Two tenants with a row of every sort: one of the people's own, and another's in another office.

Their own is an establishment in Riyadh with its owner, staff, company, office and authority. The other
one is in Makkah and shares none of these.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from activation import closing
from guests import intake as guest_intake
from guests import keeping, keys
from guests.models import DailyReceipt, Door, GuestRecord, KeepingRule, Outage, PurgedDay
from guests.models.file_imports import Mode
from registration import agreements, register_import
from registration.models import Holiday
from shumoos.accounts import invitations, resets
from shumoos.accounts.models import Role, SignIn, User
from shumoos.saudi import calendar
from shumoos.sms.models import TextMessage
from support import rights
from support.held import copies
from support.models import CredentialsRequest
from support.tickets import open_ticket
from tests.activation.subscribing import subscribe
from tests.factories import (
    ApplicationFactory,
    AuthorityOfficerFactory,
    LicenceFactory,
    OfficerFactory,
    UserFactory,
    city,
    clean_jpeg,
    office,
    sector,
)
from tests.guests.factories import GuestFactory
from tests.guests.files.records import csv_file, guests, stored
from tests.registration.mandating import ProviderFactory, agent_of, granted
from violations import objections, payments
from violations.escalation import escalate, open_case
from violations.models import Proposal, Schedule
from violations.occurrences import record_occurrence


@dataclass
class Tenant:
    """The rows of one side: by the name of what they are."""

    rows: dict = field(default_factory=dict)
    people: dict = field(default_factory=dict)

    def __getattr__(self, name):
        try:
            return self.__dict__["rows"][name]
        except KeyError:
            raise AttributeError(name) from None


def make_tenant(*, city_code, sector_code, office_code, authority_code):
    """Make an establishment with everything that may belong to one."""
    tenant = Tenant()
    rows, people = tenant.rows, tenant.people
    people["supervisor"] = OfficerFactory(office=office_code)
    people["head"] = OfficerFactory(role=Role.HEAD, office=office_code)
    people["authority"] = AuthorityOfficerFactory(authority=authority_code)
    where = {"city": city(city_code), "sector": sector(sector_code)}
    add_way_in(tenant, where)
    establishment = rows["establishment"]
    people["owner"] = establishment.owner.user
    people["staff"] = UserFactory(role=Role.STAFF)
    establishment.staff.add(people["staff"])
    people["provider"] = agent_of(rows["provider"], is_head=True)
    rows["agent"] = agent_of(rows["provider"]).memberships.get()
    rows["mandate"] = granted(people["provider"], establishment)
    rows["agreement"] = rows["mandate"].agreement
    agreements.record_duty(
        rows["agreement"],
        "visited",
        done_on=calendar.today(),
        evidence="زيارة",
        by=people["provider"],
        file=clean_jpeg("red"),
    )
    add_guests(tenant)
    add_violations(tenant, where)
    add_accounts(tenant)
    add_desk(tenant)
    return tenant


def add_way_in(tenant, where):
    rows, people = tenant.rows, tenant.people
    licence = LicenceFactory(**where)
    subscription = subscribe(
        supervisor=people["supervisor"],
        in_register=False,
        licence_number=licence.number,
        owner_national_id=licence.owner_national_id,
        **where,
    )
    rows["subscription"] = subscription
    rows["establishment"] = subscription.establishment
    rows["licence"] = subscription.licence
    rows["letter"] = subscription.statement
    rows["activated"] = subscription.application
    rows["application"] = ApplicationFactory(**where)
    rows["document"] = rows["application"].documents.first()
    rows["provider"] = ProviderFactory()
    rows["closing"] = closing.ask(subscription, by=rows["establishment"].owner.user, reason="بيعت المنشأة")
    officer = people["authority"]
    rows["register"], _is_new = register_import.store(
        [b"licence_number,authority,sector,name_ar,name_en,commercial_registration,owner_name,"
         b"owner_national_id,owner_mobile,region,city,issued_on,expires_on\n1,2,3,4,5,6,7,8,9,10,11,12,13\n"],
        authority=officer.authorities.get(),
        by=officer,
        file_name="licences.csv",
        claimed=True,
    )  # fmt: skip
    register_import.read(rows["register"])
    rows["register"].refresh_from_db()


def add_guests(tenant):
    rows, people = tenant.rows, tenant.people
    taken = guest_intake.submit(
        establishment=rows["establishment"],
        kind="lodging",
        records=[GuestFactory()],
        door=Door.FORM,
        by=people["owner"],
    )
    rows["record"] = GuestRecord.objects.select_related("submission").get(establishment=rows["establishment"])
    rows["submission"] = rows["record"].submission
    assert taken is not None
    rows["key"], rows["secret"] = keys.make(
        establishment=rows["establishment"], name="برنامج", is_test=False, by=people["owner"]
    )
    rows["file"] = stored(rows["establishment"], csv_file(*guests(1)), mode=Mode.GOOD_ROWS)
    rows["inspection"] = keeping.inspect(
        by=people["supervisor"], number=rows["establishment"].number, case_number="1/1448", reason="بلاغ سرقة"
    )
    rows["day"] = DailyReceipt.objects.create(
        establishment=rows["establishment"],
        number=f"{rows['establishment'].pk:016d}",
        day=calendar.today() - timedelta(days=1),
        submissions=1,
        accepted=1,
        duplicate=0,
        rejected=0,
        nil_returns=0,
        sha256="0" * 64,
    )


def add_violations(tenant, where):
    """A case of missing subscription up to its fine, with an objection; an occurrence; a proposal; a file."""
    rows, people = tenant.rows, tenant.people
    owner = people["owner"]
    warned = LicenceFactory(**where, owner_national_id=rows["establishment"].owner.national_id)
    began = calendar.today() - timedelta(days=31)
    case = open_case(warned, people["supervisor"], began)
    escalate(calendar.today())
    case.refresh_from_db()
    rows["case"] = case
    rows["entry"] = case.entries.latest("pk")
    rows["account"] = case.account
    rows["notice"] = case.notices.latest("pk")
    rows["objection"] = objections.file(
        rows["notice"], text="سُلّم الترخيص.", documents=[clean_jpeg("gray")], by=owner
    )
    rows["objection_document"] = rows["objection"].documents.get()
    rows["occurrence"] = record_occurrence(
        establishment=rows["establishment"],
        licence=rows["licence"],
        occurred_on=calendar.today(),
        what="رقم غرفة غير صحيح",
        by=people["supervisor"],
    )
    rows["proposal"] = Proposal.objects.create(
        establishment=rows["establishment"],
        source="centre",
        key=f"test:{rows['establishment'].pk}",
        first_on=calendar.today(),
        last_on=calendar.today(),
    )
    rows["bank_file"] = payments.import_file(
        b"bank_reference,bill_number,paid_on,amount\n", name="bank.csv", by=people["head"]
    )
    rows["schedule"] = Schedule.objects.first()


def add_accounts(tenant):
    rows, people = tenant.rows, tenant.people
    rows["sign_in"] = SignIn.objects.create(user=people["owner"], result="ok")
    rows["invitation"] = invitations.invite(
        by=people["head"],
        role=Role.SUPERVISOR,
        place=people["head"].offices.get(),
        full_name="مشرف مخترع",
        mobile=f"+9665{40000000 + people['head'].pk}",
    )
    rows["person"] = people["supervisor"]
    rows["reset"] = resets.ask(people["supervisor"], by=people["head"])
    rows["text"] = TextMessage.objects.about(rows["subscription"]).first()


def add_desk(tenant):
    """A ticket with a file, a copy of the owner's data and one in the making, and a request to the office."""
    rows, owner = tenant.rows, tenant.people["owner"]
    rows["ticket"] = open_ticket(
        by=owner,
        establishment=rows["establishment"],
        category="technical",
        subject="طباعة",
        text="لا تطبع",
        attached=[clean_jpeg("blue")],
    )
    rows["ticket_file"] = rows["ticket"].files.get()
    rows["copy"] = rights.ask(rows["establishment"].owner, "copy", by=owner).copy
    copies.finish(rows["copy"], b"{}", b"%PDF-1.7")
    rows["copy_in_making"] = rights.ask(rows["establishment"].owner, "copy", by=owner).copy
    rows["credentials_request"] = CredentialsRequest.objects.create(
        subscription=rows["subscription"],
        ticket=rows["ticket"],
        office=tenant.people["head"].offices.get(),
        asked_by=UserFactory(role=Role.SUPPORT),
    )


def make_world():
    """Return the own tenant, the other one, and the people who sign in, by role."""
    own = make_tenant(city_code="riyadh", sector_code="hotels", office_code="RUH", authority_code="tourism")
    other = make_tenant(
        city_code="jeddah", sector_code="rest_houses", office_code="MKK", authority_code="municipalities"
    )
    Outage.objects.create(part="intake", began_at=timezone.now(), ended_at=timezone.now())
    PurgedDay.objects.create(day=calendar.today())
    KeepingRule.objects.create(holds_from=calendar.today() + timedelta(days=1), years=5)
    Holiday.objects.get_or_create(day=calendar.today(), office=office("RUH"), defaults={"name_ar": "عطلة"})
    people = own.people | {
        role: UserFactory(role=role)
        for role in (Role.SUPPORT, Role.DIRECTORY, Role.AUDITOR, Role.ADMINISTRATOR)
    }
    people = {Role(role): User.objects.get(pk=person.pk) for role, person in people.items()}
    return own, other, people
