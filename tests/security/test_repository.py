"""No secret lies in the repository, and none of the lists of exceptions grows unseen."""

import json
import re
import subprocess
import sys
import tomllib

import pytest

from shumoos.stack import BASE_DIR

# What keys look like, of the sorts that the portal and those it works with have.
SECRETS = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/]{40}"),
    "Fernet key": re.compile(r"(?:FIELD_KEYS|fernet)[\"' =:]{1,6}[A-Za-z0-9_-]{43}="),
    "Twilio account": re.compile(r"\bAC[0-9a-f]{32}\b"),
    "AWS key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "API key of ours": re.compile(r"\bshm_(?:live|test)_[A-Za-z0-9_-]{30,}"),
    "GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "password in an address": re.compile(
        r"\b(?:postgres(?:ql)?|redis)://[^:\s/\"'{$]*:(?!password\b)[^@\s\"'{$<]{6,}@"
    ),
}
# Invented, and open nothing: what the settings' tests try out.
INVENTED = {
    ("tests/shumoos/test_settings.py", "Twilio account"),
    ("tests/shumoos/composed.py", "Twilio account"),
    ("tests/shumoos/test_run.py", "password in an address"),
}
NOT_READ = (".woff2", ".png", ".jpg", ".ttf", ".mo", ".pdf", ".ico", ".gz", ".xlsx")


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name and not name.endswith(NOT_READ)]


def test_no_file_holds_a_secret():
    found = set()
    for name in tracked_files():
        text = (BASE_DIR / name).read_bytes().decode("utf-8", "replace")
        found |= {(name, sort) for sort, pattern in SECRETS.items() if pattern.search(text)}
    assert found - INVENTED == set()


def test_the_patterns_find_what_they_are_for():
    examples = {
        "private key": "-----BEGIN PRIVATE KEY-----\n" + "A" * 64,
        "Fernet key": 'FIELD_KEYS="' + "b" * 43 + '="',
        "Twilio account": "AC" + "0" * 32,
        "AWS key": "AKIA" + "A" * 16,
        "API key of ours": "shm_live_" + "c" * 43,
        "GitHub token": "ghp_" + "d" * 36,
        "password in an address": "postgresql://shumoos:" + "hunter2hunter2@db/shumoos",
    }
    assert [sort for sort, pattern in SECRETS.items() if not pattern.search(examples[sort])] == []


def test_no_environment_or_key_file_is_tracked():
    assert [
        name
        for name in tracked_files()
        if re.search(r"(^|/)\.env($|\.)|\.pem$|\.key$|development\.env", name)
    ] == []


def test_every_exception_from_the_scanner_has_its_reason():
    lines = (BASE_DIR / "pyproject.toml").read_text().splitlines()
    excused = tomllib.loads("\n".join(lines))["tool"]["bandit"]["skips"]
    assert len(excused) == 8
    for rule in excused:
        [line] = [line for line in lines if line.strip().startswith(f'"{rule}"')]
        assert len(line.partition("# ")[2]) > 20, rule


# Holes in what the portal runs on ---------------------------------------------------------------------------


def audited(tmp_path, report, *, says="", exits=0):
    """Run `.ci/audit` with a pip-audit that finds `report`, or cannot reach its database where it is None."""
    stand_in = tmp_path / "uv"
    found = "" if report is None else json.dumps(report)
    stand_in.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\nreport = {found!r}\n"
        "assert sys.argv[1:3] == ['tool', 'run'], sys.argv\n"
        "if report: pathlib.Path(sys.argv[sys.argv.index('--output') + 1]).write_text(report)\n"
        f"sys.stderr.write({says!r})\nsys.exit({exits})\n"
    )
    stand_in.chmod(0o755)
    return subprocess.run(
        [sys.executable, str(BASE_DIR / ".ci/audit")],
        env={"UV": str(stand_in), "PATH": ""},
        capture_output=True,
        text=True,
    )


HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.99"], "aliases": [], "description": "invented"}


def dependencies(*holes):
    return {"dependencies": [{"name": "django", "version": "5.2.1", "vulns": list(holes)}], "fixes": []}


def test_a_known_hole_fails_with_its_name_and_what_mends_it(tmp_path):
    done = audited(tmp_path, dependencies(HOLE), says="Found 1 known vulnerability", exits=1)
    assert done.returncode == 1
    assert "django 5.2.1: PYSEC-2026-1, mended in 5.2.99" in done.stderr


def test_an_index_that_knows_no_package_is_not_taken_for_good_news(tmp_path):
    report = {
        "dependencies": [{"name": "django", "skip_reason": "Dependency not found on PyPI"}],
        "fixes": [],
    }
    done = audited(tmp_path, report, says="No known vulnerabilities found")
    assert done.returncode == 0
    assert "No word of known holes in 1 of 1 packages" in done.stderr
    report["dependencies"] += dependencies(HOLE)["dependencies"]
    assert audited(tmp_path, report, exits=1).returncode == 1


def test_no_known_hole_is_quiet(tmp_path):
    done = audited(tmp_path, dependencies())
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("exits", [1, 2])
def test_where_the_database_does_not_answer_that_is_said_and_nothing_is_held_up(tmp_path, exits):
    done = audited(tmp_path, None, says="ConnectionError: no route\n", exits=exits)
    assert done.returncode == 0
    assert "No word of known holes" in done.stderr
    assert "no route" in done.stderr


def test_holes_are_looked_for_in_lint_and_the_list_of_those_let_pass_is_empty():
    lint = (BASE_DIR / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")[0]
    assert ".ci/audit" in lint
    lines = (BASE_DIR / ".ci/known-holes").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == []
