from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shumoos.admin_fields import NOTHING, PortalAdmin, ReadOnly
from shumoos.keyed_admin import KeyedAdmin
from shumoos.saudi.mobile import mask
from shumoos.sms import bodies, kinds, scopes
from shumoos.sms.models import Outage, TextMessage, Urgency


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(kinds.labels().items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class AttentionFilter(admin.SimpleListFilter):
    title = _("credentials that did not arrive")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("needed", _("Need attention"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.needing_attention() if self.value() == "needed" else queryset


@admin.register(TextMessage)
class TextMessageAdmin(ReadOnly, KeyedAdmin):
    """What was sent and what came of it, to look at: no body (none is kept), no whole mobile.

    Officers see the texts about what belongs to their own office.
    """

    none = _("No text message has been sent yet.")
    list_display = ["queued_at", "kind_label", "masked_mobile", "status", "reason", "attempts"]
    list_filter = [AttentionFilter, "status", KindFilter, "urgency", "queued_at"]
    search_fields = ["=id", "=sid"]
    search_help_text = _("The number of the text, here or at the gateway")
    keyed_by = ("-queued_at", "-pk")
    fields = [
        "own_number",
        "kind_label",
        "masked_mobile",
        "language",
        "urgency",
        "status",
        "reason",
        "error",
        "attempts",
        "queued_at",
        "next_try_at",
        "claimed_at",
        "sent_at",
        "delivered_at",
        "sid",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TextMessage]:
        return scopes.texts_for(request.user)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_label(self, message: TextMessage) -> str:
        return kinds.labels().get(message.kind, message.kind)

    @admin.display(description=_("number of the text"))
    def own_number(self, message: TextMessage) -> str:
        return str(message.pk)

    @admin.display(description=_("reason"))
    def reason(self, message: TextMessage) -> str:
        return message.reason or NOTHING

    @admin.display(description=_("to"))
    def masked_mobile(self, message: TextMessage) -> str:
        return mask(message.to)

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(self.show_kinds)
        return [path("kinds/", preview, name="sms_kinds"), *super().get_urls()]

    def show_kinds(self, request: HttpRequest) -> TemplateResponse:
        """Show what every kind of text says, with invented values; 403 for who may not look at texts."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown = [
            {
                "label": kind.label,
                "urgency": Urgency(kind.urgency).label,
                "must_fit_one_part": kind.must_fit_one_part,
                "wordings": zip(
                    *(bodies.previews(kind, language) for language, _name in settings.LANGUAGES), strict=True
                ),
            }
            for kind in kinds.registered()
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What the texts say"),
            "kinds": shown,
            "opts": self.opts,
        }
        return TemplateResponse(request, "sms/kinds.html", context)


@admin.register(Outage)
class OutageAdmin(ReadOnly, PortalAdmin):
    """When the gateway took no texts, to look at."""

    list_display = ["began_at", "ended_at", "reason", "tries"]
    none = _("The gateway has taken every text so far.")
    fields = ["began_at", "ended_at", "reason", "error", "tries", "next_try_at"]

    @admin.display(description=_("reason"))
    def reason(self, outage: Outage) -> str:
        return outage.reason

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("sms.view_textmessage")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
