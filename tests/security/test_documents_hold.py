"""What is written for those who guard the portal names what there is: commands, tests, settings."""

import re

import pytest
from django.core.management import get_commands

from shumoos.stack import BASE_DIR

DOCS = BASE_DIR / "docs"
PAGES = ["README.md", "docs/architecture.md", "docs/breach-runbook.md", "docs/threat-model.md"]
A_PAGE = 60  # lines


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_named_is_there(page):
    named = set(re.findall(r"manage\.py ([a-z_]+)", (BASE_DIR / page).read_text()))
    assert named - set(get_commands()) == set()


def test_the_runbook_says_what_to_call_and_which_secrets_to_change():
    text = (DOCS / "breach-runbook.md").read_text()
    named = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert {"shut_out", "revoke_api_key", "rotate_document_keys", "check_access_log", "check_ledger"} <= named
    secrets = set(re.findall(r"`([A-Z_]+(?:KEYS?|TOKEN))`", text))
    assert secrets == {"FIELD_KEYS", "SECRET_KEY", "CENTRE_KEY", "TWILIO_AUTH_TOKEN", "LETTER_SIGNING_KEY"}
    source = (BASE_DIR / "shumoos/environment.py").read_text()
    assert [name for name in secrets if f'"{name}"' not in source] == []
    assert "within 72 hours" in text


def test_the_threat_model_is_one_page_and_every_test_it_names_is_there():
    text = (DOCS / "threat-model.md").read_text()
    assert len(text.splitlines()) <= A_PAGE
    named = re.findall(r"`([a-z/_]+/test_[a-z_]+\.py)`", text)
    assert len(named) > 15
    assert [name for name in named if not (BASE_DIR / "tests" / name).is_file()] == []
