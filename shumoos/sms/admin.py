from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shumoos.saudi.mobile import mask
from shumoos.sms import kinds
from shumoos.sms.models import TextMessage


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(kinds.labels().items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(TextMessage)
class TextMessageAdmin(admin.ModelAdmin):
    """What was sent and what came of it, to look at: no body (none is kept), no whole mobile."""

    list_display = ["queued_at", "kind_label", "masked_mobile", "status", "error", "attempts", "sent_at"]
    list_filter = ["status", KindFilter, "urgency"]
    date_hierarchy = "queued_at"
    search_fields = ["=id", "=sid"]
    search_help_text = _("The number of the text, here or at the provider")
    show_full_result_count = False
    fields = [
        "id",
        "kind_label",
        "masked_mobile",
        "language",
        "urgency",
        "status",
        "error",
        "attempts",
        "queued_at",
        "next_try_at",
        "claimed_at",
        "sent_at",
        "delivered_at",
        "sid",
    ]

    @admin.display(description=_("kind"), ordering="kind")
    def kind_label(self, message: TextMessage) -> str:
        return kinds.labels().get(message.kind, message.kind)

    @admin.display(description=_("to"))
    def masked_mobile(self, message: TextMessage) -> str:
        return mask(message.to)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
