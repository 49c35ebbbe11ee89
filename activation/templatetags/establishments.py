"""What an establishment's page in the admin, on a floor below, shows of the floors above it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from activation.models import Subscription
from registration.models import Application, Establishment, Licence
from shumoos.accounts.models import User
from violations.models import Case

register = template.Library()

MOST = 20


@dataclass(frozen=True)
class Link:
    url: str
    text: str
    state: str = ""


@register.inclusion_tag("activation/includes/establishment_links.html")
def establishment_links(user: User, establishment: Establishment) -> dict[str, Any]:
    """Lead to licences, subscriptions, applications and cases of an establishment, as far as one may see."""
    licences = Licence.objects.visible_to(user).filter(establishment=establishment)
    subscriptions = Subscription.objects.visible_to(user).filter(establishment=establishment)
    applications = Application.objects.visible_to(user).filter(establishment=establishment)
    cases = Case.objects.visible_to(user).filter(licence__establishment=establishment)
    groups = [
        (_("Licences"), links(licences, "registration_licence_change", lambda row: (row.number, ""))),
        (
            _("Subscriptions"),
            links(subscriptions, "activation_subscription_change", lambda row: (row.until, row.badge[0])),
        ),
        (
            _("Applications"),
            links(
                applications,
                "activation_review",
                lambda row: (row.shown_reference, row.get_status_display()),
            ),
        ),
        (
            _("Violations"),
            links(
                cases.select_related("licence"),
                "violations_case_change",
                lambda row: (row.get_kind_display(), row.get_stage_display()),
            ),
        ),
    ]
    return {"groups": groups}


def links(rows: QuerySet, page: str, said: Callable[[Any], tuple[str, str]]) -> list[Link]:
    """Return the latest of the rows, each with the address of its page and what it is called there."""
    latest = rows.order_by("-pk")[:MOST]
    return [Link(reverse(f"admin:{page}", args=[row.pk]), *map(str, said(row))) for row in latest]
