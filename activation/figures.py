"""An office in numbers: what waits, what was decided, how long it took, what went back, what did not arrive.

Every function takes the keys of offices and counts nothing of any other. Each is one query over what those
offices have open or have done in the period, found by an index. Days are days in Riyadh.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate

from activation.models import Decision, Review, Subscription
from registration import office_time
from registration.models import OFFICE_STATUSES, Application, Status
from shumoos.saudi import calendar, working_days
from shumoos.sms.faults import fault_of

# Up to how many working days an application has waited, each a line of the figures; the last has no end.
AGES = (0, 1, 2, 5, 10)
OLDER = "older"
DECIDED = (Decision.ACTIVATE, Decision.RETURN, Decision.REJECT)
MOST_DAYS = 366


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both in full."""

    first: date
    last: date

    @classmethod
    def of_last(cls, days: int) -> "Period":
        """The last so many days, today the last of them."""
        today = calendar.today()
        return cls(today - timedelta(days=days - 1), today)

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.first, time(), calendar.RIYADH)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is no longer in it."""
        return datetime.combine(self.last + timedelta(days=1), time(), calendar.RIYADH)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


@dataclass
class Waiting:
    """Applications with an office: those nobody has taken up, those under review, the late ones of both."""

    free: int = 0
    taken: int = 0
    overdue: int = 0

    @property
    def total(self) -> int:
        return self.free + self.taken

    def add(self, row: Mapping[str, Any]) -> None:
        if row["status"] == Status.UNDER_REVIEW:
            self.taken += row["number"]
        else:
            self.free += row["number"]
        self.overdue += row["late"]


@dataclass
class Decided:
    """How many reviews have ended in what."""

    activated: int = 0
    returned: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        return self.activated + self.returned + self.rejected

    @property
    def values(self) -> list[int]:
        return [self.activated, self.returned, self.rejected]

    def add(self, decision: str, number: int) -> None:
        match decision:
            case Decision.ACTIVATE:
                self.activated += number
            case Decision.RETURN:
                self.returned += number
            case Decision.REJECT:
                self.rejected += number


@dataclass(frozen=True)
class Times:
    """How long activations took: of `count` of them the middle one, and the one that nine in ten are within.

    Working days as the office's clock counts them, and hours with the office, day and night; None without
    any.
    """

    count: int = 0
    median_days: float | None = None
    ninth_days: float | None = None
    median_hours: float | None = None
    ninth_hours: float | None = None


def waiting(offices: Collection[int]) -> tuple[dict[int | str, Waiting], dict[int, Waiting]]:
    """Return what waits now: by age, a line each of AGES and OLDER, and by the key of its sector.

    The age is the working days of the office's clock: without the day of arrival and the time with the owner.
    Three queries.
    """
    by_age: dict[int | str, Waiting] = {age: Waiting() for age in (*AGES, OLDER)}
    by_sector: dict[int, Waiting] = defaultdict(Waiting)
    today = calendar.today()
    ages, is_late = [], Q(pk__in=[])
    for pk, clock in office_time.clocks(offices).items():
        for age in AGES:
            since = working_days.latest(today, age + 1, clock.holidays)
            ages.append(When(office_id=pk, clock_from__gte=since, then=Value(str(age))))
        is_late |= Q(office_id=pk, clock_from__lt=office_time.overdue_before(clock, today))
    if not ages:
        return by_age, by_sector
    rows = (
        Application.objects.filter(office__in=offices, status__in=OFFICE_STATUSES)
        .order_by()
        .annotate(age=Case(*ages, default=Value(OLDER), output_field=CharField()))
        .values("age", "sector_id", "status")
        .annotate(number=Count("pk"), late=Count("pk", filter=is_late))
    )
    for row in rows:
        by_age[int(row["age"]) if row["age"] != OLDER else OLDER].add(row)
        by_sector[row["sector_id"]].add(row)
    return by_age, by_sector


def taken_up(offices: Collection[int]) -> dict[int, int]:
    """Return how many applications each supervisor, by key, has under review now."""
    rows = Review.objects.filter(decision="", office__in=offices).order_by().values_list("supervisor_id")
    return dict(rows.annotate(number=Count("pk")))


def decided_in(offices: Collection[int], period: Period) -> QuerySet[Review]:
    return Review.objects.filter(
        office__in=offices,
        decision__in=DECIDED,
        decided_at__gte=period.starts_at,
        decided_at__lt=period.ends_at,
    ).order_by()


def decisions_a_day(offices: Collection[int], period: Period) -> dict[date, Decided]:
    """Return what was decided on each day of the period, days without any decision included."""
    on = TruncDate("decided_at", tzinfo=calendar.RIYADH)
    found = counted(decided_in(offices, period), on)
    return {day: found.get(day, Decided()) for day in period.days}


def decisions_by_supervisor(offices: Collection[int], period: Period) -> dict[int, Decided]:
    """Return what each supervisor, by key, has decided; what a head confirmed is its proposer's."""
    return counted(decided_in(offices, period), F("supervisor_id"))


