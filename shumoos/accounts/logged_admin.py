"""The admin's pages in the access log: a class for what is changed there, and one for what is looked at."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.db import models, transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from shumoos.accounts.access_log import log_change, log_look
from shumoos.admin_fields import PortalAdmin


class LoggedAdmin(PortalAdmin):
    """Rows that people change in the admin: who did is written with it, and by names which fields."""

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        log_change("change" if change else "add", obj, reason=", ".join(form.changed_data))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        log_change("delete", obj)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        for row in queryset:
            log_change("delete", row)
        super().delete_queryset(request, queryset)


class SeenAdmin(PortalAdmin):
    """Rows about people: every list, row and history is on record before it is shown."""

    # The access log's word for a look at one row.
    look = "view"
    list_per_page = 25

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the list that is about to be shown, the look at it and how many it shows on record."""
        shown = super().get_changelist_instance(request)
        log_look(request, "list", self.opts.label_lower, people=len(shown.result_list))
        return shown

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        self.note_look(request, object_id, self.look)
        return super().change_view(request, object_id, form_url, extra_context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.note_look(request, object_id, "history")
        return super().history_view(request, object_id, extra_context)

    def note_look(self, request: HttpRequest, object_id: str, action: str) -> None:
        row = self.get_object(request, unquote(object_id))
        if row is not None and self.has_view_permission(request, row):
            log_look(request, action, row)
