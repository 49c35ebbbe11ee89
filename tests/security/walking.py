"""Every page of the portal, its address for each tenant's rows, and whether a person gets in."""

import copy
from contextlib import contextmanager

from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.urls import URLResolver, get_resolver, reverse

from shumoos.accounts.models import Role

# A letter each, so that a row of the matrix is one line.
LETTERS = {
    Role.OWNER: "o",
    Role.STAFF: "t",
    Role.PROVIDER: "p",
    Role.SUPERVISOR: "s",
    Role.HEAD: "h",
    Role.AUTHORITY: "l",
    Role.SUPPORT: "d",
    Role.DIRECTORY: "r",
    Role.AUDITOR: "a",
    Role.ADMINISTRATOR: "m",
}
# The API has no sessions: a key opens it, and `test_keys_open_their_own_establishment_alone` walks it.
BY_KEY = "api:"

# How the rows of a tenant stand in an address; pages that are not named here have none in theirs.
KEYS = {
    "accounts:end_session": lambda t: [t.sign_in.pk],
    "accounts:resend_invitation": lambda t: [t.invitation.pk],
    "accounts:revoke_invitation": lambda t: [t.invitation.pk],
    "accounts:ask_reset": lambda t: [t.person.pk],
    "accounts:end_access": lambda t: [t.people["staff"].pk],
    "accounts:new_password": lambda t: [t.people["staff"].pk],
    "accounts:confirm_reset": lambda t: [t.reset.pk],
    "accounts:refuse_reset": lambda t: [t.reset.pk],
    "registration:register_import": lambda t: [t.register.pk],
    "registration:register_progress": lambda t: [t.register.pk],
    "registration:stop_register": lambda t: [t.register.pk],
    "registration:register_refused": lambda t: [t.register.pk],
    "registration:mandate_detail": lambda t: [t.mandate.pk],
    "registration:revoke_mandate": lambda t: [t.mandate.pk],
    "registration:agreement": lambda t: [t.agreement.pk],
    "registration:agreement_payment": lambda t: [t.agreement.pk],
    "registration:agreement_duty": lambda t: [t.agreement.pk, "trained"],
    "registration:agreement_evidence": lambda t: [t.agreement.pk, "visited"],
    "registration:end_agent": lambda t: [t.agent.pk],
    "registration:resend_agent_credentials": lambda t: [t.agent.pk],
    "guests:detail": lambda t: [t.record.pk],
    "guests:depart": lambda t: [t.record.pk],
    "guests:undo_departure": lambda t: [t.record.pk],
    "guests:move": lambda t: [t.record.pk],
    "guests:correct": lambda t: [t.record.pk],
    "guests:cancel": lambda t: [t.record.pk],
    "guests:file_template": lambda t: ["lodging", "csv"],
    "guests:file": lambda t: [t.file.pk],
    "guests:file_progress": lambda t: [t.file.pk],
    "guests:stop_file": lambda t: [t.file.pk],
    "guests:file_refused": lambda t: [t.file.pk],
    "guests:receipt": lambda t: [t.submission.receipt],
    "guests:receipt_pdf": lambda t: [t.submission.receipt],
    "guests:day": lambda t: [t.establishment.number, t.day.day.isoformat()],
    "guests:day_pdf": lambda t: [t.establishment.number, t.day.day.isoformat()],
    "api_keys:revoke": lambda t: [t.key.pk],
    "violations:case": lambda t: [t.case.pk],
    "violations:notice_letter": lambda t: [t.notice.pk],
    "violations:object": lambda t: [t.notice.pk],
    "violations:corrected": lambda t: [t.occurrence.pk],
    "violations:objection": lambda t: [t.objection.pk],
    "violations:objection_letter": lambda t: [t.objection.pk],
    "violations:objection_document": lambda t: [t.objection.pk, t.objection_document.pk],
    "violations:account": lambda t: [t.account.pk],
    "violations:account_csv": lambda t: [t.account.pk],
    "violations:account_pdf": lambda t: [t.account.pk],
    "violations:entry_letter": lambda t: [t.entry.pk],
    "violations:order_letter": lambda t: [t.notice.pk],
    "violations:lifting_letter": lambda t: [t.notice.pk],
    "activation:closing": lambda t: [t.closing.pk],
    "activation:confirm_closing": lambda t: [t.closing.pk],
    "activation:refuse_closing": lambda t: [t.closing.pk],
    "activation:subscription": lambda t: [t.establishment.number],
    "activation:letter": lambda t: [t.establishment.number, t.subscription.pk],
    "activation:ask_closing": lambda t: [t.establishment.number],
    "activation:withdraw_closing": lambda t: [t.establishment.number],
    "support:application": lambda t: [t.application.pk],
    "support:named": lambda t: [t.application.pk],
    "support:act": lambda t: [t.application.pk, "reference"],
    "support:licence": lambda t: [t.licence.pk],
    "support:take": lambda t: [t.ticket.number],
    "support:assign": lambda t: [t.ticket.number],
    "support:answer": lambda t: [t.ticket.number],
    "support:note": lambda t: [t.ticket.number],
    "support:change": lambda t: [t.ticket.number],
    "support:merge": lambda t: [t.ticket.number],
    "support:link": lambda t: [t.ticket.number],
    "support:reopen": lambda t: [t.ticket.number],
    "support:outcome": lambda t: [t.ticket.number],
    "support:ticket": lambda t: [t.ticket.number],
    "support:ticket_file": lambda t: [t.ticket.number, t.ticket_file.pk],
    "support:ticket_act": lambda t: [t.ticket.number, "close"],
    "support:copy": lambda t: [t.copy.pk, "json"],
    "support:stop_copy": lambda t: [t.copy_in_making.pk],
    "admin:support_credentials_send": lambda t: [t.credentials_request.pk],
    "admin:support_credentials_refuse": lambda t: [t.credentials_request.pk],
    "admin:auth_user_password_change": lambda t: [t.person.pk],
    "admin:view_on_site": lambda t: [1, t.establishment.pk],
    "admin:app_list": lambda t: ["registration"],
    "admin:letters_pdf": lambda t: [t.letter.pk],
    "admin:letters_revoke": lambda t: [t.letter.pk],
    "admin:guests_inspection_records": lambda t: [t.inspection.pk],
    "admin:guests_inspection_record": lambda t: [t.inspection.pk, t.record.pk],
    "admin:violations_objection": lambda t: [t.objection.pk],
    "admin:violations_decision_letter": lambda t: [t.objection.pk],
    "admin:violations_objection_document": lambda t: [t.objection.pk, t.objection_document.pk],
    "admin:violations_take_up": lambda t: [t.proposal.pk],
    "admin:violations_dismiss": lambda t: [t.proposal.pk],
    "admin:violations_account": lambda t: [t.account.pk],
    "admin:violations_account_csv": lambda t: [t.account.pk],
    "admin:violations_account_pdf": lambda t: [t.account.pk],
    "admin:violations_bank_report": lambda t: [t.bank_file.pk],
    "admin:violations_sums_csv": lambda t: ["months"],
    "admin:violations_object_at_desk": lambda t: [t.notice.pk],
    "admin:violations_notice_letter": lambda t: [t.notice.pk],
    "admin:violations_entry_letter": lambda t: [t.entry.pk],
    "admin:violations_reverse": lambda t: [t.entry.pk],
    "admin:violations_corrected": lambda t: [t.occurrence.pk],
    "admin:violations_annul": lambda t: [t.occurrence.pk],
    "admin:violations_annul_warning": lambda t: [t.notice.pk],
    "admin:violations_settle": lambda t: [t.occurrence.pk],
    "admin:violations_act": lambda t: [t.case.pk, "waive"],
    "admin:violations_add_schedule": lambda t: ["not_subscribed"],
    "admin:activation_renew": lambda t: [t.subscription.pk],
    "admin:activation_suspend": lambda t: [t.subscription.pk],
    "admin:activation_reinstate": lambda t: [t.subscription.pk],
    "admin:activation_letter": lambda t: [t.subscription.pk],
    "admin:activation_figures_csv": lambda t: ["decisions"],
    "admin:activation_review": lambda t: [t.application.pk],
    "admin:activation_document": lambda t: [t.application.pk, t.document.pk],
    "admin:activation_read": lambda t: [t.application.pk, t.document.pk],
    "admin:activation_page": lambda t: [t.application.pk, t.document.pk, 1],
    "admin:activation_statement": lambda t: [t.activated.pk],
    "admin:activation_resend": lambda t: [t.activated.pk],
} | {
    f"admin:activation_{act}": lambda t: [t.application.pk]
    for act in (
        "claim", "release", "check", "activate", "return", "reject", "mobile", "confirm",
        "send_back", "take_back", "reassign", "reopen",
    )
}  # fmt: skip
# Whose row stands for a model in the admin, where it has a tenant.
MODELS = {
    "sms.textmessage": "text",
    "support.ticket": "ticket",
    "accounts.user": "person",
    "letters.letter": "letter",
    "registration.licence": "licence",
    "registration.establishment": "establishment",
    "registration.application": "application",
    "registration.agreement": "agreement",
    "registration.mandate": "mandate",
    "registration.provider": "provider",
    "guests.inspection": "inspection",
    "violations.case": "case",
    "violations.ledgerentry": "entry",
    "activation.subscription": "subscription",
    "support.credentialsrequest": "credentials_request",
}
# What a form has to say so that there is something to refuse or to do.
SENT = {"support:named": {"number": "owner_mobile", "ending": "0000"}}


