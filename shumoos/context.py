"""What every page knows: the support line, the other language, and where the person may go."""

from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shumoos.accounts.models import Role

LANGUAGE_NAMES = {"ar": "العربية", "en": "English"}

HOME = ("home", _("Home"))
GUESTS = ("guests:list", _("Guests"))
CLOSINGS = ("activation:closings", _("Requests for closing"))
REGISTERS = ("registration:registers", _("Registers"))
ORDERS = ("violations:orders", _("Suspension orders"))
ACCOUNT = ("accounts:account", _("My account"))
LOG = ("accounts:log", _("Access log"))
STAFF = ("accounts:staff", _("Staff accounts"))
DIRECTORY = ("registration:directory", _("Directory"))

NAVIGATION: dict[str, list[tuple[str, Promise]]] = {
    Role.OWNER: [
        HOME,
        GUESTS,
        ("guests:receipts", _("Receipts")),
        ("violations:mine", _("Violations")),
        ("support:tickets", _("Tickets")),
        ACCOUNT,
    ],
    Role.STAFF: [HOME, GUESTS, ACCOUNT],
    Role.SUPPORT: [("support:desk", _("Support desk")), ACCOUNT],
    Role.AUTHORITY: [("registration:register_licences", _("Licences")), REGISTERS, CLOSINGS, ORDERS, ACCOUNT],
    Role.PROVIDER: [
        HOME,
        ("registration:mandates", _("Mandates")),
        GUESTS,
        ("guests:receipts", _("Receipts")),
        ACCOUNT,
    ],
    Role.DIRECTORY: [DIRECTORY, ACCOUNT],
    # Their home is in the admin.
    Role.SUPERVISOR: [HOME, ACCOUNT],
    Role.HEAD: [HOME, STAFF, ACCOUNT],
    Role.AUDITOR: [HOME, LOG, DIRECTORY, REGISTERS, ACCOUNT],
    Role.ADMINISTRATOR: [HOME, STAFF, ACCOUNT],
}

# Under which entry a page stands that is not below its address, for those who have that entry.
BELOW = {
    "/staff/": "accounts:account",
    "/subscriptions/": "home",
    "/agents/": "home",
    "/agreements/": "home",
    "/tickets/": "support:desk",
}


class Entry(NamedTuple):
    """One way in the main navigation."""

    url_name: str
    url: str
    label: Promise
    is_current: bool


class Portal:
    """Worked out only as far as the page asks; reads nothing but `request.user`."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def support_line(self) -> str:
        return settings.SUPPORT_LINE

    @property
    def modified_on(self) -> date:
        """The day on which the portal's pages last changed."""
        return settings.RELEASED_ON

    @property
    def public_url(self) -> str:
        return settings.PUBLIC_URL

    @property
    def other_language(self) -> str:
        return other_language()

    @property
    def other_language_name(self) -> str:
        return language_name(self.other_language)

    @cached_property
    def home_url(self) -> str:
        """The person's own first page, or the portal's for whoever has not signed in."""
        return reverse("home" if self.request.user.is_authenticated else "front")

    @property
    def starts_here(self) -> bool:
        """Whether this is the page that the person starts from, the first of their ways."""
        return bool(self.navigation) and self.navigation[0].url == self.request.path

    @property
    def must_verify(self) -> bool:
        """Whether the person owes a code before there is anywhere to go."""
        return getattr(self.request, "must_verify", False)

    @cached_property
    def navigation(self) -> list[Entry]:
        """The signed-in person's ways, by role. The current one is the nearest above the page."""
        user = self.request.user
        if not user.is_authenticated or user.must_change_password or self.must_verify:
            return []
        ways = [(name, reverse(name), label) for name, label in NAVIGATION[user.role]]
        path = self.request.path
        nearest = max((url for _name, url, _label in ways if path.startswith(url)), key=len, default=None)
        if nearest is None:
            above = next((name for beginning, name in BELOW.items() if path.startswith(beginning)), None)
            nearest = next((url for name, url, _label in ways if name == above), None)
        return [Entry(name, url, label, url == nearest) for name, url, label in ways]


def other_language() -> str:
    """Return the code of the language that the page is not in."""
    return "en" if (get_language() or "ar").startswith("ar") else "ar"


def language_name(code: str) -> str:
    """Return the language's name in itself."""
    return LANGUAGE_NAMES[code]


def portal(request: HttpRequest) -> dict[str, Portal]:
    """Give every template `portal`."""
    return {"portal": Portal(request)}
