import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.conf import settings as portal_settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import Context, Template
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from pytest_django.asserts import assertNotContains

from registration.models import DocumentKind, Sector
from shumoos.accounts.models import Role, User
from shumoos.context import NAVIGATION, Portal
from shumoos.help import GUIDES
from shumoos.saudi.calendar import today
from shumoos.templatetags.days import JOINER, NO_BREAK, both_calendars, both_calendars_time, sar
from tests.conftest import sign_in
from tests.factories import UserFactory
from violations.models import Basis, CaseKind, Schedule, Stage


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


@pytest.mark.django_db
def test_front_page_opens_to_everybody_and_leads_on(client):
    response = client.get("/")

    links = {
        attributes.get("href") for tag, attributes in Tags(response.content.decode()).found if tag == "a"
    }
    assert response.status_code == 200
    assert {
        reverse(name) for name in ("registration:register", "registration:status", "accounts:login", "help")
    } <= links
    assert "tel:920014446" in links


@pytest.mark.django_db
def test_front_page_tells_the_penalties_of_todays_schedules_and_the_premium_fee(english):
    schedule = Schedule.objects.create(kind=CaseKind.INACCURATE_DATA, valid_from=today(), window_months=6)
    schedule.steps.create(position=1, stage=Stage.WARNED)
    schedule.steps.create(position=2, stage=Stage.FINED_FIRST, basis=Basis.RAISE_TO, cap=4000)

    page = english.get("/").content.decode()

    amounts = re.findall(r"SAR [\d,.]+\d", page)
    assert amounts == ["SAR 10,000.00", "SAR 25,000.00", "SAR 4,000.00", "SAR 700.00"]


@pytest.mark.django_db
def test_front_page_names_the_sectors_and_documents_that_are_asked_for(english):
    Sector.objects.filter(code="scrap").update(name_en="Scrap yards")
    DocumentKind.objects.filter(code="letter").update(name_en="A letter of the authority")

    page = english.get("/").content.decode()

    assert "<span>Scrap yards</span>" in page
    assert "A letter of the authority" in page
    assert "Lease of the premises" not in page


@pytest.mark.django_db
def test_front_page_lists_eleven_steps_in_four_places(client):
    journey = re.search(r'<ol class="journey">(.*?)</ol>\s*</section>', client.get("/").text, re.DOTALL)[1]

    assert [block.count("<li>") for block in journey.split("<h3>")[1:]] == [3 + 1, 3 + 1, 2 + 1, 3]
    assert re.findall(r'<ol start="(\d+)"', journey) == ["4", "7", "9"]


@pytest.mark.parametrize("slug", GUIDES)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_guide_opens_to_everybody_with_its_pictures_in_that_language(client, slug, language):
    client.cookies[portal_settings.LANGUAGE_COOKIE_NAME] = language

    page = client.get(reverse("help_guide", args=[slug])).text

    pictures = re.findall(r'<img src="/static/([^"]*webp)"', page)
    assert len(pictures) == sum(1 for step in GUIDES[slug].steps if step.picture)
    assert [name for name in pictures if not name.startswith(f"help/{language}/")] == []
    assert [name for name in pictures if finders.find(name) is None] == []


def test_help_leads_to_every_guide(client):
    page = client.get(reverse("help")).text

    assert [slug for slug in GUIDES if reverse("help_guide", args=[slug]) not in page] == []


def test_guide_of_another_name_is_not_there(client):
    assert client.get("/help/elsewhere/").status_code == 404


# What pages are made of: colour, type, space, and every part.
PARTS = """
    swatch-action h1 quiet number code space-1 btn-primary form-control form-select form-check-input
    invalid-feedback table-stack rows status alert note timeline stepper step-count card empty ask
    import-progress chart
"""


def test_parts_of_pages_are_shown_to_developers_alone(client, settings):
    assert client.get("/design/").status_code == 404

    settings.DEBUG = True
    page = client.get("/design/").text

    shown = {name for names in re.findall(r'class="([^"]+)"', page) for name in names.split()}
    assert set(PARTS.split()) - shown == set()


def test_foot_of_a_page_names_the_day_it_was_last_changed(english, settings):
    settings.RELEASED_ON = date(2027, 1, 31)

    assert "Last modified: 31 January 2027" in " ".join(english.get("/help/").text.split())


