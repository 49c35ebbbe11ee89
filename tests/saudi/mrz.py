"""Machine-readable lines of invented people."""

from shumoos.saudi.mrz import check_digit


def passport(
    *,
    name="ERIKSSON<<ANNA<MARIA",
    number="L898902C3",
    nationality="SWE",
    birth="740812",
    sex="F",
    expiry="340415",
    issuer="SWE",
):
    """A passport's two lines, with the check digits that belong to them."""
    return two_lines("P<", issuer, name, number, nationality, birth, sex, expiry, width=44)


def two_lines(code, issuer, name, number, nationality, birth, sex, expiry, *, width):
    """Two lines of so many characters, with the check digits that belong to them and nothing optional."""
    written = number.ljust(9, "<")
    body = f"{written}{check_digit(written)}{nationality.ljust(3, '<')}{birth}{check_digit(birth)}"
    body = f"{body}{sex}{expiry}{check_digit(expiry)}".ljust(width - 1, "<")
    whole = check_digit(body[:10] + body[13:20] + body[21:])
    return f"{code}{issuer}{name}".ljust(width, "<")[:width] + "\n" + body + whole


def card(
    *,
    issuer,
    nationality,
    optional="",
    number="AB1234567",
    name="ALMUKHTARA<<NOURA",
    birth="900315",
    sex="F",
    expiry="310415",
    code="I<",
):
    """A card's three lines, with the check digits that belong to them."""
    first = f"{code}{issuer}{number}{check_digit(number)}{optional}".ljust(30, "<")
    second = f"{birth}{check_digit(birth)}{sex}{expiry}{check_digit(expiry)}{nationality}".ljust(29, "<")
    whole = check_digit(first[5:] + second[:7] + second[8:15] + second[18:])
    return f"{first}\n{second}{whole}\n{name.ljust(30, '<')}"


def small_card(
    *,
    issuer,
    nationality,
    number,
    name="ALMUKHTAR<<SALIM",
    birth="880203",
    sex="M",
    expiry="310415",
):
    """The two lines of 36 characters that some cards have, with the check digits that belong to them."""
    return two_lines("I<", issuer, name, number, nationality, birth, sex, expiry, width=36)


SAUDI_CARD = card(issuer="SAU", nationality="SAU", optional="1000000008")
OMANI_CARD = small_card(issuer="OMN", nationality="OMN", number="123456789")
