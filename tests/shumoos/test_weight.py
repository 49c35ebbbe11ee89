"""What pages weigh: the HTML of every page of every role, and how static files are kept."""

import re
from pathlib import Path

import pytest
from django.conf import settings as portal_settings
from django.core.management import call_command
from django.test import Client

from tests.pages import every_page

LARGEST_PAGE = 60_000
MOST_REQUESTS = 12
YEAR = 365 * 24 * 60 * 60
TAG = re.compile(r"<(link|script|img|use|iframe)\b([^>]*)>")
ATTRIBUTE = re.compile(r'\b(href|src|rel)="([^"]*)"')


def fetched(html):
    """Return the addresses that a browser fetches for a page: its styles, fonts, scripts and pictures."""
    addresses = set()
    for tag, words in TAG.findall(html):
        attributes = dict(ATTRIBUTE.findall(words))
        address = attributes.get("src" if tag in {"script", "img", "iframe"} else "href", "")
        if address.startswith("/") and attributes.get("rel") != "icon":
            addresses.add(address.partition("#")[0])
    return addresses


@pytest.mark.django_db(transaction=True)
def test_no_page_of_any_role_is_over_sixty_kilobytes_or_twelve_requests():
    # In Arabic, whose letters take two bytes each.
    pages = every_page("ar")

    weights = {str(page): len(page.html.encode()) for page in pages}
    assert {page: weight for page, weight in weights.items() if weight >= LARGEST_PAGE} == {}
    requests = {str(page): {page.path, *fetched(page.html)} for page in pages}
    assert {page: sorted(each) for page, each in requests.items() if len(each) > MOST_REQUESTS} == {}


@pytest.fixture
def collected(settings, tmp_path):
    """The static files as they are served for real: named by their content, compressed."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin", "ninja"])
    return settings.STATIC_ROOT


@pytest.mark.django_db
def test_static_files_are_hashed_compressed_with_brotli_and_kept_for_a_year(collected):
    client = Client()
    page = client.get("/").text
    [address] = re.findall(r'href="([^"]*css/portal-rtl\.[^"]*)"', page)

    answer = client.get(address, headers={"Accept-Encoding": "gzip, br"})

    assert re.search(r"/portal-rtl\.[0-9a-f]{12}\.css$", address)
    assert answer.headers["Content-Encoding"] == "br"
    assert int(re.search(r"max-age=(\d+)", answer.headers["Cache-Control"])[1]) >= YEAR
    assert "immutable" in answer.headers["Cache-Control"]
    answer.close()


def test_no_letter_is_in_two_files_of_the_typeface():
    """A browser that waits for one of them would fetch the other as well."""
    seen: dict[tuple[str, int], str] = {}
    rule = re.compile(r"font-weight: (\d+);.*?url\(\"([^\"]+)\"\).*?unicode-range: ([^;]+);", re.DOTALL)
    for face in Path(portal_settings.BASE_DIR, "static/css/fonts.css").read_text().split("@font-face")[1:]:
        weight, file, ranges = rule.search(face).groups()
        for part in ranges.split(", "):
            first, _, last = part.removeprefix("U+").partition("-")
            for letter in range(int(first, 16), int(last or first, 16) + 1):
                assert seen.setdefault((weight, letter), file) == file
