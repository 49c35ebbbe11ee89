"""Bill numbers, as owners type them into their bank's SADAD page: one a case, with check digits.

7, the case's key in eleven digits, and two check digits by ISO/IEC 7064 MOD 97-10, so that a mistyped digit
is told before any look-up. The sweep's SQL writes the same into its letters.
"""

from shumoos.saudi.digits import clean_number
from shumoos.saudi.errors import InvalidNumber
from shumoos.saudi.reference_number import add_check_digits, has_check_digits
from violations.models import Case

LENGTH = 14


def number(case_pk: int) -> str:
    """Return the bill number of a case: fourteen digits."""
    return add_check_digits(f"7{case_pk:011}")


def show(bill: str) -> str:
    """Return a bill number as people read it: `7000-0000-0042-17`."""
    return "-".join([bill[:4], bill[4:8], bill[8:12], bill[12:]])


def clean(text: str) -> str:
    """Return the digits of a bill number as typed. Raises InvalidNumber: `invalid` or `check_digit`."""
    typed = clean_number(text)
    if len(typed) != LENGTH or not (typed.isascii() and typed.isdigit()) or typed[0] != "7":
        raise InvalidNumber("invalid")
    if not has_check_digits(typed):
        raise InvalidNumber("check_digit")
    return typed


def case_of(text: str) -> Case | None:
    """Return the case that a typed bill number belongs to; None where it is mistyped or there is none."""
    try:
        bill = clean(text)
    except InvalidNumber:
        return None
    return Case.objects.filter(pk=int(bill[1:12])).first()
