from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activation import admin_life as admin_life  # registers the subscriptions
from activation.models import ReasonTemplate
from activation.views import deciding, figures, leading, queue, review
from registration.models import Application, DocumentKind
from registration.models.applications import TYPED
from registration.versions import label_of
from shumoos.accounts.logged_admin import LoggedAdmin, SeenAdmin
from shumoos.admin_fields import ReadOnly


@admin.register(Application)
class ApplicationAdmin(ReadOnly, SeenAdmin):
    """The supervisors' queue and review in place of the stock list and form."""

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"activation_{name}")

        document = "<int:pk>/documents/<int:document_pk>/"
        return [
            page("queue/", queue.show_queue, "queue"),
            page("figures/", figures.show_figures, "figures"),
            page("figures/<slug:name>.csv", figures.export_figures, "figures_csv"),
            page("<int:pk>/review/", review.review, "review"),
            page(document, review.show_document, "document"),
            page(f"{document}read/", review.read_document, "read"),
            page(f"{document}pages/<int:number>/", review.show_page, "page"),
            page("<int:pk>/statement/", review.statement, "statement"),
            page("<int:pk>/claim/", deciding.claim, "claim"),
            page("<int:pk>/release/", deciding.release, "release"),
            page("<int:pk>/check/", deciding.check, "check"),
            page("<int:pk>/activate/", deciding.activate, "activate"),
            page("<int:pk>/return/", deciding.return_to_owner, "return"),
            page("<int:pk>/reject/", deciding.reject, "reject"),
            page("<int:pk>/resend/", deciding.resend, "resend"),
            page("<int:pk>/mobile/", deciding.correct_mobile, "mobile"),
            page("<int:pk>/confirm/", leading.confirm, "confirm"),
            page("<int:pk>/send-back/", leading.send_back, "send_back"),
            page("<int:pk>/take-back/", leading.take_back, "take_back"),
            page("<int:pk>/reassign/", leading.reassign, "reassign"),
            page("<int:pk>/reopen/", leading.reopen, "reopen"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("admin:activation_queue")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        return redirect("admin:activation_review", object_id)


def may_be_flagged() -> dict[str, Any]:
    """Return what a reason may be about, by the name it is stored under: a field, a document, or any."""
    fields = {name: capfirst(label_of(name)) for name in TYPED}
    documents = {kind.code: kind.name for kind in DocumentKind.objects.order_by("order", "id")}
    return {"": gettext("Any field or document")} | fields | documents


@admin.register(ReasonTemplate)
class ReasonTemplateAdmin(LoggedAdmin):
    """The words that supervisors choose from. One that was used stays: it is only no longer offered."""

    list_display = ["words_now", "use", "about", "is_offered"]
    named = {"about": may_be_flagged}
    list_filter = ["use", "is_offered"]
    search_fields = ["code", "words_ar", "words_en"]
    search_help_text = _("Part of the words or the code")

    @admin.display(description=_("words"))
    def words_now(self, template: ReasonTemplate) -> str:
        return str(template)

    def get_readonly_fields(self, request: HttpRequest, obj: ReasonTemplate | None = None) -> list[str]:
        # Rejections on record are counted by their code.
        return ["code", "use"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: ReasonTemplate | None = None) -> bool:
        return False
