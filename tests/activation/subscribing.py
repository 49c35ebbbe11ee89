"""Subscriptions in every state of their life, as activation makes them."""

from datetime import timedelta

from activation import decisions
from registration.models import Licence
from shumoos.saudi import calendar
from tests.activation.reviewing import claimed
from tests.factories import ApplicationFactory, LicenceFactory, OfficerFactory


def subscribe(*, days_left=365, supervisor=None, in_register=True, language="ar", **typed):
    """A subscription from an activation today, which holds for so many days after today."""
    typed.setdefault("licence_expires_on", calendar.today() + timedelta(days=days_left))
    if in_register:
        licence = LicenceFactory(expires_on=typed["licence_expires_on"])
        same = ("name_ar", "name_en", "commercial_registration", "owner_name", "owner_national_id")
        typed |= {name: getattr(licence, name) for name in (*same, "sector", "city")}
        typed["licence_number"] = licence.number
    application = ApplicationFactory(language=language, **typed)
    supervisor = supervisor or OfficerFactory()
    return decisions.activate(claimed(application, supervisor), by=supervisor)


def renew_in_register(subscription, days=365, **said):
    """What the authority's register says from now on: a licence that ends so many days later."""
    ends = subscription.ends_on + timedelta(days=days)
    Licence.objects.filter(pk=subscription.licence_id).update(expires_on=ends, **said)
    subscription.licence.refresh_from_db()
    return ends