def patterns(resolver=None, prefix="", namespace=""):
    """Yield name, route and view of every address."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route, f"{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield f"{namespace}{pattern.name or route}", route, pattern.callback


def is_public(view):
    return not getattr(view, "login_required", True)


def pages():
    """Return the names of all pages behind the sign-in, with the model whose page in the admin it is."""
    models = {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}": model
        for model in admin.site._registry
        for action in ("changelist", "add", "history", "delete", "change")
    }
    found = {}
    for name, route, view in patterns():
        # These lead to others, which are walked, and show nothing.
        is_way = name.startswith(("admin:admin/", "admin/"))
        if is_public(view) or name.startswith(BY_KEY) or route.startswith("api/") or is_way:
            continue
        found[name] = models.get(name)
    return found


def has_rows(name, model):
    """Whether a page's address names a row that belongs to somebody."""
    if model is not None:
        return not name.endswith(("_changelist", "_add")) and model._meta.label_lower in MODELS
    keys = KEYS.get(name)
    return keys is not None and "t." in _source(keys)


def _source(keys):
    return "t." if keys.__code__.co_names else ""


def methods(name, model):
    """Return how a page is walked; a form sent to the admin's lists changes nothing that is not asked for."""
    is_read = model is not None and name.endswith(("_changelist", "_history", "_delete"))
    return ["get"] if is_read else ["get", "post"]


