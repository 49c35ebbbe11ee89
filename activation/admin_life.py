"""Subscriptions as offices see them: their own, read, renewed, suspended and reinstated."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activation.models import State, Subscription, SubscriptionStatus, Terms
from activation.views import subscriptions
from registration import typed_numbers
from registration.admin import ReadOnlyAdmin, RegionFilter
from registration.models import Application
from shumoos import keeping
from shumoos.admin_fields import PortalAdmin, column, kept_together
from shumoos.saudi import calendar, reference_number
from shumoos.templatetags.days import both_calendars

narrow_day = kept_together(both_calendars)
narrow_until = kept_together(lambda subscription: subscription.until)
# In words: numbers alone, one after the other, would be read from the wrong end in Arabic.
REMINDERS = column(
    Terms._meta.get_field("reminder_days"),
    lambda terms: gettext(", ").join(keeping.shown(timedelta(days=days)) for days in terms.reminder_days),
)
TERMS: list[Any] = ["valid_from", "grace_days", REMINDERS]


class StateFilter(admin.SimpleListFilter):
    """What the calendar makes of a subscription today."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*State.choices, ("renewal", _("Renewal waits"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return with_state(queryset, self.value())


def with_state(queryset: Any, state: str | None) -> Any:
    today = calendar.today()
    if state in SubscriptionStatus.values and state != SubscriptionStatus.ACTIVE:
        return queryset.filter(status=state)
    found = {
        State.UPCOMING: lambda: queryset.filter(status="active", period__startswith__gt=today),
        State.ACTIVE: lambda: queryset.active(),
        State.EXPIRING: lambda: queryset.expiring(),
        State.IN_GRACE: lambda: queryset.in_grace(),
        State.ENDED: lambda: queryset.ended(),
        "renewal": lambda: queryset.awaiting_renewal(),
    }.get(state or "")
    return found() if found else queryset


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    none = _("No subscription yet: one begins when an application is activated.")
    list_display = ["establishment", "licence", "state", "begins", "ends", "is_renewed"]
    list_filter = [StateFilter, "establishment__sector", ("establishment__city__region", RegionFilter)]
    list_select_related = ["establishment", "licence"]
    search_help_text = _(
        "The whole number of the application, the establishment, the licence or the commercial registration, "
        "or part of a name"
    )
    search_fields = [
        "=establishment__number",
        "=licence__number",
        "=establishment__commercial_registration",
        "establishment__name_ar",
        "establishment__name_en",
    ]
    fields = [
        "establishment",
        "number",
        "licence",
        "application",
        "state",
        "begins",
        "ends",
        "guests_until",
        "closed_on",
        "statement",
        "predecessor",
        "activated_at",
        "activated_by",
        "renewed_at",
    ]
    readonly_fields = [
        "number",
        "state",
        "begins",
        "ends",
        "guests_until",
        "closed_on",
        "activated_at",
        "renewed_at",
    ]
    change_form_template = "activation/subscriptions/admin/subscription.html"

    @admin.display(description=_("Establishment number"))
    def number(self, subscription: Subscription) -> str:
        return subscription.establishment.number

    @admin.display(description=_("state"))
    def state(self, subscription: Subscription) -> str:
        return subscription.badge[0]

    @admin.display(description=_("begins on"), ordering="period")
    def begins(self, subscription: Subscription) -> str:
        return narrow_day(subscription.begins_on)

    @admin.display(description=_("ends on"))
    def ends(self, subscription: Subscription) -> str:
        return narrow_until(subscription)

    @admin.display(description=_("guests are taken until"))
    def guests_until(self, subscription: Subscription) -> str:
        if subscription.status == SubscriptionStatus.SUSPENDED:
            return gettext("None are taken while it is suspended.")
        return subscription.until if subscription.never_held else both_calendars(subscription.grace_ends_on)

    @admin.display(description=_("renewed"), boolean=True)
    def is_renewed(self, subscription: Subscription) -> bool:
        return subscription.is_renewed

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find by the reference number, too: every period of the establishment that came of it."""
        number = typed_numbers.bare(search_term)
        applied = Application.objects.filter(reference=number, establishment__isnull=False)
        if reference_number.is_valid(number) and applied.exists():
            return queryset.filter(establishment__in=applied.values("establishment")), False
        return super().get_search_results(request, queryset, search_term)

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"activation_{name}")

        return [
            page("renewals/", subscriptions.show_renewals, "renewals"),
            page("<int:pk>/renew/", subscriptions.renew, "renew"),
            page("<int:pk>/suspend/", subscriptions.suspend, "suspend"),
            page("<int:pk>/reinstate/", subscriptions.reinstate, "reinstate"),
            page("<int:pk>/letter/", subscriptions.letter, "letter"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        subscription = self.get_object(request, object_id)
        offered = subscriptions.change_context(request, subscription) if subscription else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **offered})


@admin.register(Terms)
class TermsAdmin(PortalAdmin):
    """For administrators and auditors to read; those of a later day come with a release of the portal."""

    list_display = fields = TERMS

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
