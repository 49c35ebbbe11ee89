"""What each role may do: one group a role, its permissions kept as data."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from shumoos.accounts.models import Role

VIEW_REFERENCE_DATA = [
    f"registration.view_{model}"
    for model in ("region", "city", "office", "authority", "sector", "documentkind")
]
VIEW_APPLICATIONS = [
    "registration.view_application",
    "registration.view_document",
    "registration.view_establishment",
    "registration.view_licence",
    "activation.view_review",
    "activation.view_subscription",
    "letters.view_letter",
]
VIEW_VIOLATIONS = [
    "violations.view_case",
    "violations.view_notice",
    "violations.view_occurrence",
    "violations.view_ledgerentry",
]

PERMISSIONS: dict[Role, list[str]] = {
    Role.OWNER: ["guests.submit", "violations.see_own", "support.open_ticket"],
    Role.STAFF: ["guests.submit"],
    Role.SUPERVISOR: [
        *VIEW_APPLICATIONS,
        *VIEW_VIOLATIONS,
        *VIEW_REFERENCE_DATA,
        "activation.decide",
        "violations.record",
        "sms.view_textmessage",
    ],
    Role.HEAD: [
        *VIEW_APPLICATIONS,
        *VIEW_VIOLATIONS,
        *VIEW_REFERENCE_DATA,
        "activation.decide",
        "violations.record",
        "violations.reduce",
        "letters.revoke",
        "sms.view_textmessage",
    ],
    Role.AUTHORITY: ["registration.see_authority"],
    Role.SUPPORT: ["support.work_desk"],
    Role.PROVIDER: ["guests.submit", "registration.ask_mandate"],
    Role.DIRECTORY: ["registration.read_directory"],
    Role.AUDITOR: [
        *VIEW_APPLICATIONS,
        *VIEW_VIOLATIONS,
        *VIEW_REFERENCE_DATA,
        "registration.view_agreement",
        "registration.view_duty",
        "registration.view_mandate",
        "registration.read_directory",
        "accounts.view_look",
        "accounts.view_user",
        "sms.view_textmessage",
        "support.view_ticket",
        "violations.view_schedule",
        "violations.view_step",
    ],
    Role.ADMINISTRATOR: [
        *VIEW_REFERENCE_DATA,
        *[name.replace("view_", "change_") for name in VIEW_REFERENCE_DATA],
        *[name.replace("view_", "add_") for name in VIEW_REFERENCE_DATA],
        "registration.view_provider",
        "registration.add_provider",
        "registration.change_provider",
        "registration.view_provideragent",
        "registration.add_provideragent",
        "registration.change_provideragent",
        "accounts.view_user",
        "accounts.add_user",
        "accounts.change_user",
        "violations.view_schedule",
        "violations.view_step",
    ],
}


def create_groups(**kwargs: Any) -> None:
    """Create the group of every role that has none yet, with the permissions above.

    Runs after every migration, because only then do the permissions exist. A group that is there is left
    alone: what a role may do is data, and administrators may have changed it.
    """
    present = set(Group.objects.values_list("name", flat=True))
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, names in PERMISSIONS.items():
        if role.value not in present and all(name in permissions for name in names):
            group = Group.objects.create(name=role.value)
            group.permissions.set([permissions[name] for name in names])


class RoleBackend(ModelBackend):
    """Signs people in, and takes what they may do from the group of their one role."""

    def _get_group_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        return Permission.objects.filter(group__name=user_obj.role)
