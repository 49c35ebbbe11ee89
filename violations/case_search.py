"""Finding cases in the admin: by what owners have at hand, each through its own index."""

from django.db.models import Q, QuerySet

from registration import letter_numbers, typed_numbers
from registration.models import Establishment, Licence
from registration.models.names import TooShort
from shumoos.saudi.digits import clean_number
from violations import bills
from violations.models import Case


def found(cases: QuerySet[Case], typed: str) -> QuerySet[Case]:
    """Return those of the cases that have what was typed.

    That is the number of a licence, an establishment, a bill or a notice, or a part of the licence's name.
    """
    notice = letter_numbers.find(typed)
    if notice and hasattr(notice, "notice"):
        return cases.filter(pk=notice.notice.case_id)
    number = typed_numbers.bare(typed) or clean_number(typed).upper()
    if billed := bills.case_of(number):
        return cases.filter(pk=billed.pk)
    # Their keys: a condition on other tables, or one or the other, would read all cases.
    licences = list(Licence.objects.filter(number__in={number, typed.strip()}).values_list("pk", flat=True))
    establishment = Establishment.objects.filter(number=number).first()
    if not (licences or establishment):
        return cases.filter(named(typed))
    condition = Q(licence__in=licences)
    return cases.filter(condition | Q(establishment=establishment) if establishment else condition)


def named(typed: str) -> Q:
    try:
        return Q(licence__in=Licence.objects.named(typed).values("pk"))
    except TooShort:
        return Q(pk__in=[])
