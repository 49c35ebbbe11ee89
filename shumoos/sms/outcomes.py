"""What came of handing one text to Twilio, and what its error codes mean for us."""

from dataclasses import dataclass


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
    """Not now: try again later. It may have gone out all the same, if only the answer was lost."""

    why: str


@dataclass(frozen=True)
class Cancelled:
    """It has lost its purpose."""


Outcome = Sent | Refused | Unavailable | Cancelled

# Faults that others than the addressee can mend while we keep trying: the account, its sender, its load.
# From the Error and Warning Dictionary, https://www.twilio.com/docs/api/errors.
MENDABLE = {
    10001: "account is not active",
    14107: "message rate limit exceeded",
    20003: "authentication failed",
    20005: "account is not active",
    20429: "too many requests",
    20500: "internal server error",
    20503: "service unavailable",
    21212: "invalid 'From' number",
    21408: "no permission to send to that country",
    21601: "'From' is not a sender of the account",
    21603: "'From' is missing",
    21606: "'From' cannot send to this destination",
    21608: "trial account, number not verified",
    21611: "'From' has too many queued messages",
    21659: "'From' is not a Twilio number",
    21660: "'From' belongs to another account",
    21661: "'From' cannot send texts",
    21730: "under maintenance",
    30001: "queue overflow",
    30002: "account suspended",
}


def outcome_of_error(*, status: int, code: int | None) -> Outcome:
    """Return what Twilio's answer of HTTP status 3xx to 5xx means, with its own code where it gave one.

    Refused for good are only requests (400) whose fault lies with the addressee or the text, such as 21211
    (no valid number), 21610 (unsubscribed), 21612 (cannot be reached from us), 21614 (no mobile) and 21635
    (a landline). A 400 with a code we do not know counts as one of them: somebody then sees it and can send
    again, while trying for two days would hide it. Anything else is not the text's fault.
    """
    why = str(code or status)[:20]
    if status == 400 and code not in MENDABLE:
        return Refused(why)
    return Unavailable(why)