def decisions_by_sector(offices: Collection[int], period: Period) -> dict[int, Decided]:
    """Return what was decided in each sector, by key."""
    return counted(decided_in(offices, period), F("application__sector_id"))


def counted(reviews: QuerySet[Review], by: F | TruncDate) -> dict[Any, Decided]:
    found: dict[Any, Decided] = defaultdict(Decided)
    rows = reviews.annotate(key=by).values_list("key", "decision").annotate(number=Count("pk"))
    for key, decision, number in rows:
        found[key].add(decision, number)
    return found


@dataclass
class ActivationTimes:
    """Times to activation: of all, by day of activation, by supervisor and by sector, each by key."""

    overall: Times
    by_day: dict[date, Times]
    by_supervisor: dict[int, Times]
    by_sector: dict[int, Times]


# Working days are counted from Saturday, 1 January 2000: five in each whole week, and of the week that has
# begun its days but no more than five. A day off on a weekend is none, and one that is everybody's and the
# office's own is one. Equal to `working_days.days_after`, which a test holds it to.
ACTIVATION_TIMES = """
WITH activated AS MATERIALIZED (
    SELECT application.id, application.sector_id, application.clock_from, review.supervisor_id,
        review.office_id, (review.decided_at AT TIME ZONE %(zone)s)::date AS on_day
    FROM activation_review AS review
    JOIN registration_application AS application ON application.id = review.application_id
    WHERE review.office_id = ANY(%(offices)s) AND review.decision = 'activate'
        AND review.decided_at >= %(start)s AND review.decided_at < %(end)s
), stretch AS (
    SELECT application_id, new, at, lead(at) OVER (PARTITION BY application_id ORDER BY id) AS until,
        -- A rejection that was taken back starts the clock anew, as `office_time.start` does.
        max(at) FILTER (WHERE old IN ('draft', 'rejected')) OVER (PARTITION BY application_id) AS began_at
    FROM registration_applicationevent
    WHERE application_id IN (SELECT id FROM activated)
), with_office AS (
    SELECT application_id, extract(epoch FROM sum(until - at))::float8 / 3600 AS hours
    FROM stretch
    WHERE new IN ('submitted', 'under_review') AND at >= began_at
    GROUP BY application_id
), took AS (
    SELECT activated.*, with_office.hours,
        5 * ((on_day - DATE '2000-01-01') / 7) + least((on_day - DATE '2000-01-01') %% 7, 5)
        - 5 * ((clock_from - DATE '2000-01-01') / 7) - least((clock_from - DATE '2000-01-01') %% 7, 5)
        - (
            SELECT count(DISTINCT holiday.day) FROM registration_holiday AS holiday
            WHERE holiday.day > clock_from AND holiday.day <= on_day
                AND extract(dow FROM holiday.day) NOT IN (5, 6)
                AND (holiday.office_id IS NULL OR holiday.office_id = activated.office_id)
        ) AS days
    FROM activated LEFT JOIN with_office ON with_office.application_id = activated.id
)
SELECT grouping(on_day, supervisor_id, sector_id), on_day, supervisor_id, sector_id, count(*),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY days),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY hours)
FROM took
GROUP BY GROUPING SETS ((), (on_day), (supervisor_id), (sector_id))
"""
OVERALL, OF_DAY, OF_SUPERVISOR, OF_SECTOR = 0b111, 0b011, 0b101, 0b110


