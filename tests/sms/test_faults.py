"""What becomes of a text by Twilio's code: never again, or again later; and what people are told."""

import pytest
from django.utils import translation

from shumoos.sms.faults import FAULTS, fault_of
from shumoos.sms.outcomes import Refused, Unavailable, outcome_of_error

# Not a mobile, blocked, unsubscribed, unreachable, or the text itself: whoever tries, it will not go out.
NEVER_AGAIN = {
    *(21211, 21265, 21266, 21602, 21604, 21610, 21612, 21614, 21617, 21635),
    *(30003, 30004, 30005, 30006, 30007, 30008),
}
CODES = [int(code) for code in FAULTS if code.isdigit()]


@pytest.mark.parametrize("code", CODES)
def test_only_what_lies_with_addressee_or_text_is_refused_for_good(code):
    outcome = outcome_of_error(status=400, code=code)
    assert outcome == (Refused(str(code)) if code in NEVER_AGAIN else Unavailable(str(code)))


def test_the_table_has_every_code_that_is_refused_for_good():
    assert set(CODES) >= NEVER_AGAIN


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503, 504])
def test_what_is_no_answer_to_the_text_is_no_fault_of_the_text(status):
    for code in (None, 21614, 29999):
        outcome = outcome_of_error(status=status, code=code)
        assert isinstance(outcome, Unavailable)
        assert not outcome.may_have_gone


def test_an_unknown_code_is_refused_so_that_somebody_sees_it():
    assert outcome_of_error(status=400, code=29999) == Refused("29999")
    assert outcome_of_error(status=400, code=None) == Refused("400")


def test_only_a_lost_answer_may_have_gone():
    lost = {code for code in FAULTS if Unavailable(code).may_have_gone}
    assert lost == {"timeout", "unanswered", "unreadable"}


@pytest.mark.parametrize("code", [*FAULTS, "29999", "401", "429", "503"])
def test_every_code_is_told_in_both_languages_without_its_number(code):
    sentences = []
    for language in ("ar", "en"):
        with translation.override(language):
            sentences.append(str(fault_of(code).sentence))
    arabic, english = sentences
    assert arabic != english
    assert english.isascii()
    assert not arabic.isascii()
    # Of one that we do not know, the number is all there is to tell.
    assert (code in english) == (code == "29999")
