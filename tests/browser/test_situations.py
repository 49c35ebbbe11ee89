"""Pages as they are met by keyboard alone, with forced colours, with less motion, and on paper."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from registration.models import Application
from tests.browser.conftest import WIDE
from tests.browser.visits import Visit
from tests.pages import in_another_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

# Numbers whatever can be reached, as it stands in the page: of radio buttons the one that is chosen.
NUMBER = """() => {
  const start = document.createElement("a");
  start.tabIndex = 0;
  document.body.prepend(start);
  start.focus();
  const chosen = (one) => one.type !== "radio" || one.checked
    || !one.form.querySelector(`[name="${one.name}"]:checked`)
      && one === one.form.querySelector(`[name="${one.name}"]`);
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

PRESSED = """() => [...document.querySelectorAll("button, input, select, .site-nav, .breadcrumb, .btn")]
  .filter((one) => one.type !== "hidden" && one.checkVisibility({visibilityProperty: true}))
  .map((one) => one.outerHTML.slice(0, 120))"""
# What somebody takes to an office.
ON_PAPER = (reverse("front"), reverse("guests:calendar"), reverse("violations:mine"))


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
        ("supervisor-riyadh", reverse("admin:activation_queue")),
        ("supervisor-riyadh", reverse("admin:activation_review", args=[review.pk])),
    ]


def visited(portal, language="ar", **media):
    """Yield each page of the demo, opened."""
    for username, path in in_another_thread(demo_pages):
        visit = Visit(portal, username, language, WIDE)
        visit.page.emulate_media(**media)
        visit.open(path)
        visit.page.wait_for_load_state("networkidle")
        yield path, visit.page
        visit.close()


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(portal):
    problems = []
    for path, page in visited(portal):
        expected = page.evaluate(NUMBER)
        reached = []
        for _press in range(2 * len(expected)):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUSED)
            if focused["number"] is None:
                continue
            reached.append(int(focused["number"]))
            if not focused["shown"]:
                problems.append((path, "nothing shows the focus", focused["called"]))
            if reached[-1] == expected[-1]:
                break
        if reached != expected:
            problems.append((path, "reached", reached, "of", expected))

    assert problems == []


def test_with_forced_colours_nothing_is_told_by_a_colour_alone(portal):
    problems = []
    for path, page in visited(portal, forced_colors="active"):
        problems += [(path, one) for one in page.evaluate(ONLY_A_COLOUR)]
        problems += [(path, one) for one in page.evaluate(UNFRAMED)]
        drawn = page.evaluate(
            "[...document.querySelectorAll('input[type=checkbox], select')]"
            ".filter(one => getComputedStyle(one).appearance === 'none').length"
        )
        problems += [(path, drawn)] if drawn else []

    assert problems == []


def test_nothing_moves_where_less_motion_is_asked_for(portal):
    assert [
        (path, moving)
        for path, page in visited(portal, reduced_motion="reduce")
        if (moving := page.evaluate(MOVING))
    ] == []


def test_what_is_printed_is_the_page_and_not_what_is_pressed(portal):
    problems = []
    for path, page in visited(portal, media="print"):
        if path in ON_PAPER:
            problems += [(path, one) for one in page.evaluate(PRESSED)]
            assert page.locator("h1:visible").count() == 1, path

    assert problems == []
