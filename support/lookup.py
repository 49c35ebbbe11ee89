"""The desk's one box: what the caller reads out, in either digits, and what it leads to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from registration import letter_numbers
from registration.models import Application, Establishment, Licence
from registration.models.names import is_named
from shumoos.letters.models import Kind, Letter
from shumoos.saudi import digits, identity, mobile, reference_number
from shumoos.saudi.errors import InvalidNumber
from support import numbers
from support.models import Ticket
from violations import bills

MOST = 20
TEN_DIGITS = 10
# A user name is the establishment's number, with a count behind it where an earlier owner goes by the number.
USER_NAME = re.compile(r"\s*([0-9]{9})-[0-9]{1,3}\s*")
BILL = re.compile(r"7[0-9]{13}")


class Mistyped(ValueError):
    """Nothing has the number, a reference number but for its check digits; its text is for the agent."""


@dataclass
class Found:
    """What was found, the latest first; licences are those for which there is no application."""

    tickets: list[Ticket] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    licences: list[Licence] = field(default_factory=list)
    # What may be wrong with what was typed, where nothing was found.
    hint: str = ""

    @property
    def only(self) -> Ticket | Application | Licence | None:
        """Return the one thing that was found; of several applications for one licence, the latest."""
        everything: list[Ticket | Application | Licence] = [*self.tickets, *self.applications, *self.licences]
        if len(everything) == 1:
            return everything[0]
        is_of_one_licence = len({application.licence_id for application in self.applications}) == 1
        if is_of_one_licence and not self.tickets and not self.licences:
            return self.applications[0]
        return None


def find(text: str) -> Found:
    """Return what a number of any sort that callers have, a mobile, an ID or a name stands for.

    Raises Mistyped where nothing has a number that looks like a reference number with a wrong digit, and
    TooShort where the text holds too little of a name.
    """
    number = clean(text)
    if letter := letter_numbers.find(text):
        return of_letter(letter)
    called = mobile_of(text)
    if called:
        return of_mobile(called, number)
    if reference_number.has_shape(number):
        return of_reference(number)
    if any(char.isdigit() for char in number):
        return of_number(number, text)
    return of_name(text)


def clean(text: str) -> str:
    """Return the number that was typed; of a user name the establishment's number, which it begins with."""
    user_name = USER_NAME.fullmatch(digits.strip_marks(digits.to_ascii(text)))
    return user_name[1] if user_name else digits.clean_number(text).upper()


def sent() -> QuerySet[Application]:
    return (
        Application.objects.sent().select_related("office", "city", "sector").order_by("-submitted_at", "-id")
    )


def found(applications: Iterable[Application]) -> Found:
    return Found(applications=list(applications))


def of_reference(number: str) -> Found:
    """Return what has these twelve digits, as a reference or as the number of a licence."""
    is_reference = reference_number.is_valid(number)
    condition = Q(licence_number=number)
    if is_reference:
        condition |= Q(reference=number)
    result = found(sent().filter(condition)[:MOST])
    if not result.applications:
        result.licences = list(licences_of(number, is_person=False))
    if not (result.applications or result.licences or is_reference):
        raise Mistyped(_("This reference number looks mistyped: ask the caller to read it out once more."))
    return result


def mobile_of(text: str) -> str:
    """Return the mobile that was typed, as it is stored; nothing for anything else."""
    number = digits.clean_number(text)
    # A reference number of the year 2096 could look like one.
    if reference_number.is_valid(number):
        return ""
    try:
        return mobile.clean_saudi_mobile(text)
    except InvalidNumber:
        return ""


def of_mobile(called: str, number: str) -> Found:
    """Return the applications with this mobile, those of the owner who has it now, and a caller's tickets.

    A mobile without its zero could be the number of an establishment, too.
    """
    typed = Application.objects.sent().filter(owner_mobile=called).order_by().values("pk")
    owned = Application.objects.sent().filter(establishment__owner__mobile=called).order_by().values("pk")
    numbered = Application.objects.sent().filter(establishment__number=number).order_by().values("pk")
    result = found(sent().filter(pk__in=typed.union(owned, numbered))[:MOST])
    result.tickets = list(Ticket.objects.filter(caller_mobile=called)[:MOST])
    return result


