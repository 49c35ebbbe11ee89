"""What owners are told by text message."""

from datetime import date

import pytest

from shumoos.sms import kinds
from shumoos.sms.bodies import write
from shumoos.sms.models import TextMessage
from tests.violations.factories import make_establishment, make_licence, make_owner, make_supervisor, warn
from violations.escalation import escalate
from violations.occurrences import record_occurrence

pytestmark = pytest.mark.django_db

D = date.fromisoformat


def bodies():
    return [write(message, kinds.get(message.kind)) for message in TextMessage.objects.order_by("about_id")]


def test_each_step_for_not_subscribing_is_told_with_amount_and_last_day():
    licence = make_licence(issued_on=D("2026-01-01"))
    make_owner(licence.owner_national_id, language="en")

    for on in ["2026-01-01", "2026-02-01", "2026-03-04", "2026-04-04"]:
        escalate(D(on))

    number = licence.number
    assert bodies() == [
        f"Shumoos: warning, licence {number} is not subscribed. "
        "Subscribe by 31 January 2026 (12 Shaban 1447 AH).",
        f"Shumoos: fine of SAR 10,000, licence {number} is not subscribed. "
        "Subscribe by 3 March 2026 (14 Ramadan 1447 AH).",
        f"Shumoos: fine of SAR 15,000, licence {number} is not subscribed. "
        "Subscribe by 3 April 2026 (15 Shawwal 1447 AH).",
        f"Shumoos: the activity of licence {number} is suspended until it is subscribed.",
    ]


def test_each_step_for_inaccurate_data_is_told(time_machine):
    time_machine.move_to("2026-06-01T09:00:00+03:00", tick=False)
    licence = make_licence()
    establishment = make_establishment(licence, make_owner(language="en"))
    for what in ("Wrong number", "No number"):
        record_occurrence(
            establishment=establishment,
            licence=licence,
            occurred_on=D("2026-05-01"),
            what=what,
            by=make_supervisor(),
        )

    assert bodies() == [
        f"Shumoos: warning for inaccurate data, licence {licence.number}.",
        f"Shumoos: fine of SAR 5,000 for inaccurate data, licence {licence.number}.",
    ]


def test_the_text_is_in_the_owners_language():
    licence = make_licence()
    warn(licence, D("2026-01-01"))
    escalate(D("2026-02-01"))
    assert "3 مارس 2026م" in bodies()[0]
    assert licence.number in bodies()[0]
