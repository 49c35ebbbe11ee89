"""The record of who looked: what a line says, that nobody changes it, and that its seals tell if they did."""

import re
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from shumoos import progress
from shumoos.accounts import access_log, sealing
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import Look, Role, Seal, UnusualReading
from tests.conftest import sign_in
from tests.factories import (
    ApplicationFactory,
    AuthorityOfficerFactory,
    EstablishmentFactory,
    LicenceFactory,
    OfficerFactory,
    UserFactory,
)
from tests.shumoos.terminal import Impatient

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(rf, supervisor):
    """Write a line: by this supervisor, `ago` minutes ago."""

    def write(action="review", *, by=supervisor, ago=0, subject="test:1", whose="", people=1):
        return Look.objects.create(
            by=by,
            role=by.role,
            action=action,
            subject=subject,
            whose=whose,
            people=people,
            at=timezone.now() - timedelta(minutes=ago),
        )

    return write


def behind_the_trigger(statement, *values):
    """What somebody does who holds the database's own keys."""
    tables = ("accounts_look", "accounts_seal")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def minute(at):
    return int(at.timestamp()) // 60


# What a line says -------------------------------------------------------------------------------------------


def test_a_line_says_who_where_what_whose_when_why_and_by_which_request(rf, supervisor):
    application = ApplicationFactory()
    [document, *_others] = application.documents.all()
    request = rf.get("/", REMOTE_ADDR="203.0.113.9")
    request.user, request.id = supervisor, "4d8f6b1e-2f59-4b0e-8a1f-0d3c7f1f9a01"
    log_look(request, "document", document, reason="بلاغ")

    line = Look.objects.get()
    assert (line.by, line.role, line.office, line.action) == (
        supervisor,
        "supervisor",
        "office:RUH",
        "document",
    )
    assert line.subject == f"registration.document:{document.pk}"
    assert line.whose == f"registration.application:{application.pk}"
    assert (line.reason, line.address, line.request_id) == ("بلاغ", "203.0.113.9", request.id)
    assert timezone.now() - line.at < timedelta(minutes=1)


def test_what_belongs_to_an_establishment_is_written_under_it(supervisor):
    establishment = EstablishmentFactory()
    licence = LicenceFactory(establishment=establishment)
    with transaction.atomic():
        access_log.log_change("renew", licence, by=supervisor)
    assert Look.objects.get().whose == f"registration.establishment:{establishment.pk}"


@pytest.mark.parametrize(
    ("make", "office"),
    [(AuthorityOfficerFactory, "authority:tourism"), (lambda: UserFactory(role=Role.SUPPORT), "")],
)
def test_everybody_is_written_down_with_where_they_work(rf, make, office):
    request = rf.get("/")
    request.user = make()
    log_look(request, "desk", "test")
    assert Look.objects.get().office == office


@pytest.mark.django_db(transaction=True)
def test_a_change_is_written_with_what_it_changes_or_not_at_all(rf, supervisor):
    request = rf.post("/")
    request.user = supervisor
    with pytest.raises(DatabaseError), access_log.logged(request, "close", supervisor):
        connection.cursor().execute("SELECT 1 / 0")
    assert not Look.objects.exists()
    with access_log.logged(request, "close", supervisor):
        UserFactory(username="done")
    assert Look.objects.get().action == "close"
    with pytest.raises(transaction.TransactionManagementError):
        access_log.log_change("close", supervisor, by=supervisor)


def test_a_change_knows_the_request_it_came_by(supervisor, rf):
    request = rf.post("/", REMOTE_ADDR="203.0.113.9")
    request.id = "4d8f6b1e-2f59-4b0e-8a1f-0d3c7f1f9a01"
    with access_log.answering(request), transaction.atomic():
        access_log.log_change("waive", supervisor, by=supervisor)
    line = Look.objects.get()
    assert (line.address, line.request_id) == ("203.0.113.9", request.id)
    with transaction.atomic():
        access_log.log_change("waive", supervisor, by=supervisor)
    assert Look.objects.first().request_id == ""