def of_letter(letter: Letter) -> Found:
    """Return what a letter is about: what has its licence, or its licence number where it names no more."""
    subject = getattr(letter, "subscription", None)
    if subject is None and hasattr(letter, "notice"):
        subject = letter.notice.case
    if subject:
        return of_licence(subject.licence_id)
    # Receipts for records are numbered within their establishment.
    return of_number(letter.series if letter.kind == Kind.RECEIPT else letter.licence_number, "")


def of_licence(pk: int) -> Found:
    """Return the applications for a licence, or the licence where nobody has applied for it."""
    result = found(sent().filter(licence=pk)[:MOST])
    if not result.applications:
        result.licences = list(with_company(Licence.objects.filter(pk=pk)))
    return result


def of_number(number: str, text: str) -> Found:
    """Return what has this number: each sort of it has an index, and is looked for in the same query."""
    condition = Q(licence_number=number) | Q(commercial_registration=number)
    is_person = len(number) == TEN_DIGITS and number[0] in "12" and identity.has_valid_check_digit(number)
    if is_person:
        condition |= Q(owner_national_id=number)
    numbered = Establishment.objects.filter(number=number).first()
    if numbered:
        condition |= Q(establishment=numbered)
    result = found(sent().filter(condition)[:MOST])
    if numbers.is_valid(number):
        result.tickets = list(Ticket.objects.filter(number=number))
    if not result.applications:
        result.licences = list(licences_of(number, is_person=is_person))
    if result.tickets or result.applications or result.licences:
        return result
    if case := bills.case_of(number):
        return of_licence(case.licence_id)
    named = of_name(text) if any(char.isalpha() for char in number) and text else Found()
    named.hint = "" if named.applications else hint(number, is_person=is_person)
    return named


def licences_of(number: str, *, is_person: bool) -> QuerySet[Licence]:
    """Return the licences of a register with this number for which nobody has applied."""
    condition = Q(number=number)
    if is_person:
        condition |= Q(owner_national_id=number)
    return with_company(Licence.objects.filter(condition)).order_by("-pk")[:MOST]


def with_company(licences: QuerySet[Licence]) -> QuerySet[Licence]:
    return licences.select_related("authority", "city__region__office", "sector")


def hint(number: str, *, is_person: bool) -> str:
    """Return what the check digits tell of a number that nothing has."""
    if BILL.fullmatch(number) and not reference_number.has_check_digits(number):
        return _("As a bill number this number looks mistyped: ask the caller to read it out once more.")
    if len(number) != TEN_DIGITS or not number.isdigit():
        return ""
    if is_person or numbers.is_valid(number):
        return ""
    return _(
        "As a ticket number or an ID this number looks mistyped: ask the caller to read it out once more."
    )


def of_name(text: str) -> Found:
    """Return what is called like this, in an application, now, or in a register. Raises TooShort."""
    applications = list(sent().filter(is_named(text))[:MOST])
    known = {application.establishment_id for application in applications}
    renamed = Establishment.objects.named(text).order_by("-pk")[:MOST].values_list("pk", flat=True)
    others = [pk for pk in renamed if pk not in known]
    applications += list(sent().filter(establishment__in=others)[: MOST - len(applications)])
    licences: list[Licence] = []
    # Where the page is full, the agent asks for more of the name.
    if len(applications) < MOST:
        applied = Application.objects.sent().filter(licence=OuterRef("pk"))
        unknown = with_company(Licence.objects.named(text)).filter(~Exists(applied))
        licences = list(unknown.order_by("-pk")[: MOST - len(applications)])
    return Found(applications=applications, licences=licences)
