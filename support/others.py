"""What else a caller owns: whoever is found by a mobile or a name may ring about another establishment."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from activation.standing import standings
from registration.models import Application, Licence
from violations.models import Case
from violations.standing import TONES

MOST = 20
# A state in words, and the tone it is shown in.
State = tuple[str, str]


@dataclass(frozen=True)
class Other:
    """Another licence of the same owner, and where it stands."""

    licence: Licence
    states: list[State]


def others_of(national_id: str, *, but_for: int) -> list[Other]:
    """Return what else is that person's now, the latest first: of very many the latest twenty.

    As with violations, a licence is theirs through their establishment, or by the national ID that its
    authority's register has. Six queries, however many there are.
    """
    registered = Licence.objects.filter(owner_national_id=national_id).order_by().values("pk")
    owned = Licence.objects.filter(establishment__owner__national_id=national_id).order_by().values("pk")
    rows = Licence.objects.filter(pk__in=registered.union(owned)).exclude(pk=but_for)
    licences = list(rows.select_related("city", "establishment").order_by("-pk")[:MOST])
    if not licences:
        return []
    standing = subscriptions(licences)
    standing |= applications_for([each for each in licences if each.pk not in standing])
    cases = open_cases(licences)
    nothing = (_("Nobody has applied"), "neutral")
    return [Other(each, [standing.get(each.pk, nothing), *cases.get(each.pk, [])]) for each in licences]


def subscriptions(licences: Iterable[Licence]) -> dict[int, State]:
    """Return how the subscriptions stand of those licences whose establishment has one."""
    establishments = {each.establishment for each in licences if each.establishment}
    badges = {
        standing.establishment.pk: standing.subscription.badge
        for standing in standings(establishments)
        if standing.subscription
    }
    return {each.pk: badges[each.establishment_id] for each in licences if each.establishment_id in badges}


def applications_for(licences: Iterable[Licence]) -> dict[int, State]:
    """Return how the latest application stands for those licences for which somebody has applied."""
    rows = Application.objects.sent().filter(licence__in=list(licences)).order_by("submitted_at", "id")
    return {row.licence_id: (row.get_status_display(), "waiting") for row in rows if row.licence_id}


def open_cases(licences: Iterable[Licence]) -> dict[int, list[State]]:
    """Return the open violations of those licences that have some, the latest first."""
    found: dict[int, list[State]] = {}
    for case in Case.objects.open().filter(licence__in=list(licences)).order_by("-pk"):
        said = f"{case.get_kind_display()}: {case.get_stage_display()}"
        found.setdefault(case.licence_id, []).append((said, TONES[case.stage]))  # type: ignore[index]
    return found
