from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from guests.kinds import KINDS
from guests.models import Deadline, Inspection, KeepingRule, Outage, PurgedDay
from guests.models.keeping import YEARS
from guests.views import inspecting
from registration.admin import ReadOnlyAdmin, ReferenceAdmin
from registration.models import Sector
from shumoos.accounts.logged_admin import LoggedAdmin, SeenAdmin
from shumoos.admin_fields import ReadOnly


def record_kinds() -> dict[str, Any]:
    return {kind.code: kind.label for kind in KINDS.values()}


@admin.register(Sector)
class SectorAdmin(ReferenceAdmin):
    """The sectors, whose record kinds have their names on this floor."""

    list_display = ["name", "authority", "needs_second_review", "code"]
    list_filter = ["authority"]
    list_select_related = ["authority"]
    named = {"record_kinds": record_kinds}


@admin.register(Inspection)
class InspectionAdmin(ReadOnly, SeenAdmin):
    """The officers' way to guest records, in place of the stock list and form."""

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"guests_inspection_{name}")

        return [
            page("start/", inspecting.start, "start"),
            page("<int:pk>/records/", inspecting.records, "records"),
            page("<int:pk>/records/<int:record_pk>/", inspecting.record, "record"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("admin:guests_inspection_start")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        return redirect("admin:guests_inspection_start")

    def has_view_permission(self, request: HttpRequest, obj: Inspection | None = None) -> bool:
        return request.user.has_perm("guests.inspect")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("guests.inspect")


class RuleAdmin(LoggedAdmin):
    """Rules that hold from a day on: shown and added, never changed, and taken back only before they hold."""

    actions = None

    @admin.display(description=_("in force"), boolean=True)
    def begun(self, rule: Deadline | KeepingRule) -> bool:
        return rule.has_begun

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.has_begun)


@admin.register(KeepingRule)
class KeepingRuleAdmin(RuleAdmin):
    list_display = ["holds_from", "years", "begun"]

    @property
    def none(self) -> str:
        return ngettext(
            "Nothing has been set: records are kept for %(years)d year.",
            "Nothing has been set: records are kept for %(years)d years.",
            YEARS,
        ) % {"years": YEARS}


@admin.register(Deadline)
class DeadlineAdmin(RuleAdmin):
    list_display = ["kind", "valid_from", "hours", "warn_hours", "begun"]
    named = {"kind": record_kinds}

    def get_readonly_fields(self, request: HttpRequest, obj: Deadline | None = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "begun"] if obj else []


class UpkeepAdmin(ReadOnlyAdmin):
    """What the portal writes down of itself; it says nothing of anybody."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model._default_manager.all()


@admin.register(Outage)
class OutageAdmin(UpkeepAdmin):
    none = _("The portal has taken in records without interruption so far.")


@admin.register(PurgedDay)
class PurgedDayAdmin(UpkeepAdmin):
    none = _("No records have been deleted for their age yet.")
