"""Acts that ask who is there where the last code is older than ten minutes, and then go on as they were.

The table below has a line for each: what it is, who does it, where, with what, and the line of the access log
by which it is seen whether it was done. A new export or a new grave act gets its line here.
"""

import ast
import re
import time
from datetime import timedelta
from decimal import Decimal
from html import unescape
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import resolve, reverse

from activation import closing, decisions, life
from activation.models import DocumentCheck
from registration import providers
from registration.models import Sector
from shumoos.accounts import fresh
from shumoos.accounts.models import Authenticator, Look, Role
from shumoos.saudi import calendar
from shumoos.stack import BASE_DIR
from support import rights
from support.held import copies
from tests.activation.reviewing import claimed, everything_ticked
from tests.activation.subscribing import renew_in_register
from tests.authenticators import asks_again, code_of
from tests.conftest import sign_in, verify
from tests.factories import PASSWORD, ApplicationFactory, hashed_password
from tests.security import walking
from tests.security.matrix import matrix
from tests.security.world import make_world
from violations.models import BankFile, LedgerEntry
from violations.payments import pay_at_desk

pytestmark = pytest.mark.django_db

TEN_MINUTES = 10 * 60
REFRESH = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]+)">')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def admin(name, *keys):
    return reverse(f"admin:{name}", args=keys)


def activating(tenant, people):
    decisions.claim(tenant.application, by=people["supervisor"])
    return admin("activation_activate", tenant.application.pk), everything_ticked(tenant.application)


def confirming(tenant, people):
    Sector.objects.filter(pk=tenant.application.sector_id).update(needs_second_review=True)
    tenant.application.refresh_from_db()
    decisions.propose(claimed(tenant.application, people["supervisor"]), by=people["supervisor"])
    return admin("activation_confirm", tenant.application.pk), {}


def renewing(tenant, people):
    renew_in_register(tenant.subscription)
    return admin("activation_renew", tenant.subscription.pk), {}


ORDER = {"order_number": "1447/88", "reason": "قرار من الجهة"}


def reinstating(tenant, people):
    life.suspend(tenant.subscription, by=people["head"], **ORDER)
    return admin("activation_reinstate", tenant.subscription.pk), ORDER


def asking_to_close(tenant, people):
    closing.withdraw(tenant.closing, by=people["owner"])
    return reverse("activation:ask_closing", args=[tenant.establishment.number]), {"reason": "بيعت"}


def making_a_key(tenant, people):
    # Without an authenticator a code by text is asked for as well, which tests/guests/test_key_pages.py does.
    verify(sign_in(people["owner"]), people["owner"])
    return reverse("api_keys:new"), {
        "establishment": tenant.establishment.pk,
        "name": "نظام الفندق",
        "per_minute": "600",
    }


def asking_for_a_mandate(tenant, people):
    tenant.mandate.agreement.mandates.update(revoked_at=tenant.mandate.asked_at)
    return reverse("registration:ask_mandate"), {
        "number": tenant.establishment.number,
        "last_four": tenant.establishment.owner.mobile[-4:],
        "scopes": ["submit_guests"],
        "ends_on": (calendar.today() + timedelta(days=30)).isoformat(),
        "fee": "700",
    }


def annulling_a_warning(tenant, people):
    return admin("violations_annul_warning", tenant.case.notices.earliest("pk").pk), {"reason": "خطأ"}


def reversing_a_payment(tenant, people):
    paid = pay_at_desk(tenant.case, Decimal(9), on=calendar.today(), by=people["supervisor"])
    return admin("violations_reverse", paid.pk), {"reason": "خطأ"}


def fetching_ones_data(tenant, people):
    asked = rights.ask(tenant.establishment.owner, "copy", by=people["owner"])
    copies.make_due()
    return reverse("support:copy", args=[asked.copy.pk, "json"]), None


def inviting(tenant, people):
    return reverse("accounts:invite"), {
        "role": "staff",
        "place": f"registration.establishment:{tenant.establishment.pk}",
        "full_name": "موظفة مخترعة",
        "mobile": "0551234567",
        "language": "ar",
    }


