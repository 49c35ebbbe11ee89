"""The desk's data for administrators, its tickets for auditors, and its requests for supervisors."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from registration.admin import ReadOnlyAdmin
from shumoos.accounts.logged_admin import LoggedAdmin
from shumoos.admin_fields import column
from support import lookup
from support.models import Category, CredentialsRequest, Macro, Priority, Ticket
from support.views import credentials

# As people read it, which is what a ticket is called.
NUMBER = column(Ticket._meta.get_field("number"), str)


class KeptAdmin(LoggedAdmin):
    """Rows that others point to: their code stays, and they are not deleted."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Priority)
class PriorityAdmin(KeptAdmin):
    list_display = ["name", "level", "hours"]


@admin.register(Category)
class CategoryAdmin(KeptAdmin):
    list_display = ["name", "kind", "priority", "order", "is_offered"]
    list_filter = ["kind", "is_offered"]
    list_select_related = ["priority"]


@admin.register(Macro)
class MacroAdmin(KeptAdmin):
    list_display = ["title", "is_offered", "code"]
    search_fields = ["code", "title_ar", "title_en", "words_ar", "words_en"]
    search_help_text = _("Part of the title, the words or the code")

    @admin.display(description=_("title"))
    def title(self, macro: Macro) -> str:
        return str(macro)


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    none = _("No ticket has been opened yet.")
    list_display = [
        "number",
        "category",
        "priority",
        "status",
        "due_at",
        "breached_at",
        "rating",
    ]
    list_filter = ["status", "priority", "category", "door"]
    list_select_related = ["category", "priority"]
    search_fields = ["=number"]
    search_help_text = _("The whole number of the ticket, or a caller's mobile")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str
    ) -> tuple[QuerySet[Ticket], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        called = lookup.mobile_of(search_term)
        return (found | queryset.filter(caller_mobile=called) if called else found), may_repeat

    def spelt(self, request: HttpRequest, names: Iterable[Any]) -> list[Any]:
        return [NUMBER if name == "number" else name for name in super().spelt(request, names)]


@admin.register(CredentialsRequest)
class CredentialsRequestAdmin(ReadOnlyAdmin):
    """The desk's requests in place of the stock list."""

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"support_{name}")

        return [
            page("waiting/", credentials.show, "credentials"),
            page("<int:pk>/send/", credentials.send, "credentials_send"),
            page("<int:pk>/refuse/", credentials.refuse, "credentials_refuse"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("admin:support_credentials")
