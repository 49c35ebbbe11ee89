"""“Was this page useful?”: one answer a day from one visitor about one page, and no word of who they are."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q
from django.urls import get_resolver
from django.utils import timezone
from django.utils.crypto import salted_hmac

from shumoos.saudi import calendar, digits
from support.models import PageAnswer
from support.page_titles import TITLES

MOST_AN_HOUR = 20
WINDOW = timedelta(hours=1)
LATEST = 5
# A number of an ID, a mobile or a reference has no business here.
LONG_NUMBER = re.compile(r"\d[\d\s-]{3,}\d")


class TooMany(Exception):
    """Too many answers from one visitor; `wait` says for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


def is_page(name: str) -> bool:
    """Whether a view of the portal has this name: nothing else is written down as a page."""
    namespace, _colon, last = name.rpartition(":")
    resolver = get_resolver()
    if namespace:
        if namespace not in resolver.namespace_dict:
            return False
        _prefix, resolver = resolver.namespace_dict[namespace]
    return bool(last) and last in {key for key in resolver.reverse_dict if isinstance(key, str)}


def visitor_of(address: str | None) -> str:
    """Return what tells visitors of one day apart. It is keyed, and another one tomorrow."""
    day = calendar.today().isoformat()
    return salted_hmac(f"support.feedback:{day}", address or "", algorithm="sha256").hexdigest()


@transaction.atomic
def give(page: str, *, is_useful: bool, language: str, address: str | None) -> PageAnswer:
    """Keep a visitor's answer about a page and return it; another one on the same day takes its place.

    Raises TooMany for more than twenty pages within an hour.
    """
    visitor = visitor_of(address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('page answer'), hashtext(%s))", [visitor])
    now = timezone.now()
    answer = PageAnswer.objects.filter(visitor=visitor, page=page).first()
    if answer is None:
        recent = PageAnswer.objects.filter(visitor=visitor, at__gt=now - WINDOW).order_by("-at")
        last = recent.values_list("at", flat=True)[MOST_AN_HOUR - 1 : MOST_AN_HOUR].first()
        if last is not None:
            raise TooMany(last + WINDOW - now)
        answer = PageAnswer(visitor=visitor, page=page)
    if answer.pk is None or answer.is_useful != is_useful:
        answer.reason, answer.words = "", ""
    answer.is_useful, answer.language, answer.at = is_useful, language, now
    answer.save()
    return answer


def say_why(answer: PageAnswer, *, reason: str, words: str) -> None:
    """Add the reason to an answer; numbers that could be somebody's are left out."""
    PageAnswer.objects.filter(pk=answer.pk).update(reason=reason, words=without_numbers(words))


def without_numbers(words: str) -> str:
    return LONG_NUMBER.sub("•••", digits.to_ascii(words)).strip()


def by_page(since: Any) -> list[dict[str, Any]]:
    """Return every page with answers since then: how many of each, the reasons, and the latest words.

    The least useful first. Three queries, however many pages there are.
    """
    answers = PageAnswer.objects.filter(at__gte=since)
    pages: dict[str, dict[str, Any]] = {}
    counted = answers.values("page").annotate(
        yes=Count("pk", filter=Q(is_useful=True)), no=Count("pk", filter=Q(is_useful=False))
    )
    for row in counted:
        pages[row["page"]] = {**row, "title": TITLES.get(row["page"]), "reasons": [], "words": []}
    reasons = answers.exclude(reason="").values("page", "reason").annotate(count=Count("pk"))
    for page, reason, count in reasons.order_by("page", "-count", "reason").values_list(
        "page", "reason", "count"
    ):
        pages[page]["reasons"].append((PageAnswer(reason=reason), count))
    for answer in latest_words(answers):
        if len(pages[answer.page]["words"]) < LATEST:
            pages[answer.page]["words"].append(answer)
    return sorted(pages.values(), key=lambda page: (page["yes"] / (page["yes"] + page["no"]), -page["no"]))


def latest_words(answers: Any) -> Iterable[PageAnswer]:
    return answers.exclude(words="").order_by("-pk")[:500]
