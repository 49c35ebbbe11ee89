"""The first page as somebody sees it who has never been here: how much comes, and whether it stands still."""

from urllib.parse import unquote, urlsplit

import brotli
import pytest
from django.contrib.staticfiles import finders

from tests.browser.conftest import NARROW, WIDE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

MOST_BYTES = 150_000
MOST_REQUESTS = 12
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