def letting_go(tenant, people):
    return reverse("accounts:end_access", args=[people["staff"].pk]), {}


def closing_an_account(tenant, people):
    officer = people["supervisor"]
    kept = {"full_name": officer.full_name, "mobile": officer.mobile, "language": "ar"}
    return admin("accounts_user_change", officer.pk), kept


AGENT = {"full_name": "وكيل مخترع", "username": "new.agent", "mobile": "0551234568"}


def ending_an_agent(tenant, people):
    other = providers.add_agent(tenant.provider, **AGENT | {"mobile": "+966551234568"})
    return reverse("registration:end_agent", args=[other.pk]), {}


def at(name, *rows, data=None):
    """An act at one address: `rows` are names of the tenant's; without data it is a page to be fetched."""

    def prepare(tenant, people):
        keys = [getattr(tenant, row).pk if hasattr(tenant, row) else row for row in rows]
        return reverse(name, args=keys), data

    return prepare


# What it is, who does it, how it is done, and the access log's word for it.
ACTS = [
    ("activate", Role.SUPERVISOR, activating, "application activated"),
    ("confirm an activation", Role.HEAD, confirming, "application activated"),
    ("renew", Role.SUPERVISOR, renewing, "subscription renewed"),
    (
        "suspend",
        Role.HEAD,
        at("admin:activation_suspend", "subscription", data=ORDER),
        "subscription suspended",
    ),
    ("reinstate", Role.HEAD, reinstating, "subscription reinstated"),
    ("ask to close", Role.OWNER, asking_to_close, "ask to close"),
    (
        "close",
        Role.AUTHORITY,
        at("activation:confirm_closing", "closing", data={}),
        "closing request confirmed",
    ),
    (
        "revoke a letter",
        Role.HEAD,
        at("admin:letters_revoke", "letter", data={"reason": "خطأ"}),
        "revoke letter",
    ),
    (
        "waive",
        Role.HEAD,
        at("admin:violations_act", "case", "waive", data={"reason": "خطأ"}),
        "ledger waiver",
    ),
    (
        "reduce",
        Role.HEAD,
        at("admin:violations_act", "case", "reduce", data={"amount": "9", "reason": "خطأ"}),
        "ledger reduction",
    ),
    (
        "annul",
        Role.HEAD,
        at("admin:violations_annul", "occurrence", data={"reason": "خطأ"}),
        "annul occurrence",
    ),
    ("annul a warning", Role.HEAD, annulling_a_warning, "annul warning"),
    ("reverse a payment", Role.HEAD, reversing_a_payment, "ledger reversal"),
    (
        "decide an objection",
        Role.HEAD,
        at("admin:violations_objection", "objection", data={"outcome": "annulled", "answer": "صحيح"}),
        "objection annulled",
    ),
    ("make a key", Role.OWNER, making_a_key, "make API key"),
    ("revoke a key", Role.OWNER, at("api_keys:revoke", "key", data={}), "revoke API key"),
    ("ask for a mandate", Role.PROVIDER, asking_for_a_mandate, "ask for mandate"),
    ("revoke a mandate", Role.OWNER, at("registration:revoke_mandate", "mandate", data={}), "revoke mandate"),
    ("invite", Role.OWNER, inviting, "invite"),
    ("invite again", Role.HEAD, at("accounts:resend_invitation", "invitation", data={}), "invite again"),
    (
        "revoke an invitation",
        Role.HEAD,
        at("accounts:revoke_invitation", "invitation", data={}),
        "revoke invitation",
    ),
    ("let somebody go", Role.OWNER, letting_go, "end access"),
    (
        "send somebody a new password",
        Role.OWNER,
        lambda tenant, people: (reverse("accounts:new_password", args=[people["staff"].pk]), {}),
        "send credentials",
    ),
    ("close an account", Role.ADMINISTRATOR, closing_an_account, "change"),
    ("add an agent", Role.PROVIDER, at("registration:agents", data=AGENT), "add agent"),
    ("end an agent", Role.PROVIDER, ending_an_agent, "end agent"),
    ("confirm a reset", Role.ADMINISTRATOR, at("accounts:confirm_reset", "reset", data={}), "confirm_reset"),
    (
        "export an office's figures",
        Role.HEAD,
        at("admin:activation_figures_csv", "waiting"),
        "figures export",
    ),
    ("export the ledger's figures", Role.HEAD, at("admin:violations_sums_csv", "months"), "figures export"),
    (
        "export the directory",
        Role.DIRECTORY,
        at("registration:directory", data={"reason": "كتاب 12", "name": "فندق", "export": ""}),
        "directory export",
    ),
    ("export the access log", Role.AUDITOR, at("accounts:log", data={"export": ""}), "access log export"),
    ("export one's account", Role.OWNER, at("violations:account_csv", "account"), "account export"),
    ("print one's account", Role.OWNER, at("violations:account_pdf", "account"), "account export"),
    ("export an account", Role.SUPERVISOR, at("admin:violations_account_csv", "account"), "account export"),
    ("print an account", Role.SUPERVISOR, at("admin:violations_account_pdf", "account"), "account export"),
    ("fetch refused rows", Role.STAFF, at("guests:file_refused", "file"), "refused rows"),
    ("fetch refused lines", Role.AUTHORITY, at("registration:register_refused", "register"), "refused lines"),
    ("fetch one's data", Role.OWNER, fetching_ones_data, "copy of data"),
]


