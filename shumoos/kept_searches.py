"""What somebody searches for, kept in their session: an address names it by a key that says nothing.

An identity number, a mobile or a name has no place in an address, which histories, logs and proxies keep. So
a search is posted, kept here, and its page is fetched with the key, as often as it is wanted: another page of
it, a filter and the way back work as with any address, without scripts.
"""

import secrets

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

# In an address.
PARAMETER = "s"
SESSION_KEY = "searches"
# The earliest gives way: nobody goes further back than this, and a session stays small.
MOST_KEPT = 20


def keep(request: HttpRequest, text: str) -> str:
    """Keep what was typed in the person's session and return its key; the same text has one key."""
    kept: dict[str, str] = request.session.get(SESSION_KEY, {})
    key = next((key for key, known in kept.items() if known == text), None) or secrets.token_urlsafe(9)
    others = [(other, known) for other, known in kept.items() if other != key]
    request.session[SESSION_KEY] = dict([*others[1 - MOST_KEPT :], (key, text)])
    return key


def read(request: HttpRequest) -> str:
    """Return what the key in the address stands for, nothing without one; one that is gone is told."""
    key = request.GET.get(PARAMETER, "")
    text: str = request.session.get(SESSION_KEY, {}).get(key, "")
    if key and not text:
        messages.info(request, _("What you searched for is no longer kept. Type it once more."))
    return text