def somebody(row, side="own"):
    """Return the first role that gets in there with either method; None where nobody does."""
    letters = row[("get", side)] + row[("post", side)]
    return next((role for role, letter in LETTERS.items() if letter in letters), None)


def address(name, model, tenant):
    if model is None:
        keys = KEYS.get(name)
        return reverse(name, args=keys(tenant) if keys else [])
    if name.endswith(("_changelist", "_add")):
        return reverse(name)
    row = MODELS.get(model._meta.label_lower)
    row = getattr(tenant, row) if row else apps.get_model(model._meta.label).objects.first()
    return reverse(name, args=[row.pk if row else 1])


@contextmanager
def undone(client):
    """What the client does within the block leaves nothing behind, in its browser either."""
    cookies = copy.deepcopy(client.cookies)
    block = transaction.atomic()
    block._from_testcase = True  # what may not be part of a transaction, may be in this one
    with block:
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def gets_in(client, method, path, sent=None):
    """Whether the page answers the person at all; a page without this method answers nobody.

    What it does is undone. An empty form that is refused field by field is one that the person may send.
    """
    with undone(client):
        # Where the admin leads on, the next page may be the one that refuses.
        response = getattr(client, method)(path, sent, follow=path.startswith("/admin/"))
    return is_in(method, path, response)


def is_in(method, path, response):
    """Whether this answer to that address shows or does something, and refuses nobody."""
    assert response.status_code < 500, (method, path, response.status_code)
    # Where the admin has no such row for somebody, it says so on its start page.
    steps = [step for step, _status in getattr(response, "redirect_chain", [])]
    if response.status_code in (301, 302):
        steps.append(response["Location"])
    is_refused = any(step.startswith(("/login/?", "/admin/login/")) for step in steps)
    is_nothing = path.startswith("/admin/") and path != "/admin/" and "/admin/" in steps
    return response.status_code not in (403, 404, 405) and not is_refused and not is_nothing
