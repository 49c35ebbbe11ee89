"""Every page that a link leads to: it answers, the browser complains of nothing, axe finds nothing on it, and
it fits its window, also one of 320 pixels, which is what a desk's window has left at a zoom of 400 %.

Each page is looked at in both languages, on a phone in one and on a desk in the other, turn about, as the
first role that has it. `make pages` looks at it as every role, in both languages and at both widths.
"""

from itertools import groupby

import pytest

from tests.browser.conftest import NARROW, WIDE
from tests.browser.looking import ZOOMED, faults_at
from tests.browser.visits import Visit
from tests.pages import every_page, firsts, in_another_thread

pytestmark = pytest.mark.django_db(transaction=True)

# The fewest views that such a walk has seen: fewer would mean that links are missing.
FEWEST = 70


def what_is_wrong(visit, page, *sizes):
    """Return the faults of a page at these sizes of the window, in words."""
    visit.page.set_viewport_size(sizes[0])
    status = visit.open(page.path)
    wrong = [] if status == 200 else [f"answers {status}"]
    return [f"{page} {one}" for one in [*wrong, *visit.heard, *faults_at(visit, *sizes)]]


def walk(portal, pages, language, sizes_of):
    problems = []
    for username, own in groupby(pages, key=lambda page: page.username):
        visit = Visit(portal, username, language, WIDE)
        for page in own:
            problems += [f"{language} {one}" for one in what_is_wrong(visit, page, *sizes_of(page))]
        visit.close()
    return problems


def test_every_page_is_sound(portal):
    pages = list(firsts(in_another_thread(every_page, "ar")))
    place = {page: number for number, page in enumerate(pages)}

    problems = walk(portal, pages, "ar", lambda page: ((NARROW, WIDE)[place[page] % 2], ZOOMED))
    problems += walk(portal, pages, "en", lambda page: ((WIDE, NARROW)[place[page] % 2], ZOOMED))

    assert not problems, "\n".join(problems)
    assert len(pages) >= FEWEST, sorted(map(str, pages))


@pytest.mark.every_page
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_of_every_role_is_sound(portal, language):
    pages = in_another_thread(every_page, language)

    problems = walk(portal, pages, language, lambda page: (NARROW, WIDE, ZOOMED))

    assert not problems, "\n".join(problems)
