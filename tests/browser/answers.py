"""Pages that no link leads to: what the forms of the demo answer, each with the way there.

They are looked at as every page is (`test_answers.py`), and have their pictures (`pictures.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from playwright.sync_api import Page

from activation import decisions
from activation.models import Subscription
from guests.models import GuestRecord
from registration.models import Application, Establishment, Mandate, Status
from shumoos import demo
from shumoos.accounts import fresh
from shumoos.accounts.models import Authenticator, User
from shumoos.saudi.calendar import today
from support.models import Ticket
from tests.authenticators import code_of
from tests.browser.conftest import WIDE
from tests.browser.visits import Visit
from tests.browser.walks import (
    CHOICES,
    DOCUMENTS,
    Phone,
    add_documents,
    describe_establishment,
    go_on,
    name_licence,
    name_owner,
)
from tests.pages import in_another_thread
from tests.violations.factories import make_licence
from violations.models import Case, LedgerEntry, Notice, Objection, Occurrence, Proposal

OFFICE = "supervisor-riyadh"
# The button of a page of the portal that has one form.
OWN = "main form .btn-primary"

WAYS: list[tuple[str, Callable[[Any], None]]] = []


@dataclass
class Walk:
    """A person's window on the way to an answer."""

    page: Page
    portal: Any
    language: str

    def another_tab(self):
        """Return the same person's way in another window, on the same page."""
        page = self.page.context.new_page()
        page.goto(self.page.url)
        return replace(self, page=page)

    def go(self, view, *arguments, query=""):
        self.page.goto(reverse(view, args=arguments) + query)

    def fill(self, **values):
        for name, value in values.items():
            self.page.fill(f"main [name='{name}']", value)

    def press(self, button="main [type=submit].default"):
        with self.page.expect_navigation():
            self.page.locator(button).first.click()


def met_by(username: str) -> Callable:
    """Note a way as that of this person, or of nobody. It is given their page, and is called as it ends."""

    def note(way: Callable) -> Callable:
        WAYS.append((username, way))
        return way

    return note


def answers(portal, language: str, **options) -> Iterator[tuple[str, str, Visit]]:
    """Yield each answer: who meets it, what it is called, and their window with it."""
    in_another_thread(demo.seed)
    for username, way in WAYS:
        visit = Visit(portal, username, language, WIDE, **options)
        way(Walk(visit.page, portal, language))
        yield username, way.__name__.replace("_", "-"), visit
        visit.close()


def case_of(shop):
    return Case.objects.filter(licence__number=shop.licence_number).latest("pk")


# In the office ----------------------------------------------------------------------------------------------


@met_by(OFFICE)
def warning_to_issue(walk):
    walk.go("admin:violations_warn")
    walk.fill(licence_number=make_licence().number)
    walk.press()


@met_by(OFFICE)
def occurrence_to_record(walk):
    establishment = Establishment.objects.get(licences__number=demo.SUBSCRIBED.licence_number)
    record = GuestRecord.objects.filter(establishment=establishment).first()
    walk.go("admin:violations_record")
    walk.fill(establishment=establishment.number, occurred_on=str(today() - timedelta(days=1)))
    walk.fill(what="رقم الهوية يخالف الوثيقة", record=record.client_reference)
    walk.press()


@met_by(OFFICE)
def proposal_to_record(walk):
    walk.go("admin:violations_take_up", Proposal.objects.waiting().first().pk)
    walk.press()


@met_by(OFFICE)
def payment_asked_about(walk):
    for _time in range(2):
        walk.go("admin:violations_act", case_of(demo.RAISED).pk, "pay")
        walk.fill(amount="1500")
        walk.press()


@met_by(OFFICE)
def return_refused(walk):
    waiting = Application.objects.filter(office__code="RUH", status=Status.SUBMITTED).latest("pk")
    walk.go("admin:activation_review", waiting.pk)
    walk.press("form[action$='/claim/'] [type=submit]")
    walk.page.locator("summary:has(~ * [name=return-reason])").click()
    walk.press("form:has([name=return-reason]) [type=submit]")


@met_by(OFFICE)
def record_at_an_inspection(walk):
    record = GuestRecord.objects.filter(establishment__owner__user__username="owner").first()
    walk.go("admin:guests_inspection_start")
    walk.fill(number=record.establishment.number, case_number="RUH-1448-0091", reason="بلاغ عن نزيل")
    walk.press("main form[method=post] [type=submit]")
    with walk.page.expect_navigation():
        walk.page.locator("#result_list a, main table a").first.click()


@met_by("head")
def subscription_to_reinstate(walk):
    subscription = Subscription.objects.get(establishment__licences__number=demo.COMPLYING.licence_number)
    walk.go("admin:activation_suspend", subscription.pk)
    walk.fill(order_number="٤٤/ت/١٢٣", reason="صدر أمر بالإيقاف.")
    walk.press()
    walk.go("admin:activation_reinstate", subscription.pk)


@met_by("head")
def occurrence_to_annul(walk):
    walk.go("admin:violations_annul", Occurrence.objects.filter(annulled_at=None).first().pk)
    walk.press()


@met_by("head")
def warning_to_annul(walk):
    walk.go("admin:violations_annul_warning", Notice.objects.get(case=case_of(demo.WARNED)).pk)
    walk.press()


