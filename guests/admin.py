from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from guests.kinds import KINDS
from guests.models import Deadline, Inspection, KeepingRule, Outage, PurgedDay
from guests.views import inspecting
from registration.admin import ReadOnlyAdmin
from shumoos.accounts.logged_admin import LoggedAdmin, SeenAdmin
from shumoos.templatetags.days import both_calendars


@admin.register(Inspection)
class InspectionAdmin(SeenAdmin):
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Inspection | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Inspection | None = None) -> bool:
        return False


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
    list_display = ["from_day", "years", "begun"]

    @admin.display(description=_("holds from"), ordering="holds_from")
    def from_day(self, rule: KeepingRule) -> str:
        return both_calendars(rule.holds_from)


@admin.register(Deadline)
class DeadlineAdmin(RuleAdmin):
    list_display = ["kind_name", "from_day", "hours", "warn_hours", "begun"]

    @admin.display(description=_("record kind"), ordering="kind")
    def kind_name(self, deadline: Deadline) -> str:
        return deadline.kind_label

    @admin.display(description=_("valid from"), ordering="valid_from")
    def from_day(self, deadline: Deadline) -> str:
        return both_calendars(deadline.valid_from)

    def get_fields(self, request: HttpRequest, obj: Deadline | None = None) -> Any:
        if obj:
            return ["kind_name", "from_day", "hours", "warn_hours", "begun"]
        return ["kind", "valid_from", "hours", "warn_hours"]

    def get_readonly_fields(self, request: HttpRequest, obj: Deadline | None = None) -> Any:
        return self.get_fields(request, obj) if obj else []

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            choices = [(kind.code, kind.label) for kind in KINDS.values()]
            return forms.ChoiceField(label=db_field.verbose_name, choices=choices)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Outage, PurgedDay)
class UpkeepAdmin(ReadOnlyAdmin):
    """What the portal writes down of itself; it says nothing of anybody."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model._default_manager.all()