# Every page ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/nowhere/"])
def test_pages_bring_nothing_from_elsewhere_and_nothing_inline(client, path):
    for tag, attributes in Tags(client.get(path).content.decode()).found:
        address = attributes.get("src") or (attributes.get("href") if tag in {"link", "use"} else None)
        assert address is None or address.startswith("/static/")
        assert tag != "style"
        assert tag != "script" or "src" in attributes
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/nowhere/"])
def test_pages_have_landmarks_a_skip_link_and_one_heading(client, path):
    tags = Tags(client.get(path).content.decode()).found

    names = [tag for tag, _attributes in tags]
    assert [names.count(name) for name in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    first_link = next(attributes for tag, attributes in tags if tag == "a")
    assert first_link["href"] == "#content"
    assert ("main", {"id": "content", "tabindex": "-1"}) in tags


# Three columns of a few words, a month in a way of its own, and a table that is told of what sort it is.
NOT_CARDS = {"includes/penalties.html", "guests/calendar.html", "includes/table.html"}


def test_every_table_is_cards_on_a_phone():
    templates = Path(portal_settings.BASE_DIR, "templates")
    tables = [
        (path.relative_to(templates).as_posix(), tag)
        for path in templates.rglob("*.html")
        for tag in re.findall(r"<table\b[^>]*>", path.read_text())
    ]

    assert {name for name, tag in tables if "table-stack" not in tag} == NOT_CARDS


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
        ("/staff/invite/", "accounts:account"),
        ("/subscriptions/123456789/", "home"),
        ("/elsewhere/", None),
    ],
)
def test_nearest_way_above_the_page_is_the_current_one(page_of, path, current):
    ways = page_of(Role.OWNER, path).navigation

    assert [way.url_name for way in ways if way.is_current] == ([current] if current else [])


@pytest.mark.parametrize(
    ("role", "path", "current"),
    [
        (Role.PROVIDER, "/agents/", "home"),
        (Role.PROVIDER, "/agreements/7/", "home"),
        (Role.SUPPORT, "/tickets/26-412864-30/", "support:desk"),
        (Role.HEAD, "/staff/invite/", "accounts:staff"),
    ],
)
def test_a_page_elsewhere_stands_under_the_way_that_leads_to_it(page_of, role, path, current):
    assert [way.url_name for way in page_of(role, path).navigation if way.is_current] == [current]


@pytest.mark.parametrize(
    ("role", "path", "starts"),
    [
        (Role.OWNER, "/home/", True),
        (Role.OWNER, "/guests/", False),
        (Role.SUPPORT, "/desk/", True),
        (Role.DIRECTORY, "/directory/", True),
        (Role.AUDITOR, "/directory/", False),
        (Role.AUTHORITY, "/registers/licences/", True),
        (Role.AUDITOR, "/registers/licences/", False),
        (None, "/home/", False),
    ],
)
def test_a_page_knows_whether_the_person_starts_from_it(page_of, role, path, starts):
    assert page_of(role, path).starts_here is starts


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.SUPPORT, Role.DIRECTORY, Role.AUTHORITY])
def test_whoever_works_with_one_list_is_led_there_and_sees_no_way_back(role):
    client = sign_in(UserFactory(role=role))
    page = client.get("/home/", follow=True)

    assert page.redirect_chain == [(reverse(NAVIGATION[role][0][0]), 302)]
    assertNotContains(page, 'class="breadcrumb"')


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


def test_days_are_shown_in_both_calendars_of_riyadh_and_a_line_breaks_between_these_alone():
    late = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)

    with translation.override("ar"):
        assert both_calendars(date(2026, 2, 1)) == "13~شعبان~1447هـ (1~فبراير~2026م)".replace("~", NO_BREAK)
        assert both_calendars(late) == both_calendars(date(2026, 2, 1))
        arabic = "13~شعبان~1447هـ (1~فبراير~2026م) الساعة~01:30"
        assert both_calendars_time(late) == arabic.replace("~", NO_BREAK)
    with translation.override("en"):
        english = "1~February~2026 (13~Shaban~1447~AH) at~01:30".replace("~", NO_BREAK)
        assert both_calendars(late) == english.removesuffix(f" at{NO_BREAK}01:30")
        assert both_calendars_time(late) == english
        pilgrimage = f"25~May~2027 (19~Dhu~al-{JOINER}Hijjah~1448~AH)"
        assert both_calendars(date(2027, 5, 25)) == pilgrimage.replace("~", NO_BREAK)
        assert (both_calendars(None), both_calendars_time(None)) == ("", "")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_numbers_have_one_decimal_sign_in_both_languages(language):
    with translation.override(language):
        assert Template("{{ value }}").render(Context({"value": Decimal("700.50")})) == "700.50"
        assert filesizeformat(6656).startswith("6.5")


@pytest.mark.parametrize(
    ("amount", "arabic", "english"),
    [
        (Decimal("10000"), "10,000.00 ريال", "SAR 10,000.00"),
        (0, "0.00 ريال", "SAR 0.00"),
        (Decimal("-1500.5"), "\u2066\u22121,500.50\u2069 ريال", "SAR \u2066\u22121,500.50\u2069"),
        (None, "", ""),
    ],
)
def test_amounts_are_exact_and_name_their_currency(amount, arabic, english):
    with translation.override("ar"):
        assert sar(amount) == arabic
    with translation.override("en"):
        assert sar(amount) == english
