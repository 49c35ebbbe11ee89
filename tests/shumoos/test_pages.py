import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.conf import settings as portal_settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from shumoos.accounts.models import Role, User
from shumoos.context import NAVIGATION, Portal
from shumoos.templatetags.days import both_calendars, both_calendars_time, sar


class Form(forms.Form):
    name = forms.CharField(label="Name")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("These do not agree.")


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def page_of(rf):
    def page_of(role: str | None, path: str = "/home/", **fields) -> Portal:
        request = rf.get(path)
        request.user = User(role=role, **fields) if role else AnonymousUser()
        return Portal(request)

    return page_of


# The front page --------------------------------------------------------------------------------------------


def test_front_page_opens_to_everybody_and_leads_on(client):
    response = client.get("/")

    links = {
        attributes.get("href") for tag, attributes in Tags(response.content.decode()).found if tag == "a"
    }
    assert response.status_code == 200
    assert {
        reverse(name) for name in ("registration:register", "registration:status", "accounts:login")
    } <= links
    assert "tel:920014446" in links


def test_front_page_tells_penalties_and_the_premium_fee(client):
    client.cookies[portal_settings.LANGUAGE_COOKIE_NAME] = "en"

    page = client.get("/").content.decode()

    amounts = re.findall(r"SAR [\d,.]+\d", page)
    assert amounts == ["SAR 10,000.00", "SAR 25,000.00", "SAR 5,000.00", "SAR 25,000.00", "SAR 700.00"]


def test_front_page_lists_eleven_steps(client):
    steps = re.search(r'<ol class="steps">(.*?)</ol>', client.get("/").content.decode(), re.DOTALL)

    assert steps[1].count("<li>") == 11


# Every page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/nowhere/"])
def test_pages_bring_nothing_from_elsewhere_and_nothing_inline(client, path):
    for tag, attributes in Tags(client.get(path).content.decode()).found:
        address = attributes.get("src") or (attributes.get("href") if tag in {"link", "use"} else None)
        assert address is None or address.startswith("/static/")
        assert tag != "style"
        assert tag != "script" or "src" in attributes
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("path", ["/", "/nowhere/"])
def test_pages_have_landmarks_a_skip_link_and_one_heading(client, path):
    tags = Tags(client.get(path).content.decode()).found

    names = [tag for tag, _attributes in tags]
    assert [names.count(name) for name in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    first_link = next(attributes for tag, attributes in tags if tag == "a")
    assert first_link["href"] == "#content"
    assert ("main", {"id": "content", "tabindex": "-1"}) in tags


def test_static_files_pass_into_production(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin"])

    assert (tmp_path / "staticfiles.json").exists()
    assert "url(" in next(tmp_path.glob("css/fonts.*.css")).read_text()


def test_vendored_files_keep_their_licences():
    vendored = Path(portal_settings.BASE_DIR, "static/vendor")

    assert [directory.name for directory in vendored.iterdir() if not (directory / "LICENSE").exists()] == []


# Navigation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_everybody_has_ways_that_lead_somewhere(page_of, role):
    ways = page_of(role).navigation

    assert [way.url_name for way in ways] == [name for name, _label in NAVIGATION[role]]
    assert all(way.url.startswith("/") for way in ways)


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/guests/", "guests:list"),
        ("/guests/new/", "guests:list"),
        ("/guests/receipts/", "guests:receipts"),
        ("/guests/receipts/17/", "guests:receipts"),
        ("/elsewhere/", None),
    ],
)
def test_nearest_way_above_the_page_is_the_current_one(page_of, path, current):
    ways = page_of(Role.OWNER, path).navigation

    assert [way.url_name for way in ways if way.is_current] == ([current] if current else [])


def test_strangers_have_no_ways_and_the_front_page_for_home(page_of):
    assert (page_of(None).navigation, page_of(None).home_url) == ([], "/")


def test_there_is_nowhere_to_go_before_the_password_is_chosen(page_of):
    assert page_of(Role.OWNER, must_change_password=True).navigation == []


# Parts -----------------------------------------------------------------------------------------------------


def test_form_page_names_each_error_once_on_top_and_beside_its_field():
    form = Form({})

    page = render_to_string("includes/form.html", {"form": form, "submit": "Save"})

    summary = re.search(r'<div class="alert[^>]*role="alert".*?</ul>', page, re.DOTALL)[0]
    assert re.findall(r'href="#([^"]*)"', summary) == ["id_name", "id_kind_0"]
    assert page.count("These do not agree.") == 1
    assert 'id="id_name_error"' in page
    assert 'aria-describedby="id_name_error"' in page
    assert 'id="id_kind_0"' in page


def test_form_without_errors_has_no_summary():
    assert "alert" not in render_to_string("includes/form.html", {"form": Form(), "submit": "Save"})


@pytest.mark.parametrize(
    ("tone", "shape"),
    [
        ("success", "check"),
        ("warning", "warning"),
        ("danger", "stop"),
        ("waiting", "waiting"),
        (None, "neutral"),
    ],
)
def test_status_is_told_by_shape_and_word(tone, shape):
    badge = render_to_string("includes/status_badge.html", {"tone": tone, "text": "Activated"})

    assert f'icons.svg#{shape}"' in badge
    assert "Activated" in badge


def test_every_icon_that_is_used_exists():
    drawn = set(
        re.findall(r'symbol id="([^"]*)"', Path(portal_settings.BASE_DIR, "static/img/icons.svg").read_text())
    )
    used = set()
    for template in Path(portal_settings.BASE_DIR, "templates").rglob("*.html"):
        used |= set(re.findall(r'includes/icon.html" with name="([^"]*)"', template.read_text()))

    assert used <= drawn


def test_days_are_shown_in_both_calendars_and_of_riyadh():
    late = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)

    with translation.override("ar"):
        assert both_calendars(date(2026, 2, 1)) == "13 شعبان 1447هـ (1 فبراير 2026م)"
        assert both_calendars(late) == both_calendars(date(2026, 2, 1))
        assert both_calendars_time(late) == "13 شعبان 1447هـ (1 فبراير 2026م) الساعة 01:30"
    with translation.override("en"):
        assert both_calendars(late) == "1 February 2026 (13 Shaban 1447 AH)"
        assert both_calendars_time(late) == "1 February 2026 (13 Shaban 1447 AH) at 01:30"
        assert (both_calendars(None), both_calendars_time(None)) == ("", "")


@pytest.mark.parametrize(
    ("amount", "arabic", "english"),
    [
        (Decimal("10000"), "10,000.00 ريال", "SAR 10,000.00"),
        (0, "0.00 ريال", "SAR 0.00"),
        (Decimal("-1500.5"), "\u2066-1,500.50\u2069 ريال", "SAR \u2066-1,500.50\u2069"),
        (None, "", ""),
    ],
)
def test_amounts_are_exact_and_name_their_currency(amount, arabic, english):
    with translation.override("ar"):
        assert sar(amount) == arabic
    with translation.override("en"):
        assert sar(amount) == english
