"""A sweep over a million open cases, of which one in twenty is due; an account of 10,000 entries; a whole
ledger.

`python -m bench.violations`; CASES= is how many cases, a million by default, ENTRIES= how many ledger
entries are checked, PARTS= what is measured, such as `sweep,ledger`. Every establishment is invented. Beside
the sweep stands what its rows cost bare, the very same rows under the same constraints, written again:

- bare: one UPDATE … WHERE of the cases and the plain INSERT of the notices and the texts;
- bare with letters: the same with the notices' letters and their wordings, which hold what a notice says;
- all bare: the same with all else that the sweep writes, which is the letters' numbers, the ledger's entries
  and the ends of its accounts.

None of them finds out, numbers, words or hashes anything. A loop over the ORM does the sweep's work case
by case, measured on 2,000 and scaled; LOOPED=10000 takes minutes more. The memory is that of `manage.py
escalate`.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.measure import results, servers, timing
from bench.measure.open_cases import ACCOUNT_ENTRIES, ON, WARNED_ON, fill, fill_ledger
from bench.measure.written import again, keep
from shumoos.stack import BASE_DIR

FULL = 1_000_000
CASES = int(os.environ.get("CASES") or FULL)
ENTRIES = int(os.environ.get("ENTRIES") or CASES)
DUE = CASES // 20
LOOPED = min(int(os.environ.get("LOOPED") or 2_000), DUE)
# What the sweep writes, by the condition that finds it where there was nothing before.
WRITTEN = {
    "letters_series": "true",
    "letters_wording": "true",
    "letters_letter": "true",
    "violations_notice": f"issued_on = '{ON}'",
    "violations_ledgerentry": "true",
    "violations_chainend": "true",
    "sms_textmessage": "true",
}
BARE_UPDATE = """
    UPDATE violations_case
    SET stage = 'fined_first', position = 2, noticed_on = %(on)s, due_on = %(on)s::date + 30, fined = 10000,
        cap = 10000
    WHERE kind = 'not_subscribed' AND closed_on IS NULL AND noticed_on = %(warned_on)s
"""
BARE = [BARE_UPDATE, again("violations_notice"), again("sms_textmessage")]
LETTERS = [again("letters_wording"), again("letters_letter")]
ALL_BARE = [
    again("letters_series"),
    *LETTERS,
    *BARE,
    # Before the entries, which are held to them.
    again("violations_chainend"),
    again("violations_ledgerentry"),
]
PARTS = ("sweep", "memory", "loop", "ledger", "pages")
WANTED = os.environ.get("PARTS", ",".join(PARTS)).split(",")


def rolled_back(job: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    """Return the seconds that a job takes, whose rows are then taken back; `before` it is not counted."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        # So that each is the first to write to a page, as a sweep in the night is.
        cursor.execute("CHECKPOINT")
    with transaction.atomic():
        if before:
            before()
        began = time.perf_counter()
        job()
        with connection.cursor() as cursor:
            # What a commit would check.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    vacuum()
    return seconds


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM violations_case, {', '.join(WRITTEN)}")


def write(statements: Sequence[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"on": ON, "warned_on": WARNED_ON})


def as_the_sweep_plans() -> None:
    from violations.statements import PLAN_FOR_MANY

    write([PLAN_FOR_MANY])


def with_letters() -> None:
    """Write what the bare notices refer to."""
    as_the_sweep_plans()
    write(LETTERS)