@met_by("head")
def payment_to_reverse(walk):
    walk.go("admin:violations_reverse", LedgerEntry.objects.filter(kind="payment").first().pk)
    walk.press()


@met_by("head")
def decision_refused(walk):
    walk.go("admin:violations_objection", Objection.objects.get(outcome="").pk)
    walk.press()


@met_by("head")
def objections_decided(walk):
    walk.go("admin:violations_objections", query="?decided=1")


# In the portal ----------------------------------------------------------------------------------------------


@met_by("owner")
def guest_entered_again(walk):
    record = GuestRecord.objects.filter(establishment__owner__user__username="owner").first()
    walk.go("guests:new")
    for name in ("id_type", "nationality", "gender"):
        walk.page.select_option(f"#id_{name}", record.content[name])
    for name in ("id_number", "full_name", "birth_date", "mobile", "room", "departs_on"):
        walk.page.fill(f"#id_{name}", str(record.content.get(name) or ""))
    walk.press("[data-save]")


@met_by("owner")
def correction_outdated(walk):
    record = GuestRecord.objects.filter(establishment__owner__user__username="owner").first()
    walk.go("guests:correct", record.pk)
    other = walk.another_tab()
    other.fill(room="909", reason="انتقل إلى غرفة أخرى")
    other.press(OWN)
    walk.fill(full_name="سلطان بن مشعل المخترع", reason="الاسم كما في الوثيقة")
    walk.press(OWN)


@met_by("head")
def file_to_follow(walk):
    walk.go("admin:activation_figures")
    session = SessionStore(
        next(one["value"] for one in walk.page.context.cookies() if one["name"] == "sessionid")
    )
    session[fresh.KEY] = 0
    session.save()
    walk.page.locator("main a[href*='.csv']").first.click()
    walk.fill(code=code_of(Authenticator.objects.get(user__username="head")))
    walk.press("main form [type=submit]")


@met_by("owner")
def guests_found(walk):
    walk.go("guests:search")
    walk.fill(name="Svensson")
    walk.press("main form [type=submit]")


@met_by("owner")
def codes_of_both_mobiles(walk):
    User.objects.filter(username="owner").update(mobile="+966551230001")
    walk.go("accounts:mobile")
    walk.fill(mobile="0551230002")
    walk.press(OWN)


@met_by("")
def mandate_to_revoke(walk):
    mandate = Mandate.objects.filter(approved_at__isnull=False).latest("pk")
    walk.go("registration:mandate", mandate.key, query="?revoke=1")


@met_by("support")
def tickets_to_merge(walk):
    late, other = Ticket.objects.filter(application=None, status="open").order_by("pk")[:2]
    walk.go("support:ticket", other.number)
    walk.page.locator("summary:has(~ * [name=merge-number])").click()
    walk.fill(**{"merge-number": late.number})
    walk.press("form:has([name=merge-number]) [type=submit]")


@met_by("")
def registrations_begun(walk):
    name_licence(walk.page, sector=CHOICES[walk.language]["sector"], number="73109911")
    walk.press("form[action$='/register/another/'] [type=submit]")


@met_by("")
def check_of_an_older_tab(walk):
    choices = CHOICES[walk.language]
    name_licence(walk.page, sector=choices["sector"], number="73109912")
    describe_establishment(walk.page, region=choices["region"], city=choices["city"])
    name_owner(walk.page, Phone(walk.portal.twilio))
    add_documents(walk.page, *DOCUMENTS, kept=choices["kept"])
    go_on(walk.page)
    other = walk.another_tab()
    other.go("registration:establishment")
    other.fill(name_ar="فندق نسيم الواحة الجديد")
    other.press(OWN)
    walk.page.check("[name=confirmed]")
    walk.press(OWN)


@met_by("")
def application_found(walk):
    application = Application.objects.get(licence_number=demo.WAITING[1].licence_number)
    walk.go("registration:status")
    walk.fill(reference=application.shown_reference, mobile_ending=application.owner_mobile[-4:])
    walk.press(OWN)


def follow(walk, application):
    """Find an application by its number, and ask for the code."""
    walk.go("registration:status")
    walk.fill(reference=application.shown_reference, mobile_ending=application.owner_mobile[-4:])
    walk.press(OWN)
    walk.press("form[action$='/status/code/send/'] [type=submit]")


@met_by("")
def code_mistyped(walk):
    follow(walk, Application.objects.get(licence_number=demo.WAITING[0].licence_number))
    walk.fill(code="000000")
    walk.press("form:has([name=code]) [type=submit]")


@met_by("")
def correction_unchanged(walk):
    application = Application.objects.get(licence_number=demo.WAITING[1].licence_number)
    supervisor = User.objects.get(username=OFFICE)
    decisions.claim(application, by=supervisor)
    decisions.return_to_owner(
        application, by=supervisor, reason="الاسم غير واضح.", flags={"name_ar": "كما في الترخيص"}
    )
    follow(walk, application)
    walk.fill(code=Phone(walk.portal.twilio, application.owner_mobile).code())
    walk.press("form:has([name=code]) [type=submit]")
    walk.go("registration:status_correct")
    walk.press(OWN)
