"""What came of handing one text to Twilio."""

from dataclasses import dataclass

from shumoos.sms.faults import MAY_HAVE_GONE, Blame, fault_of


@dataclass(frozen=True)
class Sent:
    """Twilio has taken it, and calls it by `sid`."""

    sid: str


@dataclass(frozen=True)
class Refused:
    """It will never go out as it is; `why` is Twilio's code or a word of ours."""

    why: str


@dataclass(frozen=True)
class Unavailable:
    """Not now: try again later."""

    why: str

    @property
    def may_have_gone(self) -> bool:
        """Whether it may have gone out all the same, because only the answer was lost."""
        return self.why in MAY_HAVE_GONE

    @property
    def is_outage(self) -> bool:
        """Whether other texts would fare no better now."""
        return fault_of(self.why).blame is Blame.GATEWAY


@dataclass(frozen=True)
class Cancelled:
    """It has lost its purpose."""


Outcome = Sent | Refused | Unavailable | Cancelled


def outcome_of_error(*, status: int, code: int | None) -> Refused | Unavailable:
    """Return what Twilio's answer of HTTP status 3xx to 5xx means, with its own code where it gave one.

    Refused for good are only requests (400) whose fault lies with the addressee or the text; anything else
    is not the text's fault. A 400 with a code we do not know counts as refused.
    """
    why = str(code or status)[:20]
    if status == 400 and fault_of(why).blame is Blame.TEXT:
        return Refused(why)
    return Unavailable(why)
