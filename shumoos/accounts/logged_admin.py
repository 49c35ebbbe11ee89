"""The admin's forms in the access log: one class for every model that is changed there."""

from typing import Any

from django.db import models, transaction
from django.forms import ModelForm
from django.http import HttpRequest

from shumoos.accounts.access_log import log_change
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
