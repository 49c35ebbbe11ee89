"""Pictures of every page as every role, in both languages, wide and narrow: `make pictures`.

They lie under `var/pictures/`, by language, width and role. Those of the guides (`static/help/`) and of the
README are taken as well, so that these stay true.
"""

import io
import re
from itertools import groupby

import pytest
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from shumoos.accounts.models import User
from shumoos.help import HEIGHT, WIDTH
from shumoos.letters.issue import revoke
from shumoos.letters.models import Kind, Letter
from shumoos.stack import BASE_DIR, VAR
from tests.browser.answers import answers
from tests.browser.visits import Visit
from tests.browser.walks import (
    CHOICES,
    DOCUMENTS,
    Phone,
    add_documents,
    describe_establishment,
    go_on,
    name_licence,
    name_owner,
    send,
)
from tests.pages import every_page, in_another_thread

pytestmark = pytest.mark.django_db(transaction=True)

PICTURES = VAR / "pictures"
# Nothing is on its way from one colour to another.
STILL = {"reduced_motion": "reduce"}
SIZES = {390: {"width": 390, "height": 844}, 1280: {"width": 1280, "height": 900}}

EAGER = "document.querySelectorAll('img').forEach(one => { one.loading = 'eager' })"


def file_name(page):
    return re.sub(r"\W+", "-", page.name).strip("-")


def take(visit, folder, name):
    """Take both pictures of the page that is open."""
    # What a script fetches belongs to the page, an application's document say, and pictures further down.
    visit.page.evaluate(EAGER)
    visit.page.wait_for_load_state("networkidle")
    for width, size in SIZES.items():
        visit.page.set_viewport_size(size)
        place = PICTURES / f"{folder[0]}-{width}" / (folder[1] or "nobody")
        place.mkdir(parents=True, exist_ok=True)
        visit.page.screenshot(path=place / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_has_its_pictures(portal, language):
    pages = in_another_thread(every_page, language)
    for username, own in groupby(pages, key=lambda page: page.username):
        visit = Visit(portal, username, language, SIZES[1280], **STILL)
        for page in own:
            visit.page.set_viewport_size(SIZES[min(SIZES)])
            assert visit.open(page.path) == 200, page
            take(visit, (language, username), file_name(page))
        visit.close()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_what_forms_lead_to_has_its_pictures(portal, language):
    for username, name, visit in answers(portal, language, **STILL):
        take(visit, (language, username), f"after-{name}")


def letters():
    """Return an address for each sort of letter and each way in which one stands, by name."""
    call_command("seed_demo", stdout=io.StringIO())
    warning = Letter.objects.filter(kind=Kind.WARNING).latest("pk")
    revoke(warning, by=User.objects.get(username="head"), reason="صدر سهوًا")
    found = {f"{letter.kind}-{letter.status}": letter.code for letter in Letter.objects.order_by("pk")}
    return {
        name: reverse("letters:verify", args=[code]) for name, code in {**found, "unknown": "A" * 16}.items()
    }


@pytest.mark.parametrize("language", ["ar", "en"])
def test_letters_that_are_verified_have_their_pictures(portal, language):
    visit = Visit(portal, "", language, SIZES[390], **STILL)
    for name, address in in_another_thread(letters).items():
        visit.page.set_viewport_size(SIZES[390])
        visit.open(address)
        take(visit, (language, ""), f"letters-verify-{name}")
    visit.close()


GUIDES = BASE_DIR / "static" / "help"
OF_THE_OWNER = {
    "guests-new": "guests:new",
    "guests-detail": "guests:detail",
    "guests-in-house": "guests:in_house",
    "guests-file": "guests:send_file",
    "guests-calendar": "guests:calendar",
    "guests-receipts": "guests:receipts",
    "violations-mine": "violations:mine",
    "violations-object": "violations:object",
    "support-ticket": "support:new_ticket",
}
OF_ANYBODY = {"status": "/status/", "login": "/login/", "forgotten": "/login/forgotten/"}


def save(page, language, name):
    """Keep what a phone shows of a page below its header, for the guide in that language."""
    page.evaluate(EAGER)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    top = page.locator("main").bounding_box()["y"]
    clip = {"x": 0, "y": top, "width": WIDTH, "height": HEIGHT}
    image = Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip)))
    (GUIDES / language).mkdir(parents=True, exist_ok=True)
    image.convert("RGB").save(GUIDES / language / f"{name}.webp", quality=60, method=6)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_guides_have_their_pictures(portal, language):
    pages = in_another_thread(every_page, language)
    phone = {"viewport": SIZES[390], "device_scale_factor": 1.5, **STILL}
    choices = CHOICES[language]

    owner = Visit(portal, "owner", language, **phone)
    addresses = {page.name: page.path for page in pages if page.username == "owner"}
    for name, view in OF_THE_OWNER.items():
        owner.open(addresses[view])
        save(owner.page, language, name)
    owner.close()

    anybody = Visit(portal, "", language, **phone)
    page = anybody.page
    for name, path in OF_ANYBODY.items():
        anybody.open(path)
        save(page, language, name)
    anybody.open("/register/")
    save(page, language, "register-licence")
    name_licence(page, sector=choices["sector"])
    save(page, language, "register-establishment")
    describe_establishment(page, region=choices["region"], city=choices["city"])
    save(page, language, "register-owner")
    name_owner(page, Phone(portal.twilio))
    add_documents(page, *DOCUMENTS, kept=choices["kept"])
    save(page, language, "register-documents")
    go_on(page)
    page.wait_for_url("**/register/check/")
    send(page)
    save(page, language, "register-done")
    anybody.close()


# Those of the README, in Arabic on a desk.
OF_THE_README = {
    "front": ("", "front"),
    "review": ("supervisor-riyadh", "admin:activation_review"),
    "guest": ("owner", "guests:detail"),
    "violations": ("owner", "violations:mine"),
}


def test_readme_has_its_pictures(portal):
    pages = in_another_thread(every_page, "ar")
    for file, (username, view) in OF_THE_README.items():
        visit = Visit(portal, username, "ar", {"width": 1280, "height": 860}, **STILL)
        visit.open(next(page.path for page in pages if (page.username, page.name) == (username, view)))
        visit.page.wait_for_load_state("networkidle")
        visit.page.screenshot(path=BASE_DIR / "docs" / "pictures" / f"{file}.png")
        visit.close()
