"""The violations as supervisors see them: those of their own region, to read."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shumoos.accounts.logged_admin import SeenAdmin
from shumoos.admin_fields import NOTHING, PortalAdmin, ReadOnly, ReadRows
from shumoos.keyed_admin import KeyedAdmin, KeyedList
from shumoos.saudi import calendar
from shumoos.templatetags.days import both_calendars, sar
from violations import case_search
from violations.clock import Clock, clocks
from violations.models import Case, LedgerEntry, Schedule, Step
from violations.views import books, deciding, office


class StepInline(ReadRows):
    model = Step
    fields = ["position", "stage", "days", "shown_cap", "basis", "notice_ar", "notice_en"]
    readonly_fields = ["shown_cap"]

    @admin.display(description=_("cap"))
    def shown_cap(self, step: Step) -> str:
        return sar(step.cap)


class CaseList(KeyedList):
    """Cases with their clocks of today, read in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        show_clocks(self.result_list)


def show_clocks(cases: list[Case]) -> None:
    """Note on these cases how their clocks stand today, not as of the last sweep."""
    found = clocks(cases, calendar.today())
    for case in cases:
        case.clock = found.get(case.pk)  # type: ignore[attr-defined]


def clock_of(case: Case) -> Clock | None:
    if not hasattr(case, "clock"):
        show_clocks([case])
    clock: Clock | None = case.clock  # type: ignore[attr-defined]
    return clock


@admin.register(Case)
class CaseAdmin(ReadOnly, KeyedAdmin, SeenAdmin):
    look = "view case"
    none = _("No violation is on record.")
    list_display = ["licence", "name", "kind", "stage", "last_day", "fine"]
    list_filter = ["kind", "stage"]
    list_select_related = ["licence", "establishment"]
    search_fields = ["licence__number__exact"]  # shows the box; `case_search` says what it finds
    search_help_text = _(
        "The whole number of the licence, the establishment, the bill or the notice, or part of a name"
    )
    change_form_template = "violations/admin/case.html"
    change_list_template = "violations/admin/cases.html"
    fields = [
        "licence",
        "name",
        "kind",
        "stage",
        "opened_on",
        "noticed_on",
        "last_day",
        "left",
        "window_ends_on",
        "fine",
        "shown_cap",
        "closed_on",
        "schedule",
    ]

    @admin.display(description=_("establishment"))
    def name(self, case: Case) -> str:
        return case.licence.name

    @admin.display(description=_("due on"))
    def last_day(self, case: Case) -> str:
        clock = clock_of(case)
        if clock is None:
            return NOTHING
        return gettext("the clock stands still") if clock.is_paused else both_calendars(clock.due_on)

    @admin.display(description=_("days left"))
    def left(self, case: Case) -> str:
        clock = clock_of(case)
        return NOTHING if clock is None else str(max(clock.days_left, 0))

    @admin.display(description=_("fine"), ordering="fined")
    def fine(self, case: Case) -> str:
        return sar(case.fined)

    @admin.display(description=_("cap"))
    def shown_cap(self, case: Case) -> str:
        return sar(case.cap)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CaseList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return Case.objects.visible_to(request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Case], search_term: str
    ) -> tuple[QuerySet[Case], bool]:
        return (case_search.found(queryset, search_term) if search_term.strip() else queryset), False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        case = self.get_object(request, object_id)
        if case is not None and request.method in ("GET", "HEAD"):
            kwargs["extra_context"] = office.change_context(request, case.pk)
        return super().change_view(request, object_id, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("warn/", view(office.warn), name="violations_warn"),
            path("record/", view(office.record), name="violations_record"),
            path("objections/", view(deciding.waiting), name="violations_objections"),
            path("objections/<int:pk>/", view(deciding.objection), name="violations_objection"),
            path(
                "objections/<int:pk>/letter.pdf",
                view(deciding.decision_letter),
                name="violations_decision_letter",
            ),
            path(
                "objections/<int:pk>/documents/<int:document_pk>/",
                view(deciding.document),
                name="violations_objection_document",
            ),
            path("proposals/", view(deciding.proposed), name="violations_proposals"),
            path("proposals/<int:pk>/record/", view(deciding.take_up), name="violations_take_up"),
            path("proposals/<int:pk>/dismiss/", view(deciding.dismiss), name="violations_dismiss"),
            path("accounts/<int:pk>/", view(books.account), name="violations_account"),
            path("accounts/<int:pk>/account.csv", view(books.account_csv), name="violations_account_csv"),
            path("accounts/<int:pk>/account.pdf", view(books.account_pdf), name="violations_account_pdf"),
            path("bank/", view(books.load_bank_file), name="violations_bank"),
            path("bank/<int:pk>/", view(books.bank_report), name="violations_bank_report"),
            path("sums/", view(books.sums), name="violations_sums"),
            path("sums/<slug:name>.csv", view(books.sums_csv), name="violations_sums_csv"),
            path("notices/<int:pk>/object/", view(deciding.object_at_desk), name="violations_object_at_desk"),
            path("notices/<int:pk>/annul/", view(office.annul_warning), name="violations_annul_warning"),
            path("notices/<int:pk>/letter.pdf", view(office.notice_letter), name="violations_notice_letter"),
            path("entries/<int:pk>/letter.pdf", view(office.entry_letter), name="violations_entry_letter"),
            path("entries/<int:pk>/reverse/", view(books.reverse_payment), name="violations_reverse"),
            path("occurrences/<int:pk>/corrected/", view(office.corrected), name="violations_corrected"),
            path("occurrences/<int:pk>/annul/", view(office.annul), name="violations_annul"),
            path("occurrences/<int:pk>/settle/", view(office.settle), name="violations_settle"),
            path("<int:pk>/act/<slug:name>/", view(office.act), name="violations_act"),
            *super().get_urls(),
        ]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly, KeyedAdmin, SeenAdmin):
    none = _("Nothing has been entered in the ledger of fines yet.")
    list_display = ["on", "licence", "kind", "shown_amount", "entered_by", "reason"]
    fields = [
        "account",
        "number",
        "licence",
        "case",
        "on",
        "kind",
        "shown_amount",
        "entered_by",
        "reason",
        "reference",
        "letter",
        "entered_at",
    ]
    list_filter = ["kind", "on"]
    list_select_related = ["licence", "by"]
    search_fields = ["case__licence__number__exact"]
    search_help_text = _("The whole licence number")

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, entry: LedgerEntry) -> str:
        return sar(entry.amount)

    @admin.display(description=_("entered by"), ordering="by")
    def entered_by(self, entry: LedgerEntry) -> str:
        return str(entry.by or gettext("The portal"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        return LedgerEntry.objects.visible_to(request.user)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnly, PortalAdmin):
    list_display = ["kind", "valid_from", "warns_by_sweep", "window_months", "hijri_months"]
    inlines = [StepInline]
    change_list_template = "violations/admin/schedules.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("add/<slug:kind>/", view(books.add_schedule), name="violations_add_schedule"),
            *super().get_urls(),
        ]
