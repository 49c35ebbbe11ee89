"""Companies, their agents, and what owners have let them do."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from registration import mandates
from registration.models import Mandate, Provider, ProviderAgent, Scope
from shumoos.accounts.models import Role
from shumoos.saudi.calendar import today
from tests.factories import UserFactory

ALL = [scope.value for scope in Scope]


class ProviderFactory(DjangoModelFactory):
    class Meta:
        model = Provider

    name_ar = factory.Sequence(lambda n: f"شركة مخترعة {n}")
    name_en = factory.Sequence(lambda n: f"Invented Company {n}")
    commercial_registration = factory.Sequence(lambda n: f"{1030000000 + n}")


def agent_of(provider, *, is_head=False, **details):
    """A user who is an agent of the company."""
    user = UserFactory(role=Role.PROVIDER, **details)
    ProviderAgent.objects.create(provider=provider, user=user, is_head=is_head)
    return user


def asked(agent, about, *, scopes=ALL, days=30, fee=None):
    """A mandate that the owner has not answered."""
    return mandates.ask(by=agent, about=about, scopes=scopes, ends_on=today() + timedelta(days=days), fee=fee)


def granted(agent, about, *, scopes=ALL, days=30):
    """A mandate in force, as if the owner had typed the code."""
    mandate = asked(agent, about, scopes=scopes, days=days)
    mandate.approved_at = timezone.now()
    mandate.save()
    return mandate


def run_out(mandate):
    Mandate.objects.filter(pk=mandate.pk).update(ends_on=today() - timedelta(days=1))
