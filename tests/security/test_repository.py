"""No secret lies in the repository, and none of the lists of exceptions grows unseen."""

import re
import subprocess
import tomllib

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
    ("tests/shumoos/test_compose.py", "Twilio account"),
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
