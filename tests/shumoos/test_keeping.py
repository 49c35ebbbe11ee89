"""What the public page says is kept for so long is deleted then, by what the beat rings for, not before."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone, translation

from guests import keys
from guests import tasks as guests_tasks
from guests.api.answers import kept_until
from guests.models import GuestRecord, KeptAnswer
from guests.models.file_imports import FileImport, FileStatus, RefusedRow
from registration import register_import
from registration import tasks as registration_tasks
from registration.models import Document, RegisterImport, WrongLookUp
from shumoos import keeping
from shumoos.accounts import tasks as accounts_tasks
from shumoos.accounts.models import MOST_HOURS, OneTimeCode, Result, SignIn
from shumoos.letters import tasks as letters_tasks
from shumoos.letters.models import Check
from shumoos.sms import tasks as sms_tasks
from shumoos.sms.models import TextMessage
from shumoos.sms.outbox import queue_sms
from support import rights
from support import tasks as support_tasks
from support.held import copies
from support.models import DataCopy, PageAnswer, Ticket
from support.tickets import open_ticket
from tests.factories import (
    AuthorityOfficerFactory,
    EstablishmentFactory,
    OwnerFactory,
    TypedFactory,
    clean_jpeg,
    make_document,
    make_draft,
)
from tests.guests.factories import GuestFactory, SubscribedFactory, send
from tests.guests.files.records import csv_file, guests, stored
from tests.registration.registers import register, row

pytestmark = pytest.mark.django_db

MOBILE = "+966501234567"


def clean_everything():
    """What the beat rings for and that deletes."""
    for task in (
        accounts_tasks.forget_traces,
        letters_tasks.forget_old_checks,
        sms_tasks.forget_old_texts,
        registration_tasks.keep_up,
        registration_tasks.clean_up_documents,
        registration_tasks.read_due_registers,
        guests_tasks.clean_up_api,
        guests_tasks.read_due_files,
        guests_tasks.purge_records,
        support_tasks.make_due_copies,
        support_tasks.clean_up,
    ):
        task()


def one(model, pk, **there):
    return model.objects.filter(pk=pk, **there)


# Each makes one that is as old as it says, and returns the rows of it that are there as long as it is kept.


def guest_records(at):
    hotel = SubscribedFactory()
    send(hotel, GuestFactory())
    rows = GuestRecord.objects.filter(establishment=hotel)
    rows.update(created_at=at)
    return rows


def refused_rows(at):
    read = stored(SubscribedFactory(), csv_file(*guests(1)))
    FileImport.objects.filter(pk=read.pk).update(status=FileStatus.DONE, finished_at=at)
    RefusedRow.objects.create(file_import=read, row=2, faults=[], cells={})
    return read.refused_rows.all()


def api_answers(at):
    hotel = SubscribedFactory()
    key, _secret = keys.make(establishment=hotel, name="برنامج", is_test=False, by=hotel.owner.user)
    answer = KeptAnswer.objects.create(
        api_key=key, idempotency_key=f"{at}", request_sha256="0" * 64, answer="{}", expires_at=kept_until()
    )
    return one(KeptAnswer, answer.pk)


def drafts(at):
    draft = make_draft(**TypedFactory())
    type(draft).objects.filter(pk=draft.pk).update(saved_at=at)
    return one(type(draft), draft.pk)


def replaced_documents(at):
    draft = make_draft(**TypedFactory())
    replaced = draft.documents.get(kind__code="letter")
    make_document(draft, "letter", color="blue")
    Document.objects.filter(pk=replaced.pk).update(uploaded_at=at)
    return one(Document, replaced.pk)


def wrong_look_ups(at):
    return one(WrongLookUp, WrongLookUp.objects.create(reference="261234567890", at=at).pk)


def refused_register_lines(at):
    officer = AuthorityOfficerFactory()
    text = register(row(licence_number=f"LR{at:%H%M%S%f}", owner_national_id="1"))
    done, _is_new = register_import.store(
        [text.encode()], authority=officer.authorities.get(), by=officer, file_name="x.csv", claimed=True
    )
    register_import.read(done)
    RegisterImport.objects.filter(pk=done.pk).update(finished_at=at)
    return done.refused_lines.all()


def ticket_of(establishment):
    return open_ticket(
        by=establishment.owner.user,
        establishment=establishment,
        category="technical",
        subject="س",
        text="ن",
        attached=[clean_jpeg("red")],
    )


def ticket_files(at):
    ticket = ticket_of(EstablishmentFactory())
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", closed_at=at, due_at=None, escalate_at=None)
    return ticket.files.all()


def data_copies(at):
    owner = EstablishmentFactory().owner
    copy = rights.ask(owner, "copy", by=owner.user).copy
    copies.finish(copy, b"{}", b"%PDF-1.7")
    return one(DataCopy, copy.pk).exclude(as_json="")


def page_answers(at):
    return one(PageAnswer, PageAnswer.objects.create(page="front", is_useful=True, at=at).pk)


def page_visitors(at):
    answer = PageAnswer.objects.create(page="front", is_useful=True, at=at, visitor=f"{at:%s%f}")
    return one(PageAnswer, answer.pk).exclude(visitor="")


def codes(at):
    return one(OneTimeCode, OneTimeCode.objects.create(purpose="x", mobile=MOBILE, asked_at=at).pk)


def sign_ins(at):
    return one(SignIn, SignIn.objects.create(user=OwnerFactory().user, result=Result.OK, at=at).pk)


def failed_sign_ins(at):
    attempt = AccessAttempt.objects.create(
        username=f"{at}", ip_address="203.0.113.7", failures_since_start=1, get_data="", post_data=""
    )
    AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=at)
    return one(AccessAttempt, attempt.pk)


def browsers(at):
    browser = SessionStore()
    browser["kept"] = "words"
    browser.set_expiry(MOST_HOURS * 60 * 60)
    browser.create()
    return Session.objects.filter(pk=browser.session_key)


def letter_checks(at):
    return one(Check, Check.objects.create(address="203.0.113.7", at=at).pk)


def texts(at):
    text = queue_sms(kind="code", to=MOBILE)
    one(TextMessage, text.pk).update(queued_at=at, status="cancelled")
    return one(TextMessage, text.pk)


SORTS = {
    each.__name__: each
    for each in (
        guest_records, refused_rows, api_answers, drafts, replaced_documents, wrong_look_ups,
        refused_register_lines, ticket_files, data_copies, page_answers, page_visitors, codes, sign_ins,
        failed_sign_ins, browsers, letter_checks, texts,
    )
}  # fmt: skip


# Whose end is written down when they are made; the others' age is.
BY_THE_CLOCK = {"api_answers", "data_copies", "browsers"}


def lasting(name):
    """For how long the page says that this is kept."""
    [period] = [rule.period() for rule in keeping.rules() if rule.name == name]
    return timedelta(days=keeping.days_of(period))


def test_every_sort_that_has_an_end_is_tried():
    assert SORTS.keys() == {rule.name for rule in keeping.rules() if rule.period() is not None}


@pytest.mark.parametrize("name", SORTS)
def test_it_is_deleted_when_the_page_says_and_not_before(name, time_machine):
    now, period = timezone.now(), lasting(name)
    # Of what is counted by days or years, two days are a little; of hours, some minutes.
    little = min(period / 20, timedelta(days=2))
    made = []
    # The older one first, as they come in.
    for age in (period + little, period - little):
        if name in BY_THE_CLOCK:
            time_machine.move_to(now - age)
        made.append(SORTS[name](now - age))
        assert made[-1].exists()
    time_machine.move_to(now)

    clean_everything()

    old, young = made
    assert (young.exists(), old.exists()) == (True, False)
    clean_everything()
    assert young.exists()


# By what the page calls it, the tables in which it is.
TABLES = {
    "accounts": {
        "accounts.user", "accounts.authenticator", "accounts.recoverycode", "accounts.authenticatorreset",
        "accounts.invitation", "admin.logentry",
    },
    "codes": {"accounts.onetimecode"},
    "sign_ins": {"accounts.signin"},
    "failed_sign_ins": {"axes.accessattempt", "axes.accessattemptexpiration"},
    "browsers": {"sessions.session"},
    "access_log": {"accounts.look", "accounts.seal", "accounts.unusualreading"},
    "letters": {"letters.letter", "letters.letterevent"},
    "letter_checks": {"letters.check"},
    "texts": {"sms.textmessage"},
    "establishments": {
        "registration.owner", "registration.establishment", "registration.licence", "registration.provider",
        "registration.provideragent", "registration.agreement", "registration.duty", "registration.mandate",
        "activation.subscription", "activation.subscriptionevent", "activation.closingrequest",
        "guests.apikey", "guests.standingnilreturn", "guests.deadlinereminder",
    },
    "applications": {
        "registration.application", "registration.applicationevent", "registration.applicationchange",
        "registration.applicationversion", "registration.flag", "registration.document",
        "registration.resumelink", "activation.review", "activation.documentcheck",
    },
    "wrong_look_ups": {"registration.wronglookup"},
    "refused_register_lines": {
        "registration.registerimport", "registration.registerpart", "registration.refusedline",
    },
    "guest_records": {"guests.guestrecord", "guests.recordchange", "guests.inspection"},
    "receipts": {"guests.submission", "guests.dailyreceipt", "guests.nilreturn", "guests.batch"},
    "refused_rows": {
        "guests.fileimport", "guests.filepart", "guests.filerange", "guests.waitingcompanion",
        "guests.refusedrow",
    },
    "api_answers": {"guests.keptanswer", "guests.sandboxsubmission", "guests.sandboxrecord"},
    "violations": {
        "violations.account", "violations.case", "violations.occurrence", "violations.proposal",
        "violations.notice", "violations.ledgerentry", "violations.chainend", "violations.objection",
        "violations.objectiondocument", "violations.bankfile",
    },
    "tickets": {
        "support.ticket", "support.ticketentry", "support.ticketlink", "support.deskact",
        "support.credentialsrequest", "support.rightsrequest",
    },
    "ticket_files": {"support.ticketfile"},
    "data_copies": {"support.datacopy"},
    "page_answers": {"support.pageanswer"},
}  # fmt: skip
# Rows of tables above that go sooner.
SOONER = {"drafts", "replaced_documents", "page_visitors"}
# What the portal goes by, and how it fares: nobody's.
NOBODYS = {
    "auth.permission", "auth.group", "contenttypes.contenttype", "otp_totp.totpdevice",
    "axes.accessfailurelog", "axes.accesslog", "sms.outage", "letters.series", "letters.certificate",
    "letters.wording", "accounts.rolegrant", "accounts.readinglimit", "accounts.sessionlimit",
    "registration.region", "registration.city", "registration.office", "registration.holiday",
    "registration.authority", "registration.sector", "registration.documentkind", "guests.deadline",
    "guests.keepingrule", "guests.purgedday", "guests.heartbeat", "guests.outage", "violations.schedule",
    "violations.step", "activation.reasontemplate", "activation.terms", "support.priority",
    "support.category", "support.macro",
}  # fmt: skip


def test_every_table_that_tells_of_somebody_is_on_the_page():
    """A new one is named here, by what the page says of it or as nobody's."""
    listed = [table for tables in TABLES.values() for table in tables]
    assert len(listed) == len(set(listed))
    every = {model._meta.label_lower for model in apps.get_models()}
    assert every == NOBODYS | set(listed)
    assert {rule.name for rule in keeping.rules()} == TABLES.keys() | SOONER


@pytest.mark.parametrize(
    ("period", "arabic", "english"),
    [
        (timedelta(minutes=10), "10 دقائق", "10 minutes"),
        (timedelta(minutes=90), "90 دقيقة", "90 minutes"),
        (timedelta(hours=1), "ساعة واحدة", "1 hour"),
        (timedelta(hours=12), "12 ساعة", "12 hours"),
        (timedelta(days=1), "يوم واحد", "1 day"),
        (keeping.Years(5), "5 سنوات", "5 years"),
    ],
)
def test_a_period_is_told_in_its_largest_whole_unit(period, arabic, english):
    for language, words in (("ar", arabic), ("en", english)):
        with translation.override(language):
            assert keeping.shown(period) == words