def test_without_a_name_a_change_is_whose_session_it_is(supervisor, rf):
    request = rf.post("/")
    request.user = supervisor
    with access_log.answering(request), transaction.atomic():
        access_log.log_change("waive", supervisor)
    assert Look.objects.get().by == supervisor


def test_what_an_operator_does_at_the_shell_is_written_with_the_command(supervisor):
    with access_log.operating("shut_out"), transaction.atomic():
        access_log.log_change("shut out", supervisor, reason="بلاغ")
    line = Look.objects.get()
    assert (line.by, line.reason) == (None, "بلاغ · manage.py shut_out")


def test_a_reason_that_is_too_long_is_cut_and_loses_no_line(supervisor):
    with transaction.atomic():
        access_log.log_change("waive", supervisor, by=supervisor, reason="س" * 5000)
    assert len(Look.objects.get().reason) == 600


def test_an_account_in_other_hands_is_shut_out_at_once():
    owner = EstablishmentFactory().owner.user
    client = sign_in(owner)
    assert client.get("/home/").status_code == 200
    call_command("shut_out", owner.username)
    assert client.get("/home/").status_code == 302
    owner.refresh_from_db()
    assert not owner.has_usable_password()
    assert Look.objects.get(action="shut out").subject == f"accounts.user:{owner.pk}"
    with pytest.raises(CommandError):
        call_command("shut_out", "nobody-of-this-name")


# Nobody changes it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["accounts_look", "accounts_seal", "accounts_unusualreading"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = 'x'", "DELETE FROM {table}", "TRUNCATE {table}"]
)
def test_the_database_refuses_whatever_is_no_new_line(look, supervisor, table, statement):
    with connection.cursor() as cursor:
        # Off for the other tests, whose tables are emptied after them.
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    look(ago=400 * 24 * 60)  # a year and more is no reason either
    sealing.seal_step()
    UnusualReading.objects.create(
        hour=timezone.now(), by=supervisor, role="supervisor", kind="many", looks=1, people=1
    )
    column = {"accounts_look": "action", "accounts_seal": "digest", "accounts_unusualreading": "kind"}[table]
    with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
        connection.cursor().execute(statement.format(table=table, column=column))


def test_the_admin_has_no_page_of_the_log(administrator_client):
    assert administrator_client.get("/admin/accounts/look/").status_code == 404
    assert administrator_client.get("/admin/accounts/seal/").status_code == 404


# Seals ------------------------------------------------------------------------------------------------------


def test_every_closed_minute_gets_a_seal_and_the_open_one_does_not(look):
    first = look(ago=5)
    look(ago=3)
    look(ago=3)
    look()
    sealing.seal_closed_minutes()

    seals = {seal.number: seal.lines for seal in Seal.objects.all()}
    begun = minute(first.at)
    assert list(sorted(seals)) == list(range(begun, begun + len(seals)))
    assert (seals[begun], seals[begun + 1], seals[begun + 2]) == (1, 0, 2)
    assert max(seals) < minute(timezone.now())
    assert sealing.seal_closed_minutes() == 0
    assert sealing.first_break() is None


def test_sealing_in_steps_makes_the_same_chain_as_at_once(look, monkeypatch):
    for ago in (9, 7, 7, 4):
        look(ago=ago)
    with transaction.atomic():
        sealing.seal_closed_minutes()
        at_once = list(Seal.objects.values_list("number", "lines", "hash").order_by("number"))
        transaction.set_rollback(True)
    monkeypatch.setattr(sealing, "MINUTES_AT_ONCE", 2)
    sealing.seal_closed_minutes()
    in_steps = list(Seal.objects.values_list("number", "lines", "hash").order_by("number"))
    assert [tuple(map(bytes_of, row)) for row in in_steps[: len(at_once)]] == [
        tuple(map(bytes_of, row)) for row in at_once
    ]


def bytes_of(value):
    return bytes(value) if isinstance(value, memoryview) else value