def browser(person, seconds_ago):
    """A browser in which this person typed their code so long ago."""
    client = sign_in(person)
    if Authenticator.objects.filter(user=person, confirmed=True).exists():
        verify(client, person)
    session = client.session
    session[fresh.KEY] = time.time() - seconds_ago
    session.save()
    return client


def do(client, address, data, **how):
    return client.get(address, **how) if data is None else client.post(address, data, **how)


def each_act(see):
    """Let `see` look at every act, each in the same world; return what it says is wrong, by act."""
    own, _other, people = make_world()
    for person in people.values():
        # Those who came by an activation have none yet.
        person.password = hashed_password()
        person.save()
    wrong = {}
    for name, role, prepare, word in ACTS:
        block = transaction.atomic()
        block._from_testcase = True  # what may not be part of a transaction, may be in this one
        with block:
            address, data = prepare(own, people)
            act = SimpleNamespace(person=people[role], address=address, data=data, word=word)
            said = see(act)
            if said:
                wrong[name] = said
            transaction.set_rollback(True)
        for row in own.rows.values():
            if hasattr(row, "refresh_from_db") and row.pk:
                row.refresh_from_db()
    return wrong


def done(act):
    """How often it was done, by the access log."""
    return Look.objects.filter(by=act.person, action=act.word).count()


def test_after_ten_minutes_who_is_there_is_asked_and_nothing_is_done():
    def see(act):
        before = done(act)
        response = do(browser(act.person, TEN_MINUTES + 1), act.address, act.data)
        return None if asks_again(response) and done(act) == before else (response.status_code, done(act))

    assert each_act(see) == {}


def test_within_ten_minutes_it_is_done():
    def see(act):
        before = done(act)
        response = do(browser(act.person, TEN_MINUTES - 60), act.address, act.data)
        return None if not asks_again(response) and done(act) == before + 1 else response.status_code

    assert each_act(see) == {}


def answer_of(person):
    """What this person types where it is asked who is there."""
    device = Authenticator.objects.filter(user=person, confirmed=True).first()
    return {"code": code_of(device)} if device else {"password": PASSWORD}


def follows(response):
    """The file that the browser asks for after the page on which the confirming ends."""
    found = None if response.streaming else REFRESH.search(response.content.decode(errors="replace"))
    return unescape(found[1]) if found else None


def test_once_it_is_clear_who_is_there_the_act_goes_on_with_all_that_was_typed():
    def see(act):
        before = done(act)
        client = browser(act.person, TEN_MINUTES + 1)
        asked = do(client, act.address, act.data, follow=act.data is None)
        waiting = HIDDEN.findall(asked.content.decode())
        sent = {}
        for name, value in waiting:
            sent.setdefault(unescape(name), []).append(unescape(value))
        prefix = "again-" if act.data is not None else ""
        typed = {f"{prefix}{name}": value for name, value in answer_of(act.person).items()}
        response = client.post(reverse("accounts:confirm"), sent | typed, follow=True)
        if file := follows(response):
            response = client.get(file)
        return None if done(act) == before + 1 else (response.redirect_chain, done(act) - before)

    assert each_act(see) == {}