def loop() -> None:
    """Do for each case what the sweep does, by the portal's own functions for single cases."""
    from registration.models import Licence
    from shumoos.letters import notices
    from shumoos.letters.models import Kind
    from shumoos.sms.models import TextMessage
    from violations import ledger
    from violations.clock import clocks
    from violations.letters import concerned_by, sender_of
    from violations.models import Case, Notice

    due = Case.objects.filter(noticed_on=WARNED_ON).select_related("licence", "schedule")[:LOOPED]
    for case in due:
        if not clocks([case], ON)[case.pk].is_over:
            continue
        step = case.schedule.steps.get(position=2)
        case.stage, case.position, case.noticed_on = step.stage, 2, ON
        case.due_on, case.cap = ON + timedelta(days=30), step.cap
        case.save(update_fields=["stage", "position", "noticed_on", "due_on", "cap"])
        letter = notices.issue_notice(
            kind=Kind.FINE,
            title_words=notices.TITLES[step.stage],
            sender=sender_of(case),
            concerned=concerned_by(case),
            wording=[notices.Words(*both) for both in step.paragraphs],
            rows=[notices.sum_row("fine", step.cap), notices.row("due_on", case.due_on)],
        )
        notice = Notice.objects.create(
            case=case, stage=step.stage, issued_on=ON, due_on=case.due_on, amount=step.cap, letter=letter
        )
        ledger.enter(case, "assessment", step.cap, on=ON, by=None, notice=notice, letter=letter, cap=step.cap)
        to = Licence.objects.get(pk=case.licence_id).owner_mobile
        TextMessage.objects.create(kind="violation_notice", urgency=2, to=to, language="ar", about=notice)


def sweep() -> Any:
    from violations.escalation import escalate

    return escalate(ON)


def nothing_due() -> None:
    from violations.escalation import escalate

    assert escalate(WARNED_ON + timedelta(days=12)).moves == []


def measure_sweep(rounds: int) -> dict[str, Any]:
    counts = keep(sweep, WRITTEN)
    vacuum()
    assert counts["violations_notice"] == counts["violations_ledgerentry"] == DUE, counts
    sides: list[tuple[str, Callable[[], object], Callable[[], object] | None]] = [
        ("sweep", sweep, None),
        ("bare", lambda: write(BARE), with_letters),
        ("bare with letters", lambda: write([*LETTERS, *BARE]), as_the_sweep_plans),
        ("all bare", lambda: write(ALL_BARE), as_the_sweep_plans),
        ("nothing due", nothing_due, None),
    ]
    seen: dict[str, list[float]] = {name: [] for name, _job, _before in sides}
    for number in range(rounds):
        for name, job, before in sides if number % 2 == 0 else reversed(sides):
            seen[name].append(rolled_back(job, before))
            print(f"round {number + 1}: {name}: {seen[name][-1]:.2f} s", flush=True)
    seconds = {name: statistics.median(values) for name, values in seen.items()}
    return {
        "rows": {"violations_case": DUE, **counts},
        "seconds": seconds,
        "seconds_of_rounds": seen,
        "sweep_to_bare": seconds["sweep"] / seconds["bare"],
        "sweep_to_bare_with_letters": seconds["sweep"] / seconds["bare with letters"],
        "sweep_to_all_bare": seconds["sweep"] / seconds["all bare"],
    }


def measure_loop() -> dict[str, Any]:
    looped = rolled_back(loop)
    return {"cases": LOOPED, "seconds": looped, "scaled_seconds": looped * DUE / LOOPED}


def measure_check() -> dict[str, Any]:
    from violations.ledger_check import first_break

    began = time.perf_counter()
    found = first_break()
    seconds = time.perf_counter() - began
    assert found is None, found
    return {"entries": ENTRIES, "check_seconds": seconds}


def measure_pages(key: int) -> dict[str, float]:
    """Return the milliseconds of an owner's pages with an account of ten thousand entries."""
    from django.test import Client

    from registration.models import Owner
    from shumoos.accounts.models import Role, User
    from violations.models import Account

    licence = Account.objects.get(pk=key).licence
    user = User.objects.create(
        username="owner", role=Role.OWNER, full_name="مالك مخترع", mobile="+966500000001"
    )
    Owner.objects.create(
        national_id=licence.owner_national_id, full_name="مالك مخترع", mobile=user.mobile, user=user
    )
    client = Client()
    client.force_login(user, backend="shumoos.accounts.roles.RoleBackend")

    def get(path: str) -> None:
        assert client.get(path).status_code == 200, path

    return {
        "owner's page": timing.milliseconds(lambda: get("/violations/"), 15),
        "account, first page": timing.milliseconds(lambda: get(f"/violations/accounts/{key}/"), 15),
        "account, last page": timing.milliseconds(lambda: get(f"/violations/accounts/{key}/?page=200"), 15),
    }