def activation_times(offices: Collection[int], period: Period) -> ActivationTimes:
    """Return how long the activations of the period took, from the owner's sending to the activation.

    The time with the owner for correction does not count, neither in days nor in hours.
    """
    values: dict[str, Any] = {
        "zone": calendar.RIYADH.key,
        "offices": list(offices),
        "start": period.starts_at,
        "end": period.ends_at,
    }
    found: dict[int, dict[Any, Times]] = {OVERALL: {}, OF_DAY: {}, OF_SUPERVISOR: {}, OF_SECTOR: {}}
    with connection.cursor() as cursor:
        cursor.execute(ACTIVATION_TIMES, values)
        for group, day, supervisor, sector, count, days, hours in cursor:
            key = day or supervisor or sector
            found[group][key] = Times(count, *(days or (None, None)), *(hours or (None, None)))
    return ActivationTimes(
        found[OVERALL].get(None, Times()), found[OF_DAY], found[OF_SUPERVISOR], found[OF_SECTOR]
    )


RETURNS_BY_REASON = """
SELECT flag.code, count(DISTINCT review.id) AS returns
FROM activation_review AS review
LEFT JOIN registration_flag AS flag ON flag.application_id = review.application_id
    AND flag.raised_at >= review.decided_at
    -- Those of a later return are that one's.
    AND NOT EXISTS (
        SELECT FROM activation_review AS later
        WHERE later.application_id = review.application_id AND later.decision = 'return'
            AND later.decided_at > review.decided_at AND later.decided_at <= flag.raised_at
    )
WHERE review.office_id = ANY(%(offices)s) AND review.decision = 'return'
    AND review.decided_at >= %(start)s AND review.decided_at < %(end)s
GROUP BY 1
ORDER BY 2 DESC, 1
"""


def returns_by_reason(offices: Collection[int], period: Period) -> dict[str, int]:
    """Return in how many returns each reason was given, by its template's code, the most frequent first.

    A return with several reasons counts once for each of them. What was said in own words is under ''.
    """
    values: dict[str, Any] = {"offices": list(offices), "start": period.starts_at, "end": period.ends_at}
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(RETURNS_BY_REASON, values)
        for code, number in cursor:
            # A return without any flag has nothing but its own words.
            found[code or ""] = found.get(code or "", 0) + number
    return dict(sorted(found.items(), key=lambda item: -item[1]))


@dataclass
class FailedTexts:
    """Texts that failed for good: by the sentence that says why, by supervisor and by sector, each by key."""

    by_reason: dict[str, int]
    by_supervisor: dict[int | None, int]
    by_sector: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.by_reason.values())


FAILED_TEXTS = """
SELECT text.error, application.sector_id,
    coalesce(subscription.activated_by_id, (
        SELECT review.supervisor_id FROM activation_review AS review
        WHERE review.application_id = application.id AND review.claimed_at <= text.queued_at
        ORDER BY review.id DESC LIMIT 1
    )) AS supervisor_id,
    count(*)
FROM sms_textmessage AS text
LEFT JOIN activation_subscription AS subscription
    ON text.about_type_id = %(subscription)s AND subscription.id = text.about_id
JOIN registration_application AS application ON application.id =
    CASE WHEN text.about_type_id = %(application)s THEN text.about_id ELSE subscription.application_id END
WHERE text.status = 'failed' AND text.queued_at >= %(start)s AND text.queued_at < %(end)s
    AND application.office_id = ANY(%(offices)s)
GROUP BY 1, 2, 3
"""


def failed_texts(offices: Collection[int], period: Period) -> FailedTexts:
    """Return the texts of the period about an office's applications and subscriptions that failed for good.

    A text is its supervisor's who activated the subscription it is about, else who had the application taken
    up last when the text was queued; of nobody, under None, where nobody had.
    """
    values: dict[str, Any] = {
        "subscription": ContentType.objects.get_for_model(Subscription).pk,
        "application": ContentType.objects.get_for_model(Application).pk,
        "offices": list(offices),
        "start": period.starts_at,
        "end": period.ends_at,
    }
    found = FailedTexts(defaultdict(int), defaultdict(int), defaultdict(int))
    with connection.cursor() as cursor:
        cursor.execute(FAILED_TEXTS, values)
        for error, sector, supervisor, number in cursor:
            found.by_reason[str(fault_of(error).sentence)] += number
            found.by_supervisor[supervisor] += number
            found.by_sector[sector] += number
    found.by_reason = dict(sorted(found.by_reason.items(), key=lambda item: -item[1]))
    return found
