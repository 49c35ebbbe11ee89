"""Who only looks is on record, too: in the admin's lists and histories, and at the desk."""

import pytest
from django.urls import reverse

from shumoos.accounts.models import Look, Role
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, OfficerFactory, UserFactory

pytestmark = pytest.mark.django_db

LISTS = [
    (Role.AUDITOR, "admin:registration_licence_changelist", "list", "registration.licence"),
    (Role.AUDITOR, "admin:registration_establishment_changelist", "list", "registration.establishment"),
    (Role.AUDITOR, "admin:letters_letter_changelist", "list", "letters.letter"),
    (Role.AUDITOR, "admin:violations_case_changelist", "list", "violations.case"),
    (Role.AUDITOR, "admin:violations_ledgerentry_changelist", "list", "violations.ledgerentry"),
    (Role.ADMINISTRATOR, "admin:accounts_user_changelist", "list", "accounts.user"),
    (Role.SUPERVISOR, "admin:support_credentials", "credentials requests", "support.credentialsrequest"),
    (Role.SUPPORT, "support:rights_requests", "rights requests", "support.rightsrequest"),
]


def signed_in_as(role):
    return sign_in(OfficerFactory() if role == Role.SUPERVISOR else UserFactory(role=role))


@pytest.mark.parametrize(("role", "name", "action", "subject"), LISTS)
def test_a_list_is_on_record_before_it_is_shown(role, name, action, subject):
    client = signed_in_as(role)

    assert client.get(reverse(name)).status_code == 200

    look = Look.objects.get()
    assert (look.role, look.action, look.subject) == (role, action, subject)


@pytest.mark.parametrize("name", [name for _role, name, *_rest in LISTS])
def test_who_may_not_see_a_list_leaves_no_look_at_it(owner_client, name):
    owner_client.get(reverse(name))
    assert not Look.objects.exists()


def test_the_history_of_a_row_is_on_record(auditor_client):
    establishment = EstablishmentFactory()

    history = reverse("admin:registration_establishment_history", args=[establishment.pk])
    assert auditor_client.get(history).status_code == 200

    look = Look.objects.get()
    assert (look.action, look.subject) == ("history", f"registration.establishment:{establishment.pk}")