def test_a_log_without_lines_is_whole():
    assert sealing.seal_closed_minutes() == 0
    assert sealing.first_break() is None


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE accounts_look SET reason = 'another' WHERE id = %s", "has a line that was changed"),
        ("UPDATE accounts_look SET by_id = NULL WHERE id = %s", "has a line that was changed"),
        ("UPDATE accounts_look SET address = '203.0.113.7' WHERE id = %s", "has a line that was changed"),
        ("UPDATE accounts_look SET at = at + interval '1 microsecond' WHERE id = %s", "has a line that was"),
        ("DELETE FROM accounts_look WHERE id = %s", "was sealed with 1 lines and has 0"),
        (
            "INSERT INTO accounts_look (at, role, office, action, subject, whose, people, reason, request_id)"
            " SELECT at, '', '', 'put in', '', '', 1, '', '' FROM accounts_look WHERE id = %s",
            "was sealed with 1 lines and has 2",
        ),
    ],
)
def test_what_is_done_behind_the_trigger_is_found_and_its_minute_named(look, statement, why):
    look(ago=9)
    victim = look(ago=6)
    look(ago=4)
    sealing.seal_closed_minutes()
    assert sealing.first_break() is None
    behind_the_trigger(statement, victim.pk)

    found = sealing.first_break()
    assert found.number == minute(victim.at)
    assert why in found.why
    with pytest.raises(CommandError, match=re.escape(f"{victim.at:%Y-%m-%d %H:%M} UTC {found.why}")):
        call_command("check_access_log")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM accounts_seal WHERE number = %s", "has no seal"),
        ("UPDATE accounts_seal SET hash = sha256('x') WHERE number = %s", "does not go on"),
        ("UPDATE accounts_seal SET lines = lines + 1 WHERE number = %s", "was sealed with 2 lines and has 1"),
    ],
)
def test_a_seal_that_is_gone_or_changed_is_found(look, statement, why):
    look(ago=9)
    victim = look(ago=6)
    look(ago=3)
    sealing.seal_closed_minutes()
    behind_the_trigger(statement, minute(victim.at))
    found = sealing.first_break()
    assert (found.number, why in found.why) == (minute(victim.at), True)


def test_lines_and_seals_cut_off_together_at_the_beginning_or_the_end_are_found(look):
    first = look(ago=9)
    look(ago=6)
    last = look(ago=3)
    sealing.seal_closed_minutes()
    seal = Seal.objects.get(number=minute(last.at))
    known = (seal.number, bytes(seal.hash).hex())
    assert sealing.first_break(known) is None

    with transaction.atomic():
        behind_the_trigger("DELETE FROM accounts_seal WHERE number <= %s", minute(first.at) + 1)
        assert sealing.first_break().why == "has lines and comes before the first seal"
        transaction.set_rollback(True)
    with transaction.atomic():
        behind_the_trigger("DELETE FROM accounts_look WHERE id = %s", last.pk)
        behind_the_trigger("DELETE FROM accounts_seal WHERE number >= %s", minute(last.at))
        assert sealing.first_break() is None  # what is left is whole in itself
        found = sealing.first_break(known)
        assert (found.number, found.why) == (known[0], "has another seal than the one written down")
        with pytest.raises(CommandError, match="another seal"):
            call_command("check_access_log", known=[str(known[0]), known[1]])
        transaction.set_rollback(True)


def test_a_chain_written_anew_is_found_by_a_seal_that_was_written_down(look):
    victim = look(ago=6)
    look(ago=3)
    sealing.seal_closed_minutes()
    seal = Seal.objects.latest("number")
    known = (seal.number, bytes(seal.hash).hex())
    behind_the_trigger("UPDATE accounts_look SET reason = 'another' WHERE id = %s", victim.pk)
    behind_the_trigger("DELETE FROM accounts_seal")
    sealing.seal_closed_minutes()
    assert sealing.first_break() is None
    assert sealing.first_break(known).why == "has another seal than the one written down"