# Files that are handed out to whoever has typed no code for long: none is a list of what the portal knows.
HANDED_OUT = {
    "a letter, which is about one thing and on record": {
        "activation:letter", "admin:activation_letter", "admin:activation_statement", "admin:letters_pdf",
        "admin:violations_entry_letter", "admin:violations_notice_letter", "violations:entry_letter",
        "violations:notice_letter", "guests:day_pdf", "guests:receipt_pdf",
    },
    "empty, to be filled in": {"guests:file_template", "registration:register_template"},
}  # fmt: skip


@pytest.mark.every_page
def test_every_other_file_that_is_handed_out_is_no_export():
    own, _other, people = make_world()
    rows, handed = matrix(), set()
    clients = {role: browser(person, TEN_MINUTES + 1) for role, person in people.items()}
    for name, model in walking.pages().items():
        role = walking.somebody(rows[name])
        if model is None and role:
            with walking.undone(clients[role]):
                response = clients[role].get(walking.address(name, model, own))
            if response.get("Content-Disposition", "").startswith("attachment"):
                handed.add(name)
    assert handed == set().union(*HANDED_OUT.values())


# Who is there is asked here too: the page that asks, one's own way in, and pages whose form is grave.
ASKING_AS_WELL = {
    "accounts:confirm", "accounts:choose_password", "accounts:enrol", "accounts:recovery_codes",
    "accounts:remove_authenticator", "accounts:end_session", "accounts:end_other_sessions",
    "accounts:mobile", "accounts:mobile_codes", "accounts:ask_reset", "accounts:refuse_reset",
    "registration:resend_agent_credentials", "admin:violations_bank", "admin:violations_add_schedule",
}  # fmt: skip


def names_of_acts(tenant, people):
    """The pages that are acts of the table, by name."""
    names = set()
    for _name, _role, prepare, _word in ACTS:
        block = transaction.atomic()
        block._from_testcase = True
        with block:
            match = resolve(prepare(tenant, people)[0].partition("?")[0])
            names.add(match.view_name)
            transaction.set_rollback(True)
        for row in tenant.rows.values():
            if hasattr(row, "refresh_from_db") and row.pk:
                row.refresh_from_db()
    return names


@pytest.mark.every_page
def test_every_page_that_asks_is_tried_above_or_where_it_is_named():
    """So that a guard which is taken away is missed, whatever page it stood before."""
    own, _other, people = make_world()
    rows, asking = matrix(), set()
    for role, person in people.items():
        client = browser(person, TEN_MINUTES + 1)
        for name, model in walking.pages().items():
            for method in walking.methods(name, model):
                if walking.LETTERS[role] in rows[name][(method, "own")]:
                    with walking.undone(client):
                        response = getattr(client, method)(walking.address(name, model, own), follow=False)
                    if asks_again(response):
                        asking.add(name)
    acts = names_of_acts(own, people)
    assert asking - acts - ASKING_AS_WELL == set()
    assert ASKING_AS_WELL - asking == set()


# Where code hands out a file, and by which act above, or why by none.
HANDING_OUT = {
    "accounts.views.audit.log": "export the access log",
    "activation.views.figures.export_figures": "export an office's figures",
    "guests.views.files.refused": "fetch refused rows",
    "guests.views.files.download": "empty, to be filled in",
    "letters.views.pdf_response": "a letter",
    "registration.views.directory.export": "export the directory",
    "registration.views.registers.csv_response": "fetch refused lines",
    "registration.views.status.slip_response": "the slip of one application, after a code",
    "support.views.rights.fetch": "fetch one's data",
    "violations.views.books.sums_csv": "export the ledger's figures",
    "violations.views.owner.csv_response": "export one's account",
    "violations.views.owner.account_pdf_response": "print one's account",
}


