"""Notices that do not count any more: their letters are revoked, and their owners told."""

from datetime import date

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts import fresh
from shumoos.accounts.models import Look, Role
from shumoos.letters.models import Letter
from shumoos.sms import kinds
from shumoos.sms.bodies import write
from shumoos.sms.models import TextMessage
from tests.authenticators import asks_again
from tests.violations.factories import make_establishment, make_licence, make_owner, make_supervisor
from tests.violations.office import at, signed_in
from violations.escalation import escalate, open_case
from violations.models import Case
from violations.occurrences import record_occurrence

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-02-10T09:00:00+03:00", tick=False)


@pytest.fixture
def recorded(supervisor):
    licence = make_licence()
    establishment = make_establishment(licence, make_owner(language="en"))
    return [
        record_occurrence(
            establishment=establishment,
            licence=licence,
            occurred_on=date(2026, 2, day),
            what=f"Wrong on {day}",
            by=supervisor,
        )
        for day in (1, 2)
    ]


@pytest.fixture
def warned(supervisor):
    licence = make_licence()
    make_owner(licence.owner_national_id, language="en")
    return open_case(licence, supervisor, D("2026-02-10"))


def told():
    return [
        (text.to, write(text, kinds.get(text.kind)))
        for text in TextMessage.objects.filter(kind="notice_annulled").order_by("queued_at")
    ]


def test_the_letter_of_an_annulled_occurrence_is_revoked_and_its_owner_told(lead, head, recorded, client):
    fine = recorded[1].notice
    lead.post(at("annul", recorded[1].pk), {"reason": "The record was right"})

    letter = Letter.objects.get(pk=fine.letter_id)
    event = letter.events.get()
    assert (letter.status, event.by, event.reason) == ("revoked", head, "The record was right")
    assert recorded[0].notice.letter.status == "valid"
    number = recorded[1].case.licence.number
    on = "10 February 2026 (22 Shaban 1447 AH)"
    expected = f"Shumoos: the fine of SAR 5,000 of {on}, licence {number}, is annulled."
    assert told() == [(recorded[1].establishment.owner.mobile, expected)]
    # Again, nothing is told anew.
    lead.post(at("annul", recorded[1].pk), {"reason": "Again"})
    assert len(told()) == 1

    lead.post(at("annul", recorded[0].pk), {"reason": "Neither was this"})
    expected = f"Shumoos: the warning of {on}, licence {number}, is annulled."
    assert told()[1] == (recorded[1].establishment.owner.mobile, expected)


def test_what_is_to_be_annulled_is_named_before(lead, recorded):
    page = lead.get(at("annul", recorded[1].pk))

    assertContains(page, "Wrong on 2")
    assertContains(page, "SAR 5,000.00")
    assertNotContains(page, "Wrong on 1")


def test_a_head_annuls_a_warning_for_not_subscribing(lead, head, warned):
    [notice] = warned.notices.all()
    assertContains(lead.get(at("case_change", warned.pk)), at("annul_warning", notice.pk))
    assertContains(lead.get(at("annul_warning", notice.pk)), warned.licence.name_en)

    response = lead.post(at("annul_warning", notice.pk), {"reason": "Another licence was meant"})

    assertRedirects(response, at("case_change", warned.pk))
    warned.refresh_from_db()
    notice.refresh_from_db()
    assert (warned.stage, warned.closed_on, notice.annulled_on) == (
        "annulled",
        D("2026-02-10"),
        D("2026-02-10"),
    )
    assert notice.letter.status == "revoked"
    assert Look.objects.filter(action="annul warning", by=head).count() == 1
    [(_to, text)] = told()
    assert text == (
        f"Shumoos: the warning of 10 February 2026 (22 Shaban 1447 AH), licence {warned.licence.number}, "
        "is annulled."
    )
    assertNotContains(response.client.get(at("case_change", warned.pk)), at("annul_warning", notice.pk))
    again = lead.post(at("annul_warning", notice.pk), {"reason": "Again"}, follow=True)
    assertContains(again, "Only a warning for not subscribing whose case runs can be annulled here.")
    assert len(told()) == 1


def test_what_followed_from_an_annulled_warning_falls_with_it(lead, warned):
    escalate(D("2026-03-13"))
    escalate(D("2026-04-13"))
    escalate(D("2026-05-14"))
    [warning, *_fines, order] = warned.notices.order_by("id")
    assert order.stage == "suspended"

    lead.post(at("annul_warning", warning.pk), {"reason": "It was subscribed elsewhere"})

    case = Case.objects.get()
    assert (case.stage, case.fined) == ("annulled", 0)
    statuses = [notice.letter.status for notice in case.notices.order_by("id").select_related("letter")]
    assert statuses == ["revoked", "revoked", "revoked", "superseded"]
    order.refresh_from_db()
    assert order.lifting_letter.kind == "lifting"


def test_a_warning_is_annulled_with_a_reason_and_by_its_own_head_alone(lead, desk, warned):
    [notice] = warned.notices.all()
    address = at("annul_warning", notice.pk)
    assert lead.post(address, {"reason": " "}).status_code == 422
    assert desk.post(address, {"reason": "x"}).status_code == 403
    other = signed_in(make_supervisor("makkah", role=Role.HEAD))
    assert other.post(address, {"reason": "x"}).status_code == 404
    session = lead.session
    session[fresh.KEY] = 0
    session.save()
    assert asks_again(lead.post(address, {"reason": "x"}))
    assert Case.objects.get().closed_on is None
