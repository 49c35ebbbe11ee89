"""Whose account a case's fines are entered on, and the locks under which that is done."""

from registration.models import Establishment, Licence, Office
from shumoos.letters.issue import lock_series
from violations.models import Account, Case


def account_of(licence: Licence, establishment: Establishment | None = None) -> Account:
    """Return the account for a new case, made now if it is the first: the establishment's if there is one."""
    establishment = establishment or licence.establishment
    if establishment is not None:
        return Account.objects.get_or_create(establishment=establishment)[0]
    return Account.objects.get_or_create(licence=licence)[0]


def office_of(licence: Licence) -> Office:
    return Office.objects.get(region__cities=licence.city_id)


def hold(case: Case, *, with_letter: bool) -> Case:
    """Return the case as it is now, held until the end of the transaction.

    `with_letter` where a letter will be issued: its series is held before the case, in the sweep's order, so
    that nobody waits for each other.
    """
    if with_letter:
        lock_series(office_of(case.licence).code)
    return Case.objects.select_for_update(of=("self",)).select_related("licence", "schedule").get(pk=case.pk)
