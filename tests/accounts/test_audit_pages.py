"""What auditors see: the log by person, subject, day and act, page by page and as a file; unusual reading."""

import csv
import io
import time
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from shumoos.accounts import fresh, log_reading, tasks, unusual
from shumoos.accounts.models import Look, ReadingLimit, Role, UnusualReading
from shumoos.saudi.calendar import RIYADH
from tests.authenticators import asks_again
from tests.factories import EstablishmentFactory, LicenceFactory, OfficerFactory, UserFactory

pytestmark = pytest.mark.django_db

LOG = "/audit/"
UNUSUAL = "/audit/unusual/"


def line(by, action="view case", *, at=None, **fields):
    fields = {"subject": "test:1"} | fields
    return Look.objects.create(by=by, role=by.role, action=action, at=at or timezone.now(), **fields)


def found(response):
    return [row.pk for row in response.context["rows"]]


def test_by_person_subject_role_and_act(auditor_client, supervisor, makkah_supervisor):
    establishment = EstablishmentFactory()
    licence = LicenceFactory(establishment=establishment)
    mine = line(supervisor, whose=f"registration.establishment:{establishment.pk}")
    of_licence = line(makkah_supervisor, "account", subject=f"registration.licence:{licence.pk}")
    other = line(UserFactory(role=Role.SUPPORT), "desk", subject="x:1")

    def search(**typed):
        response = auditor_client.post(LOG, typed)
        return set(found(response)) & {mine.pk, of_licence.pk, other.pk}

    assert search() == {mine.pk, of_licence.pk, other.pk}
    assert search(person=supervisor.username) == {mine.pk}
    assert search(person=makkah_supervisor.full_name) == {of_licence.pk}
    assert search(person="nobody at all") == set()
    assert search(subject=establishment.number) == {mine.pk, of_licence.pk}
    assert search(subject=establishment.owner.national_id) == {mine.pk, of_licence.pk}
    assert search(subject=licence.number) == {mine.pk, of_licence.pk}
    assert search(subject="x:1") == {other.pk}
    assert search(role="support") == {other.pk}
    assert search(action="view") == {mine.pk}


def test_by_day_and_minute_in_riyadhs_time(auditor_client, supervisor):
    early = line(supervisor, at=datetime(2026, 3, 1, 23, 59, tzinfo=RIYADH))
    late = line(supervisor, at=datetime(2026, 3, 2, 0, 0, tzinfo=RIYADH))

    def search(first, last):
        return found(auditor_client.post(LOG, {"first": first, "last": last}))

    assert search("2026-03-01", "2026-03-01") == [early.pk]
    assert search("2026-03-01", "2026-03-02") == [late.pk, early.pk]
    assert search("٢٠٢٦-٠٣-٠٢ 00:00", "2026-03-02 00:00") == [late.pk]
    assert early.pk not in found(auditor_client.post(LOG, {}))  # the last thirty days


@pytest.mark.parametrize(
    "typed",
    [{"first": "yesterday"}, {"last": "2026-03-02 25:00"}, {"first": "2026-03-02", "last": "2026-03-01"}],
)
def test_what_is_no_day_is_told(auditor_client, typed):
    assert auditor_client.post(LOG, typed).status_code == 422


def test_pages_hold_every_line_once(auditor_client, supervisor, monkeypatch):
    monkeypatch.setattr(log_reading, "PAGE", 3)
    at = timezone.now() - timedelta(hours=1)
    wanted = [line(supervisor, at=at, subject=f"x:{number}").pk for number in range(5)]
    wanted += [line(supervisor, at=at + timedelta(seconds=number)).pk for number in range(1, 3)]
    seen, after = [], ""
    while True:
        response = auditor_client.post(LOG, {"person": supervisor.username, "after": after})
        seen += found(response)
        if response.context["following"] is None:
            break
        after = str(response.context["following"])
    assert seen == wanted[::-1]


def test_a_page_costs_the_same_however_many_lines_it_has(
    auditor_client, supervisor, django_assert_max_num_queries
):
    line(supervisor)
    auditor_client.post(LOG, {})
    for _ in range(20):
        line(OfficerFactory())
    with django_assert_max_num_queries(16):
        auditor_client.post(LOG, {})


def test_every_search_and_file_is_in_the_log_itself(auditor_client, supervisor):
    auditor_client.post(LOG, {"person": "somebody"})
    latest = Look.objects.first()
    assert (latest.role, latest.action) == ("auditor", "access log")
    assert "person" in latest.subject
    assert "somebody" not in latest.subject
    auditor_client.get(UNUSUAL)
    assert Look.objects.first().action == "unusual reading"


def test_the_file_has_the_lines_and_no_formula(auditor_client, supervisor):
    supervisor.full_name = "=HYPERLINK(1)"
    supervisor.save(update_fields=["full_name"])
    line(supervisor, reason="@SUM(1)")
    response = auditor_client.post(LOG, {"person": supervisor.username, "export": ""})
    assert response["Content-Disposition"].startswith('attachment; filename="access-log-')
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    [_heads, row] = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert (row[1], row[2], row[9]) == (supervisor.username, "'=HYPERLINK(1)", "'@SUM(1)")
    assert (row[5], row[-1]) == ("view case", "الاطلاع على مخالفة")
    assert Look.objects.first().action == "access log export"


