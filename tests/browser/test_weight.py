"""Pages as somebody sees them who has never been here: how much comes, and whether it stands still."""

import io
from urllib.parse import unquote, urlsplit

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.urls import reverse

from registration.models import Application
from tests.browser.conftest import NARROW, WIDE
from tests.browser.visits import Visit
from tests.pages import in_another_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

MOST_BYTES = 150_000
MOST_REQUESTS = 12
# On a machine that is busy a first paint may come before the whole of the header is read.
MOST_SHIFT = 0.01
COMPRESSED = (".css", ".js", ".svg")
SHIFTS = """() => new Promise(resolve => {
  let sum = 0;
  new PerformanceObserver(list => { for (const shift of list.getEntries()) sum += shift.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => resolve(sum), 300);
})"""


def weight(response):
    """Return how many bytes an answer has on the line; the tests' server compresses nothing itself."""
    path = unquote(urlsplit(response.url).path)
    if not path.startswith("/static/"):
        return len(response.body())
    with open(finders.find(path.removeprefix("/static/")), "rb") as file:
        content = file.read()
    return len(brotli.compress(content)) if path.endswith(COMPRESSED) else len(content)


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_first_page_is_light_and_stands_still(portal, viewport, language):
    page = portal.open("/healthz", viewport=viewport)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": portal.url}])
    answers = []
    page.on("response", lambda answer: answers.append(answer))

    page.goto("/")
    page.wait_for_load_state("networkidle")

    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate(SHIFTS) == 0
    assert {answer.status for answer in answers} == {200}
    assert len(answers) <= MOST_REQUESTS, [answer.url for answer in answers]
    weights = {answer.url: weight(answer) for answer in answers}
    assert sum(weights.values()) < MOST_BYTES, weights


def demo_pages():
    """Return a page of each sort of the demo, with who opens it."""
    call_command("seed_demo", stdout=io.StringIO())
    review = Application.objects.filter(office__code="RUH").latest("pk")
    return [
        ("", reverse("help_guide", args=["register"])),
        ("", reverse("registration:register")),
        ("owner", reverse("guests:new")),
        ("owner", reverse("guests:calendar")),
        ("owner", reverse("violations:mine")),
        ("support", reverse("support:desk")),
        ("supervisor-riyadh", reverse("admin:activation_queue")),
        ("supervisor-riyadh", reverse("admin:activation_review", args=[review.pk])),
        ("administrator", reverse("admin:registration_office_changelist")),
        ("administrator", reverse("admin:registration_office_change", args=[review.office_id])),
    ]


def test_no_sort_of_page_is_more_than_twelve_requests_or_moves_while_it_comes(portal):
    problems = []
    for username, path in in_another_thread(demo_pages):
        visit = Visit(portal, username, "ar", NARROW)
        answers = []
        visit.page.on("response", lambda answer, answers=answers: answers.append(answer))
        assert visit.open(path) == 200, path
        visit.page.wait_for_load_state("networkidle")
        shifts = visit.page.evaluate(SHIFTS)
        if (
            len(answers) > MOST_REQUESTS
            or shifts > MOST_SHIFT
            or any(answer.status != 200 for answer in answers)
        ):
            problems.append((path, shifts, [(answer.status, answer.url) for answer in answers]))
        visit.close()

    assert problems == []
