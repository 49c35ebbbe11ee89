"""The violations as supervisors see them: those of their own region, to read."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from shumoos.accounts.access_log import log_look
from shumoos.templatetags.days import sar
from violations.models import Case, LedgerEntry, Notice, Occurrence, Schedule, Step


class ReadOnly:
    """What the portal's own functions write, and nobody by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class NoticeInline(ReadOnly, admin.TabularInline):
    model = Notice
    fields = ["stage", "issued_on", "due_on", "shown_amount", "by"]
    readonly_fields = ["shown_amount"]

    @admin.display(description=_("amount"))
    def shown_amount(self, notice: Notice) -> str:
        return sar(notice.amount)


class OccurrenceInline(ReadOnly, admin.TabularInline):
    model = Occurrence
    fields = ["occurred_on", "what", "recorded_by", "recorded_at", "annulled_at"]
    readonly_fields = ["recorded_at"]


class LedgerEntryInline(ReadOnly, admin.TabularInline):
    model = LedgerEntry
    fields = ["on", "kind", "shown_amount", "by", "reason"]
    readonly_fields = ["shown_amount"]

    @admin.display(description=_("amount"))
    def shown_amount(self, entry: LedgerEntry) -> str:
        return sar(entry.amount)


class StepInline(ReadOnly, admin.TabularInline):
    model = Step
    fields = ["position", "stage", "days", "shown_cap", "basis"]
    readonly_fields = ["shown_cap"]

    @admin.display(description=_("cap"))
    def shown_cap(self, step: Step) -> str:
        return sar(step.cap)


@admin.register(Case)
class CaseAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["licence", "name", "kind", "stage", "due_on", "days_left", "fine", "closed_on"]
    list_filter = ["kind", "stage"]
    list_select_related = ["licence", "establishment"]
    search_fields = ["licence__number__exact", "establishment__number__exact"]
    search_help_text = _("The whole licence number, or the establishment's number")
    inlines = [NoticeInline, OccurrenceInline, LedgerEntryInline]
    fields = [
        "licence",
        "name",
        "kind",
        "stage",
        "opened_on",
        "noticed_on",
        "due_on",
        "days_left",
        "window_ends_on",
        "fine",
        "shown_cap",
        "closed_on",
        "schedule",
    ]

    @admin.display(description=_("establishment"))
    def name(self, case: Case) -> str:
        return case.licence.name

    @admin.display(description=_("fine"), ordering="fined")
    def fine(self, case: Case) -> str:
        return sar(case.fined)

    @admin.display(description=_("cap"))
    def shown_cap(self, case: Case) -> str:
        return sar(case.cap)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return Case.objects.visible_to(request.user)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a case, once the look at it is on record."""
        case = self.get_object(request, object_id)
        if case is not None:
            log_look(request, "view case", case)
        return super().change_view(request, object_id, *args, **kwargs)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["on", "licence", "kind", "shown_amount", "by", "reason"]
    fields = ["licence", "case", "on", "kind", "shown_amount", "by", "reason", "entered_at"]
    list_filter = ["kind"]
    list_select_related = ["licence", "by"]
    search_fields = ["licence__number__exact"]
    search_help_text = _("The whole licence number")
    date_hierarchy = "on"

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, entry: LedgerEntry) -> str:
        return sar(entry.amount)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        return LedgerEntry.objects.visible_to(request.user)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["kind", "valid_from", "warns_by_sweep", "window_months", "hijri_months"]
    inlines = [StepInline]
