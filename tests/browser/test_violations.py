"""Violations as owners and offices walk them: every step on the owner's page, an occurrence, an objection,
money."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shumoos.accounts.models import STAFF_ROLES, Role
from shumoos.saudi import calendar
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW, WIDE
from tests.browser.walks import picture as photograph
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, AuthorityOfficerFactory, OfficerFactory, OwnerFactory
from tests.violations.factories import make_draft, make_establishment, make_licence, move, subscribe, warn
from violations.escalation import comply, escalate
from violations.models import LedgerEntry, Notice, Objection, Occurrence, Schedule

pytestmark = pytest.mark.browser

WORDS = {
    "ar": {
        "paused": "المهلة متوقفة",
        "order": "وقف النشاط",
        "closed": "أُغلقت في",
        "object": "التظلم من هذا الإشعار",
        "send": "إرسال التظلم",
        "with_office": "لدى الإدارة",
        "reduced": "تخفيض الغرامة",
        "payment": "سداد",
        "corrected": "صححتُها",
        "done": "صُححت في",
    },
    "en": {
        "paused": "The clock stands still",
        "order": "The activity is suspended",
        "closed": "Closed on",
        "object": "Object to this notice",
        "send": "Send the objection",
        "with_office": "With the office",
        "reduced": "The fine is reduced",
        "payment": "Payment",
        "corrected": "I have corrected it",
        "done": "Corrected on",
    },
}


@pytest.fixture(params=[("ar", NARROW), ("en", WIDE)], ids=["Arabic, narrow", "English, wide"])
def walk(request, portal, accessible):
    """A way to open pages as somebody, in one language and width, and to look at them."""
    language, viewport = request.param

    class Walk:
        words = WORDS[language]

        def open_as(self, user, path):
            page = portal.open("/login/", viewport=viewport)
            if language == "en":
                page.get_by_role("button", name="English").click()
            device = give_authenticator(user) if user.role in STAFF_ROLES else None
            sign_in(page, user.username, PASSWORD, device)
            page.wait_for_url(lambda url: "/login/" not in url)
            page.goto(path)
            return page

        def look(self, page, name):
            accessible(page)
            if directory := os.environ.get("PICTURES"):
                page.screenshot(path=Path(directory) / f"{name}-{language}.png", full_page=True)

    return Walk()


@pytest.fixture
def owner(transactional_db):
    Schedule.objects.filter(kind="not_subscribed").update(warns_by_sweep=False)
    return OwnerFactory()


def licence_of(owner):
    return make_licence(owner_national_id=owner.national_id, owner_mobile=owner.mobile)


def ago(days):
    return calendar.today() - timedelta(days=days)


def case_at(owner, *sweeps, warned):
    case = warn(licence_of(owner), ago(warned))
    for days in sweeps:
        escalate(ago(days))
    case.refresh_from_db()
    return case


STEPS = {
    "warned": {"warned": 10},
    "fined_first": {"sweeps": (5,), "warned": 40},
    "fined_raised": {"sweeps": (40, 5), "warned": 80},
    "suspended": {"sweeps": (69, 38, 5), "warned": 100},
}


@pytest.mark.parametrize("stage", STEPS)
def test_the_owners_page_on_every_step(walk, owner, stage):
    case = case_at(owner, *STEPS[stage].get("sweeps", ()), warned=STEPS[stage]["warned"])
    assert case.stage == stage
    page = walk.open_as(owner.user, "/violations/")
    expect(page.locator(f"#case-{case.pk}")).to_be_visible()
    walk.look(page, f"violations-{stage}")
    page.goto(f"/violations/cases/{case.pk}/")
    walk.look(page, f"violations-case-{stage}")
    if stage == "warned":
        application = make_draft(case.licence)
        move(application, "submitted", ago(3))
        page.reload()
        expect(page.locator("main")).to_contain_text(walk.words["paused"])
        walk.look(page, "violations-paused")
    if stage == "suspended":
        expect(page.locator("main")).to_contain_text(walk.words["order"])
        officer = walk.open_as(
            AuthorityOfficerFactory(authority=case.licence.authority.code), "/violations/orders/"
        )
        expect(officer.locator("#orders")).to_contain_text(case.licence.number)
        walk.look(officer, "violations-orders")
        make_establishment(case.licence, owner)
        subscribe(case.licence, on=calendar.today())
        comply(case.licence, on=calendar.today())
        page.reload()
        expect(page.locator("main")).to_contain_text(walk.words["closed"])
        walk.look(page, "violations-complied")


def test_an_objection_to_its_end(walk, owner):
    case = case_at(owner, 5, warned=40)
    page = walk.open_as(owner.user, "/violations/")
    page.get_by_role("link", name=walk.words["object"]).last.click()
    walk.look(page, "objection-form")
    page.fill("[name=text]", "لم يصلنا الإنذار لأن المحل كان مغلقًا.")
    page.set_input_files("[name=document_1]", photograph("proof"))
    page.get_by_role("button", name=walk.words["send"]).click()
    page.wait_for_url("**/objections/*/")
    expect(page.locator("main")).to_contain_text(walk.words["with_office"])
    walk.look(page, "objection-filed")

    head = walk.open_as(OfficerFactory(role=Role.HEAD), "/admin/violations/case/objections/")
    walk.look(head, "objections-waiting")
    head.locator("#result_list a").first.click()
    walk.look(head, "objection-to-decide")
    head.check("[name=outcome][value=reduced]")
    head.fill("[name=reduced_by]", "٤٠٠٠")
    head.fill("[name=answer]", "ثبت أن المحل كان مغلقًا للصيانة.")
    head.locator("[type=submit].default").click()
    expect(head.locator(".messagelist")).to_be_visible()
    walk.look(head, "objection-decided")

    page.reload()
    expect(page.locator("main")).to_contain_text(walk.words["reduced"])
    walk.look(page, "objection-answered")
    case.refresh_from_db()
    assert case.fined == 6000
    assert Objection.objects.get().letter.kind == "decision"


def test_a_payment_at_the_desk(walk, owner):
    case = case_at(owner, 5, warned=40)
    desk = walk.open_as(OfficerFactory(), f"/admin/violations/case/{case.pk}/change/")
    walk.look(desk, "case-in-the-office")
    desk.goto(f"/admin/violations/case/{case.pk}/act/pay/")
    walk.look(desk, "payment-form")
    desk.fill("[name=amount]", "2500.50")
    desk.locator("[type=submit].default").click()
    expect(desk.locator(".messagelist")).to_be_visible()
    desk.goto(f"/admin/violations/case/accounts/{case.account_id}/")
    walk.look(desk, "account-in-the-office")
    desk.goto("/admin/violations/case/sums/")
    walk.look(desk, "ledger-in-sums")
    assert LedgerEntry.objects.get(kind="payment").letter.kind == "payment"

    page = walk.open_as(owner.user, f"/violations/accounts/{case.account_id}/")
    expect(page.locator("#entries")).to_contain_text(walk.words["payment"])
    walk.look(page, "account")


def test_an_occurrence_is_recorded_and_corrected(walk, owner):
    licence = licence_of(owner)
    establishment = make_establishment(licence, owner)
    application = make_draft(licence)
    application.establishment = establishment
    application.save()
    desk = walk.open_as(OfficerFactory(), "/admin/violations/case/record/")
    desk.locator("[type=submit].default").click()
    walk.look(desk, "occurrence-refused")
    desk.fill("[name=establishment]", establishment.number)
    desk.fill("[name=occurred_on]", ago(2).isoformat())
    desk.select_option("[name=fault]", "inaccurate")
    desk.fill("[name=what]", "رقم هوية النزيل لا يطابق الوثيقة")
    desk.fill("[name=application]", application.shown_reference)
    desk.locator("[type=submit].default").click()
    expect(desk.locator("dl.rows")).to_contain_text(establishment.name_ar)
    walk.look(desk, "occurrence-named")
    assert not Occurrence.objects.exists()
    # Back to the entries, which are still there, and on again.
    desk.locator("[name=change]").click()
    expect(desk.locator("[name=what]")).to_have_value("رقم هوية النزيل لا يطابق الوثيقة")
    desk.locator("[type=submit].default").click()
    expect(desk.locator("[name=confirmed]")).to_be_attached()
    desk.locator("[type=submit].default").click()
    desk.wait_for_url("**/change/")
    walk.look(desk, "occurrence-recorded")

    page = walk.open_as(owner.user, "/violations/")
    walk.look(page, "violations-occurrence")
    page.get_by_role("button", name=walk.words["corrected"]).click()
    expect(page.locator("main")).to_contain_text(walk.words["done"])
    walk.look(page, "occurrence-corrected")
    assert Occurrence.objects.get().corrected_by == owner.user
    assert Notice.objects.get().letter.kind == "warning"
