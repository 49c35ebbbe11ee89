"""The short form of a browser's own description: `Chrome 120 · Windows`."""

import ua_parser

MOST = 120
# Longer ones are made up, and matching them costs the more the longer they are.
LONGEST_READ = 400


def short_form(user_agent: str) -> str:
    """Return browser and system by their names in every language; empty where neither is known."""
    found = ua_parser.parse(user_agent[:LONGEST_READ])
    browser = found.user_agent
    parts = []
    if browser is not None and browser.family != "Other":
        parts.append(f"{browser.family} {browser.major or ''}".strip())
    if found.os is not None and found.os.family != "Other":
        parts.append(found.os.family)
    return " · ".join(parts)[:MOST]
