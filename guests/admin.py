from collections.abc import Callable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from guests.models import Inspection, KeepingRule, Outage, PurgedDay
from guests.views import inspecting
from registration.admin import ReadOnlyAdmin
from shumoos.accounts.logged_admin import LoggedAdmin


@admin.register(Inspection)
class InspectionAdmin(admin.ModelAdmin):
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


@admin.register(KeepingRule)
class KeepingRuleAdmin(LoggedAdmin):
    list_display = ["holds_from", "years"]


@admin.register(Outage, PurgedDay)
class UpkeepAdmin(ReadOnlyAdmin):
    """What the portal writes down of itself; it says nothing of anybody."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model._default_manager.all()
