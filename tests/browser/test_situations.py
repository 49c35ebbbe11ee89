"""Pages as they are met by keyboard alone, with forced colours, with less motion, and on paper.

Those that people work with most, in Arabic; `make pages` looks so at every sort of page, in both languages.
"""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from registration.models import Application
from tests.browser.conftest import WIDE
from tests.browser.visits import Visit
from tests.pages import every_page, firsts, in_another_thread, pages_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

# Numbers whatever can be reached, as it stands in the page: of radio buttons the one that is chosen.
NUMBER = """() => {
  const start = document.createElement("a");
  start.tabIndex = 0;
  document.body.prepend(start);
  start.focus();
  const group = (one) => [...document.getElementsByName(one.name)].filter((other) => other.form === one.form);
  const chosen = (one) => one.type !== "radio" || one.checked
    || !group(one).some((other) => other.checked) && one === group(one)[0];
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((one) => one !== start && !one.disabled && one.tabIndex >= 0 && one.type !== "hidden")
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && chosen(one))
    .map((one, number) => { one.dataset.number = number; return number; });
}"""
# What has the focus: its number, whether that can be seen, and what it is called.
FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {number: one.dataset.number, shown, called: one.outerHTML.slice(0, 120)};
}"""
# Of all that says it is the current one, what nothing but a colour tells from the others.
ONLY_A_COLOUR = """() => [...document.querySelectorAll("[aria-current]")]
  .filter((one) => one.checkVisibility() && !one.closest(".breadcrumb"))
  .filter((one) => ![one, ...one.querySelectorAll(".day-number")].some((each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" || style.textDecorationLine.includes("underline")
      || parseFloat(style.borderBottomWidth) >= 2 || parseInt(style.fontWeight) >= 600
      || getComputedStyle(each, "::before").forcedColorAdjust === "none";
  }))
  .map((one) => one.outerHTML.slice(0, 120))"""
# Buttons that had a ground to be told by, and now have no frame either.
UNFRAMED = """() => [...document.querySelectorAll(".btn:not(.btn-link), .button, input[type=submit]")]
  .filter((one) => one.checkVisibility() && parseFloat(getComputedStyle(one).borderTopWidth) < 1)
  .map((one) => one.outerHTML.slice(0, 120))"""
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  return style.animationName !== "none"
    || style.transitionDuration.split(",").some((time) => parseFloat(time) > 0);
}).map((one) => one.outerHTML.slice(0, 120))"""
# What Bootstrap draws as a picture, whose colour is not the reader's.
DRAWN = """() => [...document.querySelectorAll("input[type=checkbox], select")]
  .filter((one) => getComputedStyle(one).appearance === "none")
  .map((one) => one.outerHTML.slice(0, 120))"""
PRESSED = """() => [...document.querySelectorAll("button, input, select, .site-nav, .breadcrumb, .btn")]
  .filter((one) => one.type !== "hidden" && one.checkVisibility({visibilityProperty: true}))
  .map((one) => one.outerHTML.slice(0, 120))"""
# How far the switch of the language is from the top of the page and from the end of its lines.
SWITCH = """() => {
  const place = document.querySelector(".site-language").getBoundingClientRect();
  const end = document.dir === "rtl" ? place.left : document.documentElement.clientWidth - place.right;
  return `${Math.round(place.top)} ${Math.round(end)}`;
}"""
# What can be seen of the page's frame on paper: whose page it is, and whom to ask.
FRAMED = """() => [".site-brand", ".support-line"].filter((part) =>
  ![...document.querySelectorAll(part)].some((one) => one.checkVisibility()))"""
# What somebody takes to an office, or keeps, by who prints it.
ON_PAPER = {
    "": {"front", "help_guide", "support:kept"},
    "owner": {
        "activation:subscription",
        "guests:calendar",
        "guests:receipt",
        "letters:verify",
        "support:ticket",
        "violations:account",
        "violations:case",
        "violations:mine",
        "violations:objection",
    },
}


def demo_pages():
    """Return pages of the demo that people work with, each with who does."""
    call_command("seed_demo", stdout=io.StringIO())
    review = Application.objects.filter(office__code="RUH").latest("pk")
    return [
        ("", reverse("front")),
        ("", reverse("registration:register")),
        ("owner", reverse("guests:new")),
        ("owner", reverse("guests:calendar")),
        ("owner", reverse("violations:mine")),
        ("administrator", reverse("admin:registration_documentkind_changelist")),
        ("administrator", reverse("admin:registration_provider_add")),
        ("supervisor-riyadh", reverse("admin:index")),
        ("supervisor-riyadh", reverse("admin:activation_queue")),
        ("supervisor-riyadh", reverse("admin:activation_review", args=[review.pk])),
    ]