def command_megabytes(directory: Path) -> float:
    """Return the most memory that the command holds which does the whole sweep and takes it back."""
    command = [sys.executable, str(BASE_DIR / "manage.py"), "escalate", "--dry-run", "--on", ON.isoformat()]
    return timing.run(command, directory / "report.json").megabytes


def measure(directory: Path) -> dict[str, Any]:
    figures: dict[str, Any] = {"cases": CASES, "due": DUE}
    if "sweep" in WANTED:
        figures |= measure_sweep(int(os.environ.get("ROUNDS") or 5))
    if "memory" in WANTED:
        figures["megabytes_of_the_command"] = command_megabytes(directory)
        print(f"memory: {figures['megabytes_of_the_command']:.0f} MB", flush=True)
        vacuum()
    if "loop" in WANTED:
        figures["orm_loop"] = measure_loop()
        print(f"loop: {figures['orm_loop']['seconds']:.1f} s", flush=True)
    if {"sweep", "loop"} <= set(WANTED):
        figures["orm_loop_to_sweep"] = figures["orm_loop"]["scaled_seconds"] / figures["seconds"]["sweep"]
    if {"ledger", "pages"} & set(WANTED):
        key = fill_ledger(ENTRIES)
    if "ledger" in WANTED:
        figures["ledger"] = measure_check()
        print(f"check: {figures['ledger']['check_seconds']:.1f} s", flush=True)
    if "pages" in WANTED:
        figures["milliseconds"] = measure_pages(key)
    return figures


def main() -> None:
    if unknown := set(WANTED) - set(PARTS):
        sys.exit(f"No part is called {', '.join(unknown)}: there are {', '.join(PARTS)}.")
    with servers.portal() as directory:
        fill(CASES)
        figures = measure(directory)
    report(figures)
    results.write("violations", figures, is_full=CASES == FULL and set(WANTED) == set(PARTS))


def report(figures: dict[str, Any]) -> None:
    rows: list[list[object]] = []
    if "sweep" in WANTED:
        seconds = figures["seconds"]
        written = [[table, count] for table, count in figures["rows"].items()]
        results.table("what the sweep writes", ["table", "rows"], written)
        rows += [
            ["the sweep", seconds["sweep"]],
            ["bare: cases, notices, texts", seconds["bare"]],
            ["bare with letters", seconds["bare with letters"]],
            ["all bare: and ledger, accounts", seconds["all bare"]],
            ["the sweep with nothing due", seconds["nothing due"]],
            ["the sweep: times the bare statements", figures["sweep_to_bare"]],
            ["the sweep: times those with letters", figures["sweep_to_bare_with_letters"]],
            ["the sweep: times those of all it writes", figures["sweep_to_all_bare"]],
        ]
    if "memory" in WANTED:
        rows.append(["megabytes of the command", figures["megabytes_of_the_command"]])
    if "loop" in WANTED:
        rows.append([f"loop over the ORM, {LOOPED:,} scaled", figures["orm_loop"]["scaled_seconds"]])
    if "orm_loop_to_sweep" in figures:
        rows.append(["the sweep: times as fast as the loop", figures["orm_loop_to_sweep"]])
    if "ledger" in WANTED:
        rows.append([f"check of {ENTRIES:,} entries", figures["ledger"]["check_seconds"]])
    results.table(f"{CASES:,} open cases, {DUE:,} due", ["what", "seconds"], rows)
    if "pages" in WANTED:
        pages = [list(row) for row in figures["milliseconds"].items()]
        results.table(f"an account of {ACCOUNT_ENTRIES:,} entries", ["page", "ms"], pages)


if __name__ == "__main__":
    main()
