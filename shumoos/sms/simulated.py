"""The faults that the Twilio simulator can show: their codes, statuses and the numbers that bring them on."""

import re
from dataclasses import dataclass
from typing import Any

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_BODY = 1600


@dataclass(frozen=True)
class Fault:
    code: int
    status: int
    message: str

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


ERRORS = {
    fault.code: fault
    for fault in (
        Fault(20003, 401, "Authenticate"),
        Fault(20404, 404, "The requested resource was not found"),
        Fault(20429, 429, "Too Many Requests"),
        Fault(20500, 500, "An internal server error has occurred"),
        Fault(20503, 503, "Service unavailable"),
        Fault(21211, 400, "Invalid 'To' Phone Number"),
        Fault(21408, 400, "Permission to send an SMS has not been enabled for the region"),
        Fault(21603, 400, "A 'From' or 'MessagingServiceSid' parameter is required"),
        Fault(21604, 400, "A 'To' phone number is required."),
        Fault(21602, 400, "Message body is required."),
        Fault(21606, 400, "The 'From' phone number provided is not a valid, message-capable number"),
        Fault(21610, 400, "Attempt to send to unsubscribed recipient"),
        Fault(21611, 400, "This 'From' number has exceeded the maximum number of queued messages"),
        Fault(
            21612, 400, "Message cannot be sent with the current combination of 'To' and 'From' parameters"
        ),
        Fault(21614, 400, "'To' number is not a valid mobile number"),
        Fault(21617, 400, "The concatenated message body exceeds the 1600 character limit"),
        Fault(21635, 400, "'To' number cannot be a landline"),
    )
}

# Twilio's own magic numbers (https://www.twilio.com/docs/iam/test-credentials), and Saudi ones beside them.
MAGIC_REFUSED = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
    "+966500555001": 21211,
    "+966500555002": 21612,
    "+966500555003": 21408,
    "+966500555004": 21610,
    "+966500555009": 21614,
}
# Taken, and reported as undelivered: handset unreachable, blocked, unknown handset.
MAGIC_UNDELIVERED = {
    "+966500555103": 30003,
    "+966500555104": 30004,
    "+966500555105": 30005,
}


# Taken, and never reported on.
MAGIC_SILENT = "+966500555100"
# Taken, but the answer comes only when nobody waits for it any longer.
MAGIC_SLOW = "+966500555120"
SLOW_SECONDS = 20.0


def numbers_in_words() -> str:
    """Return what each number above brings on, a line each."""
    return "\n".join(
        [f"  {to}  refused with {code}: {ERRORS[code].message}" for to, code in MAGIC_REFUSED.items()]
        + [f"  {to}  taken, and reported undelivered with {code}" for to, code in MAGIC_UNDELIVERED.items()]
        + [
            f"  {MAGIC_SILENT}  taken, and never reported on",
            f"  {MAGIC_SLOW}  taken, and answered only after {SLOW_SECONDS:.0f} seconds",
        ]
    )


def fault_of(code: int) -> Fault:
    """Return the fault of a Twilio code, or of an HTTP status (below 1000) that comes without one."""
    if code < 1000:
        return Fault(code, code, "")
    return ERRORS.get(code) or Fault(code, 400, "")


def refusal(form: dict[str, str]) -> Fault | None:
    """Return what is wrong with a request for a text, as Twilio would find it; None if nothing is."""
    to, body = form.get("To", ""), form.get("Body", "")
    checks = (
        (not to, 21604),
        (not (form.get("From") or form.get("MessagingServiceSid")), 21603),
        (not body, 21602),
        (len(body) > LONGEST_BODY, 21617),
        (to in MAGIC_REFUSED, MAGIC_REFUSED.get(to, 0)),
        (not E164.fullmatch(to), 21211),
    )
    return next((ERRORS[code] for is_so, code in checks if is_so), None)
