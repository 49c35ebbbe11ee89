"""What each role may do comes with the portal once; from then on it is the administrators'."""

import pytest
from django.contrib.auth.models import Group, Permission

from shumoos.accounts.models import Role, RoleGrant
from shumoos.accounts.roles import PERMISSIONS, create_groups

pytestmark = pytest.mark.django_db


def held(role):
    permissions = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{one.content_type.app_label}.{one.codename}" for one in permissions}


def take(role, name):
    label, _, codename = name.partition(".")
    permission = Permission.objects.get(content_type__app_label=label, codename=codename)
    Group.objects.get(name=role).permissions.remove(permission)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_what_the_code_says(role):
    assert held(role) == set(PERMISSIONS[role])


def test_what_is_new_in_the_code_reaches_a_group_that_was_made_before():
    take("authority", "registration.load_register")
    RoleGrant.objects.filter(permission="registration.load_register").delete()
    create_groups()
    assert held("authority") == set(PERMISSIONS[Role.AUTHORITY])


def test_what_an_administrator_took_does_not_come_back_and_what_they_gave_stays():
    take("authority", "registration.load_register")
    extra = Permission.objects.get(codename="read_directory")
    Group.objects.get(name="authority").permissions.add(extra)
    create_groups()
    expected = {*PERMISSIONS[Role.AUTHORITY], "registration.read_directory"} - {"registration.load_register"}
    assert held("authority") == expected


def test_a_group_that_is_gone_is_made_anew():
    Group.objects.get(name="authority").delete()
    create_groups()
    assert held("authority") == set(PERMISSIONS[Role.AUTHORITY])
