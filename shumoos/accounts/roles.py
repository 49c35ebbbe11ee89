"""What each role may do: one group a role, its permissions kept as data."""

from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from shumoos.accounts.models import Role, RoleGrant

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
    "activation.view_subscriptionevent",
    "letters.view_letter",
]
VIEW_VIOLATIONS = [
    "violations.view_case",
    "violations.view_notice",
    "violations.view_occurrence",
    "violations.view_proposal",
    "violations.view_ledgerentry",
]
VIEW_DESK_DATA = [f"support.view_{model}" for model in ("priority", "category", "macro")]
ANSWER_CREDENTIALS = ["support.view_credentialsrequest", "support.answer_credentials"]

PERMISSIONS: dict[Role, list[str]] = {
    Role.OWNER: ["guests.submit", "violations.see_own", "support.open_ticket", "activation.ask_closing"],
    Role.STAFF: ["guests.submit"],
    Role.SUPERVISOR: [
        *VIEW_APPLICATIONS,
        *VIEW_VIOLATIONS,
        *VIEW_REFERENCE_DATA,
        "activation.decide",
        "activation.renew",
        "violations.record",
        "guests.inspect",
        "sms.view_textmessage",
        *ANSWER_CREDENTIALS,
    ],
    Role.HEAD: [
        *VIEW_APPLICATIONS,
        *VIEW_VIOLATIONS,
        *VIEW_REFERENCE_DATA,
        "activation.decide",
        "activation.lead",
        "activation.renew",
        "activation.order",
        "activation.see_figures",
        "violations.record",
        "violations.reduce",
        "guests.inspect",
        "violations.view_schedule",
        "violations.view_step",
        "violations.add_schedule",
        "letters.revoke",
        "sms.view_textmessage",
        *ANSWER_CREDENTIALS,
    ],
    Role.AUTHORITY: [
        "registration.see_authority",
        "registration.load_register",
        "activation.answer_closing",
        "violations.see_orders",
    ],
    Role.SUPPORT: ["support.work_desk"],
    Role.PROVIDER: ["guests.submit", "registration.ask_mandate"],
    Role.DIRECTORY: ["registration.read_directory"],
    Role.AUDITOR: [
        *VIEW_APPLICATIONS,
        *VIEW_VIOLATIONS,
        *VIEW_REFERENCE_DATA,
        "activation.see_figures",
        "guests.inspect",
        "guests.view_outage",
        "guests.view_purgedday",
        "guests.view_keepingrule",
        "guests.view_deadline",
        "registration.view_agreement",
        "registration.view_provider",
        "registration.view_provideragent",
        "registration.view_holiday",
        "registration.view_duty",
        "registration.view_mandate",
        "registration.view_registerimport",
        "registration.read_directory",
        "accounts.view_look",
        "accounts.view_readinglimit",
        "accounts.view_sessionlimit",
        "accounts.view_user",
        "sms.view_textmessage",
        "sms.view_every_text",
        "support.view_ticket",
        "support.view_credentialsrequest",
        *VIEW_DESK_DATA,
        "violations.view_schedule",
        "violations.view_step",
        "violations.see_orders",
        "activation.view_terms",
        "activation.view_reasontemplate",
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
        *[f"registration.{action}_holiday" for action in ("view", "add", "change", "delete")],
        *[
            f"guests.{action}_{rule}"
            for rule in ("keepingrule", "deadline")
            for action in ("view", "add", "delete")
        ],
        "guests.view_outage",
        "guests.view_purgedday",
        *[f"activation.{action}_reasontemplate" for action in ("view", "add", "change")],
        *VIEW_DESK_DATA,
        *[name.replace("view_", "change_") for name in VIEW_DESK_DATA],
        *[name.replace("view_", "add_") for name in VIEW_DESK_DATA],
        "accounts.view_user",
        "accounts.add_user",
        "accounts.change_user",
        "accounts.view_readinglimit",
        "accounts.change_readinglimit",
        "accounts.view_sessionlimit",
        "accounts.change_sessionlimit",
        "violations.view_schedule",
        "violations.view_step",
        "activation.view_terms",
    ],
}


def create_groups(apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Give every role's group the permissions above that no version of the portal has given it before.

    Runs after every migration, because only then do the permissions exist. What was given once is left alone:
    what a role may do is data, and administrators may have changed it. A group that is gone is made anew.
    """
    try:
        apps.get_model("accounts", "RoleGrant")
    except LookupError:
        return  # migrated back to before it
    present = set(Group.objects.values_list("name", flat=True))
    given = set(RoleGrant.objects.values_list("role", "permission"))
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, names in PERMISSIONS.items():
        new = [name for name in names if role.value not in present or (role.value, name) not in given]
        if new and all(name in permissions for name in names):
            group, _created = Group.objects.get_or_create(name=role.value)
            group.permissions.add(*[permissions[name] for name in new])
            RoleGrant.objects.bulk_create(
                [RoleGrant(role=role.value, permission=name) for name in new], ignore_conflicts=True
            )


class RoleBackend(ModelBackend):
    """Signs people in, and takes what they may do from the group of their one role and nowhere else."""

    def _get_user_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        return Permission.objects.none()

    def _get_group_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        return Permission.objects.filter(group__name=user_obj.role)
