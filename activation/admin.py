from collections.abc import Callable

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from activation import views
from registration.models import Application


@admin.register(Application)
class ApplicationAdmin(admin.ModelAdmin):
    """The supervisors' queue and review in place of the stock list and form."""

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"activation_{name}")

        return [
            page("queue/", views.show_queue, "queue"),
            page("<int:pk>/review/", views.review, "review"),
            page("<int:pk>/documents/<int:document_pk>/", views.show_document, "document"),
            page("<int:pk>/statement/", views.statement, "statement"),
            page("<int:pk>/claim/", views.claim, "claim"),
            page("<int:pk>/release/", views.release, "release"),
            page("<int:pk>/check/", views.check, "check"),
            page("<int:pk>/activate/", views.activate, "activate"),
            page("<int:pk>/return/", views.return_to_owner, "return"),
            page("<int:pk>/reject/", views.reject, "reject"),
            page("<int:pk>/resend/", views.resend, "resend"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("admin:activation_queue")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        return redirect("admin:activation_review", object_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Application | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Application | None = None) -> bool:
        return False