def pages_on_paper():
    """Return the pages of the demo that are printed, each with who does."""
    call_command("seed_demo", stdout=io.StringIO())
    return [
        (username, page.path)
        for username, names in ON_PAPER.items()
        for page in pages_of(username, "ar")
        if page.name in names
    ]


def visited(portal, pages, language="ar", **media):
    """Yield each page, opened."""
    for username, path in pages:
        visit = Visit(portal, username, language, WIDE)
        visit.page.emulate_media(**media)
        visit.open(path)
        visit.page.wait_for_load_state("networkidle")
        yield path, visit.page
        visit.close()


def by_keyboard(page):
    """Return what the keyboard does not reach in order, and where it does not show that it is there."""
    expected, reached, faults = page.evaluate(NUMBER), [], []
    for _press in range(2 * len(expected)):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["number"] is None:
            continue
        reached.append(int(focused["number"]))
        if not focused["shown"]:
            faults.append(f"nothing shows the focus: {focused['called']}")
        if reached[-1] == expected[-1]:
            break
    return faults if reached == expected else [*faults, f"reached {reached} of {expected}"]


def with_forced_colours(page):
    """Return what only a colour tells, and what the reader's own colours do not get to."""
    drawn = page.evaluate(DRAWN)
    return [*page.evaluate(ONLY_A_COLOUR), *page.evaluate(UNFRAMED), *drawn]


def with_less_motion(page):
    return page.evaluate(MOVING)


def in_all_of_these_ways(page):
    """Return what the three before find on a page that is opened once."""
    page.emulate_media(forced_colors="active")
    found = with_forced_colours(page)
    page.emulate_media(forced_colors="none", reduced_motion="reduce")
    found += with_less_motion(page)
    page.emulate_media(reduced_motion="no-preference")
    return [*found, *by_keyboard(page)]


def on_paper(page):
    """Return what is pressed and not read, and what a printed page lacks."""
    headings = page.locator("h1:visible").count()
    return [
        *page.evaluate(PRESSED),
        *page.evaluate(FRAMED),
        *([] if headings == 1 else [f"{headings} headings"]),
    ]


def faults(portal, pages, look, language="ar", **media):
    return [(path, fault) for path, page in visited(portal, pages, language, **media) for fault in look(page)]


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(portal):
    assert faults(portal, in_another_thread(demo_pages), by_keyboard) == []


def test_with_forced_colours_nothing_is_told_by_a_colour_alone(portal):
    pages = in_another_thread(demo_pages)

    assert faults(portal, pages, with_forced_colours, forced_colors="active") == []


def test_nothing_moves_where_less_motion_is_asked_for(portal):
    assert faults(portal, in_another_thread(demo_pages), with_less_motion, reduced_motion="reduce") == []


def test_the_language_is_switched_in_the_same_place_on_all_pages_of_the_portal(portal):
    pages = [(username, path) for username, path in in_another_thread(demo_pages) if "/admin/" not in path]
    places = [
        page.evaluate(SWITCH) for language in ("ar", "en") for _path, page in visited(portal, pages, language)
    ]

    assert len(places) == 2 * len(pages)
    assert len(set(places)) == 1, places


def test_what_is_printed_is_the_page_and_not_what_is_pressed(portal):
    pages = in_another_thread(pages_on_paper)

    assert len(pages) == sum(map(len, ON_PAPER.values())), pages
    assert faults(portal, pages, on_paper, media="print") == []


def test_how_an_application_stands_is_printed_with_its_number(portal):
    in_another_thread(demo_pages)
    application = Application.objects.filter(status="submitted").latest("pk")
    page = portal.open("/status/", viewport=WIDE)
    page.fill("[name=reference]", application.reference)
    page.fill("[name=mobile_ending]", application.owner_mobile[-4:])
    page.locator("main button").last.click()
    number = page.locator("main").get_by_text(application.shown_reference)
    expect(number).to_be_visible()
    page.emulate_media(media="print")

    expect(number).to_be_visible()
    assert on_paper(page) == []


@pytest.mark.every_page
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_sort_of_page_is_met_so(portal, language):
    pages = [(page.username, page.path) for page in firsts(in_another_thread(every_page, language))]

    found = faults(portal, pages, in_all_of_these_ways, language)

    assert not found, "\n".join(f"{path} {fault}" for path, fault in found)