def test_a_line_that_comes_late_gets_the_time_at_which_it_came(look):
    look(ago=6)
    sealing.seal_closed_minutes()
    latest = Seal.objects.latest("number").number
    late = look(ago=4)
    late.refresh_from_db()
    assert minute(late.at) > latest
    assert sealing.first_break() is None


def test_what_is_never_sealed_is_named(look):
    old = look(ago=30)
    found = sealing.first_break()
    assert (found.number, found.why) == (minute(old.at), "was never sealed: is the beat running?")
    sealing.seal_closed_minutes()
    assert sealing.first_break() is None


@pytest.mark.django_db(transaction=True)
def test_a_minute_waits_for_whoever_writes_in_it_and_nobody_waits_for_the_sealer(look):
    """Three at once: one writes and has not committed, the sealer comes, another one writes."""
    look(ago=5)
    has_written, may_commit = threading.Event(), threading.Event()
    slow = {}

    def write_slowly():
        try:
            with transaction.atomic():
                slow["at"] = look(ago=2).at
                has_written.set()
                may_commit.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert has_written.wait(30)
    try:
        sealing.seal_closed_minutes()  # comes back at once, and stops short of the open minute
        assert Seal.objects.latest("number").number == minute(slow["at"]) - 1
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1ms'")
        look(ago=2)  # in the same minute, without waiting
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
    finally:
        may_commit.set()
        thread.join()
    sealing.seal_closed_minutes()
    assert Seal.objects.get(number=minute(slow["at"])).lines == 2
    assert sealing.first_break() is None


@pytest.mark.django_db(transaction=True)
def test_of_two_sealers_at_once_one_seals(look):
    from tests.races import at_once

    look(ago=4)
    look(ago=3)
    sealed = at_once(sealing.seal_closed_minutes, sealing.seal_closed_minutes)
    assert sum(sealed) == Seal.objects.count() > 0
    assert sealing.first_break() is None


def test_the_command_says_that_it_is_whole(look, capsys):
    look(ago=3)
    sealing.seal_closed_minutes()
    call_command("check_access_log")
    assert capsys.readouterr().out == "The access log is whole.\n"
    with pytest.raises(CommandError, match="MINUTE"):
        call_command("check_access_log", known=["x", "y"])


def test_the_check_says_how_many_minutes_are_done_and_ctrl_c_stops_it_with_a_sentence(
    look, monkeypatch, capsys
):
    monkeypatch.setattr(sealing, "CHECKED_AT_ONCE", 1)
    monkeypatch.setattr(progress, "SECONDS_ELSEWHERE", 0)
    look(ago=4)
    sealing.seal_closed_minutes()
    minutes = Seal.objects.count()
    call_command("check_access_log")
    shown = capsys.readouterr().err.splitlines()
    assert shown == [f"{done} of {minutes} minutes" for done in range(minutes)]

    with pytest.raises(CommandError) as stopped:
        call_command("check_access_log", stderr=Impatient())
    assert str(stopped.value) == (
        f"Stopped at 0 of {minutes} minutes. Whether the access log is whole is not known: run this again."
    )


def test_a_look_waits_for_nobody_who_changes_the_person(look, supervisor):
    """No key of the database's leads from a line to its person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = 'accounts_look'::regclass AND contype = 'f'"
        )
        assert cursor.fetchone() == (0,)


def test_an_office_is_asked_for_once_a_request(rf, supervisor, django_assert_num_queries):
    request = rf.get("/")
    request.user = supervisor
    log_look(request, "first", "test")
    with django_assert_num_queries(1):
        log_look(request, "second", "test")


def test_signed_in_people_of_all_roles_but_the_auditor_do_not_read_it(db):
    for role in Role:
        person = OfficerFactory(role=role) if role in ("supervisor", "head") else UserFactory(role=role)
        expected = 200 if role == Role.AUDITOR else 403
        client = sign_in(person)
        assert client.get("/audit/").status_code == expected, role
        assert client.get("/audit/unusual/").status_code == expected, role