def functions_that_hand_out():
    """Every function whose answer is a file to be kept."""
    found = set()
    for app in ("shumoos", "registration", "activation", "guests", "violations", "support"):
        for path in (BASE_DIR / app).rglob("*.py"):
            text = path.read_text()
            if "attachment;" not in text and "as_attachment" not in text:
                continue
            module = ".".join(path.relative_to(BASE_DIR).with_suffix("").parts).removeprefix("shumoos.")
            for node in ast.parse(text).body:
                if isinstance(node, ast.FunctionDef) and re.search(
                    r"attachment;|as_attachment", ast.get_source_segment(text, node)
                ):
                    found.add(f"{module}.{node.name}")
    return found


def test_every_way_to_hand_out_a_file_is_an_act_or_has_its_reason():
    """Those that answer a form are found by no walk that only opens pages."""
    assert functions_that_hand_out() == HANDING_OUT.keys()
    acts = {name for name, _role, _prepare, _word in ACTS}
    reasons = {reason for reason in HANDING_OUT.values() if reason not in acts}
    assert reasons == {
        "empty, to be filled in", "a letter", "the slip of one application, after a code"
    }  # fmt: skip


# The page that asks -----------------------------------------------------------------------------------------


@pytest.fixture
def head_of_case():
    own, _other, people = make_world()
    return browser(people["head"], TEN_MINUTES + 1), own.case, people["head"]


def test_what_was_typed_waits_on_the_page_as_text_and_not_as_markup(head_of_case):
    client, case, _head = head_of_case
    typed = 'سبب "أول"\n<script>alert(1)</script>'
    page = client.post(admin("violations_act", case.pk, "waive"), {"reason": typed}).content.decode()
    assert "<script>alert(1)" not in page
    assert ("reason", typed) in [(name, unescape(value)) for name, value in HIDDEN.findall(page)]


def test_a_wrong_code_asks_once_more_and_keeps_what_waits(head_of_case):
    client, case, _head = head_of_case
    address = admin("violations_act", case.pk, "waive")
    sent = {"again-act": address, "reason": "خطأ", "again-code": "000000"}
    response = client.post(reverse("accounts:confirm"), sent)
    assert response.status_code == 422
    assert response.context["waiting"] == [("reason", "خطأ")]
    assert not LedgerEntry.objects.filter(case=case, kind="waiver").exists()


@pytest.mark.parametrize(
    "act", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"]
)
def test_what_waits_is_sent_to_no_other_site(head_of_case, act):
    client, _case, head = head_of_case
    code = code_of(Authenticator.objects.get(user=head))
    response = client.post(
        reverse("accounts:confirm"), {"again-act": act, "again-code": code, "code": code, "reason": "x"}
    )
    assert (response.status_code, response["Location"]) == (302, reverse("home"))


def test_a_password_never_waits_on_a_page(owner):
    client = browser(owner, TEN_MINUTES + 1)
    typed = {"new_password1": "another-password-77", "new_password2": "another-password-77"}
    response = client.post(reverse("accounts:choose_password"), typed)
    assert response.status_code == 302
    assert asks_again(response)


def test_a_file_cannot_wait_and_is_asked_for_again(head_of_case):
    client, _case, _head = head_of_case
    before = BankFile.objects.count()
    address = admin("violations_bank")
    file = SimpleUploadedFile("bank.csv", b"bank_reference,bill_number,paid_on,amount\n")
    response = client.post(address, {"file": file}, headers={"referer": f"http://testserver{address}"})
    assert asks_again(response)
    assert response["Location"] == f"{reverse('accounts:confirm')}?{urlencode({'next': address})}"
    assert BankFile.objects.count() == before


def test_the_checklist_is_kept_while_the_code_is_typed(supervisor):
    application = ApplicationFactory()
    decisions.claim(application, by=supervisor)
    address = admin("activation_activate", application.pk)

    browser(supervisor, TEN_MINUTES + 1).post(address, everything_ticked(application))

    checks = DocumentCheck.objects.values_list("original_seen", "matches", "legible")
    assert checks
    assert all(all(answers) for answers in checks)
