"""What forms answer is as sound as the pages that links lead to.

`make pages` sends every form of every role empty as well, in both languages and at both widths: without its
scripts, so that the portal refuses it and not the browser.
"""

from itertools import groupby

import pytest

from tests.browser.answers import answers
from tests.browser.conftest import NARROW, WIDE
from tests.browser.looking import ZOOMED, faults_at
from tests.browser.visits import Visit
from tests.pages import every_page, firsts, in_another_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

# The places of the forms in which something is entered, among all of the page.
ENTERED = """() => [...document.forms].flatMap((form, place) =>
  form.method === "post" && [...form.elements].some((one) =>
    one.matches("input:not([type=hidden], [type=submit]), select, textarea")) ? [place] : [])"""
SEND_EMPTY = """(place) => {
  const form = document.forms[place];
  for (const one of form.elements) {
    if (one.matches("[type=checkbox], [type=radio]")) one.checked = false;
    else if (one.matches("input:not([type=hidden], [type=file]), textarea")) one.value = "";
  }
  const button = [...form.elements].find((one) => one.type === "submit" && !one.disabled);
  if (button?.hasAttribute("formaction")) form.action = button.formAction;
  HTMLFormElement.prototype.submit.call(form);
}"""
# What says that something is wrong, whatever the page.
REFUSED = "[aria-invalid=true], .errorlist, .invalid-feedback, .error-summary, .alert-danger"
# The fewest forms that the walk has seen refused: fewer would mean that it has not sent them.
FEWEST = 40


@pytest.mark.parametrize(("language", "size"), [("ar", NARROW), ("en", WIDE)], ids=["Arabic", "English"])
def test_what_forms_lead_to_is_sound(portal, language, size):
    problems = [
        f"{username} {name} {fault}"
        for username, name, visit in answers(portal, language)
        for fault in faults_at(visit, size, ZOOMED)
    ]

    assert not problems, "\n".join(problems)


@pytest.mark.every_page
@pytest.mark.parametrize(("language", "size"), [("ar", WIDE), ("en", NARROW)], ids=["Arabic", "English"])
def test_what_forms_lead_to_is_sound_at_the_other_width(portal, language, size):
    test_what_forms_lead_to_is_sound(portal, language, size)


def refusals(portal, pages, language):
    """Yield each window with what a form of a page answers that is sent empty, where it is refused."""
    for username, own in groupby(pages, key=lambda page: page.username):
        visit = Visit(portal, username, language, WIDE)
        for page in own:
            visit.page.set_viewport_size(WIDE)
            visit.open(page.path)
            for place in visit.page.evaluate(ENTERED):
                visit.open(page.path)
                with visit.page.expect_navigation():
                    visit.page.evaluate(SEND_EMPTY, place)
                if visit.page.locator(REFUSED).count():
                    yield f"{page}, form {place}", visit
        visit.close()


@pytest.mark.every_page
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_form_that_is_sent_empty_is_refused_on_a_sound_page(portal, language):
    pages = list(firsts(in_another_thread(every_page, language)))

    seen = [
        (form, faults_at(visit, NARROW, WIDE, ZOOMED)) for form, visit in refusals(portal, pages, language)
    ]

    problems = [f"{form} {fault}" for form, faults in seen for fault in faults]
    assert not problems, "\n".join(problems)
    assert len(seen) >= FEWEST, [form for form, _faults in seen]