def test_the_file_is_in_the_language_of_whoever_reads_it(auditor_client, supervisor):
    line(supervisor, reason="case 1")
    auditor_client.cookies["django_language"] = "en"
    response = auditor_client.post(LOG, {"person": supervisor.username, "export": ""})
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeffWhen,User name,")


def test_the_file_asks_again_after_ten_minutes(auditor_client, supervisor):
    session = auditor_client.session
    session[fresh.KEY] = time.time() - fresh.FRESH_SECONDS - 1
    session.save()
    assert asks_again(auditor_client.post(LOG, {"export": ""}))
    assert not Look.objects.exists()


# Unusual reading --------------------------------------------------------------------------------------------

WORKDAY = datetime(2026, 11, 24, 10, 0, tzinfo=RIYADH)  # a Tuesday
FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=RIYADH)


def noted():
    return list(UnusualReading.objects.order_by("pk").values_list("by", "kind", "looks", "people"))


def test_many_people_in_an_hour_are_noted_once_the_hour_is_over(supervisor, makkah_supervisor):
    ReadingLimit.objects.filter(role="supervisor").update(people_an_hour=2)
    for number in range(3):
        for _again in range(2):
            line(supervisor, at=WORKDAY, whose=f"x:{number}")
    for number in range(2):
        line(makkah_supervisor, at=WORKDAY, whose=f"x:{number}")
    unusual.note(WORKDAY + timedelta(minutes=30))
    assert noted() == []
    assert unusual.note(WORKDAY + timedelta(hours=1)) == 1
    assert noted() == [(supervisor.pk, "many", 6, 3)]
    assert unusual.note(WORKDAY + timedelta(hours=2)) == 0


def test_what_the_beat_rings_for_notes_the_hours_that_are_over(supervisor, time_machine):
    line(supervisor, at=FRIDAY)
    time_machine.move_to(FRIDAY + timedelta(hours=1, minutes=5), tick=False)
    tasks.note_unusual_reading()
    assert noted() == [(supervisor.pk, "outside", 1, 1)]


def test_a_list_counts_as_many_people_as_it_shows(supervisor):
    ReadingLimit.objects.filter(role="supervisor").update(people_an_hour=40)
    line(supervisor, at=WORKDAY, people=50)
    unusual.note(WORKDAY + timedelta(hours=1))
    assert noted() == [(supervisor.pk, "many", 1, 50)]


@pytest.mark.parametrize(
    ("at", "is_unusual"),
    [
        (WORKDAY, False),
        (WORKDAY.replace(hour=7), False),
        (WORKDAY.replace(hour=6, minute=59), True),
        (WORKDAY.replace(hour=16, minute=59), False),
        (WORKDAY.replace(hour=17), True),
        (FRIDAY, True),
        (FRIDAY + timedelta(days=1), True),
        (FRIDAY + timedelta(days=2), False),
    ],
)
def test_looks_outside_working_hours_are_noted(supervisor, at, is_unusual):
    line(supervisor, at=at)
    unusual.note(at + timedelta(hours=1))
    assert [kind for _by, kind, _looks, _people in noted()] == (["outside"] if is_unusual else [])


def test_the_desk_works_round_the_clock_and_owners_have_no_limit(owner):
    for by in (UserFactory(role=Role.SUPPORT), owner):
        line(by, at=FRIDAY)
    unusual.note(FRIDAY + timedelta(hours=1))
    assert noted() == []


def test_the_auditor_sees_it_and_is_led_to_the_looks(auditor_client, supervisor):
    seen = line(supervisor, at=FRIDAY)
    unusual.note(FRIDAY + timedelta(hours=1))
    response = auditor_client.get(UNUSUAL)
    assertContains(response, supervisor.username)
    [row] = response.context["rows"]
    response = auditor_client.post(LOG, {"person": row.by.username, "first": row.begins, "last": row.ends})
    assert found(response) == [seen.pk]


def test_administrators_set_limits_which_the_log_tells(administrator_client, auditor_client):
    limit = ReadingLimit.objects.get(role="head")
    address = reverse("admin:accounts_readinglimit_change", args=[limit.pk])
    typed = {"people_an_hour": "7", "begins_at": "08:00", "ends_at": "16:00"}
    assert auditor_client.post(address, typed).status_code == 403
    assert administrator_client.post(address, typed).status_code == 302
    limit.refresh_from_db()
    assert limit.people_an_hour == 7
    change = Look.objects.get(action="change")
    assert (change.role, change.subject) == ("administrator", f"accounts.readinglimit:{limit.pk}")
    assert "people_an_hour" in change.reason


def test_hours_without_an_end_are_refused(administrator_client):
    limit = ReadingLimit.objects.get(role="head")
    address = reverse("admin:accounts_readinglimit_change", args=[limit.pk])
    response = administrator_client.post(address, {"people_an_hour": "7", "begins_at": "08:00"})
    assert response.status_code == 200
    assertNotContains(response, "<h1>500")
    assert not Look.objects.filter(action="change").exists()


def test_the_last_seal_can_be_written_down(auditor_client, supervisor):
    from shumoos.accounts import sealing
    from shumoos.accounts.models import Seal

    line(supervisor, at=timezone.now() - timedelta(minutes=4))
    sealing.seal_closed_minutes()
    seal = Seal.objects.latest("number")
    assertContains(auditor_client.get(LOG), f"{seal.number} {bytes(seal.hash).hex()}")
