"""Whoever opens a page about somebody is on record before they see it: every page, as everybody who may.

A page that leaves no line stands below with the reason, or shows nobody but the person who opens it.
"""

import pytest

from tests.security.opening import SEARCHES, answered, opened

pytestmark = pytest.mark.django_db

# By reason, with all who may open them.
SHOW_NOBODY = {
    "the person's own account": {
        "home", "accounts:account", "accounts:choose_password", "accounts:code", "accounts:confirm",
        "accounts:enrol", "accounts:mobile", "accounts:mobile_codes", "accounts:sessions",
        "admin:password_change", "admin:password_change_done",
    },
    "a form to be filled in": {
        "accounts:invite", "accounts:log", "admin:guests_inspection_start", "admin:violations_bank",
        "admin:violations_dismiss", "admin:violations_record", "admin:violations_take_up",
        "admin:violations_warn", "registration:ask_mandate", "registration:directory",
        "registration:load_register", "guests:new", "guests:search", "guests:send_file",
        "registration:register_columns", "registration:register_template", "guests:file_template",
    },
    "names the letter or the establishment that an act is about": {
        "admin:letters_revoke", "admin:activation_suspend", "admin:activation_reinstate",
    },
    "leads to a page that leaves a line": {
        "admin:registration_application_change", "admin:registration_application_changelist",
        "admin:guests_inspection_change", "admin:guests_inspection_changelist", "support:licence",
        "admin:support_credentialsrequest_changelist",
        # Of a notice that has an objection; the form for one shows the case, with a line.
        "admin:violations_object_at_desk",
        # Of a notice that is no warning to annul, an entry that is no payment to reverse; so do these.
        "admin:violations_annul_warning", "admin:violations_reverse",
    },
    "shows pictures of pages, each of which leaves a line": {"admin:activation_read"},
    "references and times; a record that is opened leaves a line": {"admin:guests_inspection_records"},
    "numbers, sums and days": {
        "admin:activation_figures", "admin:violations_sums", "admin:violations_bank_report",
        "guests:calendar", "guests:day", "guests:day_pdf", "guests:receipt", "guests:receipt_pdf",
        "guests:receipts",
    },
    "how files fared; what was refused in them leaves a line": {
        "guests:file", "guests:file_progress", "guests:files", "registration:register_progress",
        "registration:registers",
    },
    "what visitors, whom nobody knows, say of pages": {"support:answers"},
    "the way to other pages": {"admin:index", "admin:app_list", "admin:jsi18n"},
    "what the texts say, with invented people, and when they were held up": {
        "admin:sms_kinds", "admin:sms_outage_changelist",
    },
}  # fmt: skip
# What the portal goes by: no rows about people.
REFERENCE = {
    "accounts_readinglimit", "accounts_sessionlimit", "activation_reasontemplate", "activation_terms",
    "guests_deadline", "guests_keepingrule", "registration_city", "registration_documentkind",
    "registration_holiday", "registration_region", "registration_sector", "support_category",
    "support_macro", "support_priority", "violations_schedule",
}  # fmt: skip
# Pages about the establishment of whoever opens them; others leave a line.
OWN = {
    "activation:subscription": {"owner", "staff"},
    "api_keys:list": {"owner"},
    "api_keys:new": {"owner"},
    # An agent's names nobody: it is for callers of whom there is nothing.
    "support:new_ticket": {"owner", "support"},
    "support:rights": {"owner"},
    "support:ticket": {"owner"},
    "support:tickets": {"owner"},
    "violations:mine": {"owner"},
    "violations:object": {"owner"},
}
NEW_ROWS = {f"admin:{name}_add" for name in ("registration_authority", "registration_office")} | {
    "admin:registration_provider_add"
}


def is_reference(name):
    table = name.removeprefix("admin:").rpartition("_")[0]
    return table in REFERENCE or name == "admin:violations_add_schedule" or name in NEW_ROWS


@pytest.mark.every_page
def test_every_page_about_somebody_leaves_a_line_for_everybody_who_opens_it():
    without = {}
    for page in opened():
        if page.role and not page.looks and not is_reference(page.name):
            without.setdefault(page.name, set()).add(page.role)
    listed = set().union(*SHOW_NOBODY.values())
    assert without.keys() - listed - OWN.keys() == set()
    # What is listed is without a line, or it need not stand there.
    assert listed - without.keys() == set()
    assert {name: roles for name, roles in without.items() if name in OWN} == OWN


@pytest.mark.every_page
def test_a_page_that_answers_a_form_leaves_a_line_as_the_page_itself_does():
    """Also where the form is refused, or only looks for somebody."""
    leaves_one = {(page.name, page.role) for page in opened() if page.looks}
    without = {(page.name, page.role) for page in answered() if page.is_page and not page.looks}
    assert without & leaves_one == set()


@pytest.mark.every_page
def test_whoever_is_named_in_the_answer_to_a_form_is_on_record():
    named = [page for page in answered() if page.named]
    assert {(page.name, page.role) for page in named if not page.looks and page.name not in OWN} == set()
    # Each search was made, or it would show nothing.
    assert {page.name for page in answered() if page.looks and page.is_page} >= SEARCHES.keys()
