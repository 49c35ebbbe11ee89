from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from registration import letter_admin as letter_admin  # registers the letters, which stand below the people
from registration.models import (
    Agreement,
    Authority,
    City,
    DocumentKind,
    Duty,
    Establishment,
    Holiday,
    Licence,
    Mandate,
    Office,
    Provider,
    ProviderAgent,
    Region,
)
from shumoos.accounts.logged_admin import LoggedAdmin, SeenAdmin
from shumoos.accounts.models import Role, User
from shumoos.admin_fields import ReadOnly, ReadRows, dated
from shumoos.keyed_admin import KeyedAdmin
from shumoos.templatetags.days import NO_BREAK


class PeopleMixin:
    """Offers only people of these roles, of whom there are few, where people are chosen."""

    roles: list[Role]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = User.objects.filter(role__in=self.roles)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class ReferenceAdmin(LoggedAdmin):
    """Reference data: administrators add and change it, nobody deletes it."""

    # What officials call a row comes first: its code is for files and imports.
    list_display = ["name", "code"]
    search_fields = ["code", "name_ar", "name_en"]
    search_help_text = _("Part of the name or the code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Files, imports and the shipped data find a row by its code.
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Region)
class RegionAdmin(ReferenceAdmin):
    pass


@admin.register(City)
class CityAdmin(ReferenceAdmin):
    list_display = ["name", "region", "code"]
    list_filter = ["region"]
    list_select_related = ["region"]


@admin.register(Office)
class OfficeAdmin(PeopleMixin, ReferenceAdmin, SeenAdmin):
    list_display = ["name", "region", "target_days", "code"]
    list_select_related = ["region"]
    filter_horizontal = ["members"]
    roles = [Role.SUPERVISOR, Role.HEAD]


@admin.register(Holiday)
class HolidayAdmin(LoggedAdmin):
    """The days that the offices' clocks leave out; a clock that runs takes a new one in at once."""

    list_display = ["day", "name_ar", "name_en", "office"]
    list_filter = ["office"]
    list_select_related = ["office"]
    date_hierarchy = "day"
    empty_value_display = _("All offices")


@admin.register(Authority)
class AuthorityAdmin(PeopleMixin, ReferenceAdmin, SeenAdmin):
    filter_horizontal = ["officers"]
    roles = [Role.AUTHORITY]


@admin.register(DocumentKind)
class DocumentKindAdmin(ReferenceAdmin):
    list_display = ["name", "is_required", "expires", "order", "code"]
    list_filter = ["is_required", "sectors"]
    filter_horizontal = ["sectors"]
    empty_value_display = _("All sectors")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "sectors":
            # A sector has pages of its own; a plus beside the two boxes would stand far from both.
            field.widget.can_add_related = False
        return field


class ProviderAgentInline(admin.StackedInline):
    """The company's agents. The administrator enters its head, who adds the others on the company's pages."""

    model = ProviderAgent
    fields = ["user", "is_head", "ended_at"]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        # A new company's head is entered at once; others are added by the button.
        return 0 if obj else 1

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = User.objects.filter(role=Role.PROVIDER)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Provider)
class ProviderAdmin(LoggedAdmin, SeenAdmin):
    list_display = ["name", "commercial_registration"]
    search_fields = ["name_ar", "name_en", "commercial_registration"]
    search_help_text = _("Part of the name or the commercial registration")
    inlines = [ProviderAgentInline]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RegionFilter(admin.RelatedFieldListFilter):
    """Offers an office's people its own region: one alone is no choice, and the filter stays away."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin) -> Any:
        ordering = self.field_admin_ordering(field, request, model_admin)
        is_of_an_office = getattr(request.user, "role", "") in (Role.SUPERVISOR, Role.HEAD)
        own = Q(office__members=request.user) if is_of_an_office else Q()
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=own)


class ReadOnlyAdmin(ReadOnly, KeyedAdmin, SeenAdmin):
    """Rows that only the portal's own pages and imports write, within reach of whoever looks."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model._default_manager.visible_to(request.user)


@admin.register(Licence)
class LicenceAdmin(ReadOnlyAdmin):
    none = _("No licence yet: they come from the authorities' registers and from applications.")
    list_display = ["number", "name", "authority", "sector", "city", "expires_on"]
    list_filter = ["in_register", "authority", ("city__region", RegionFilter)]
    list_select_related = ["authority", "sector", "city"]
    search_fields = ["=number", "=commercial_registration", "=owner_national_id", "name_ar", "name_en"]
    search_help_text = _(
        "The whole number of the licence, the commercial registration or the owner's ID, or part of a name"
    )


@admin.register(Establishment)
class EstablishmentAdmin(ReadOnlyAdmin):
    none = _("No establishment yet: one is entered when its application is activated.")
    list_display = ["number", "name", "sector", "city"]
    list_filter = ["sector", ("city__region", RegionFilter)]
    list_select_related = ["sector", "city"]
    search_fields = ["=number", "=commercial_registration", "name_ar", "name_en"]
    search_help_text = _(
        "The whole number of the establishment or the commercial registration, or part of a name"
    )
    change_form_template = "registration/admin/establishment.html"


class DutyInline(ReadRows):
    model = Duty
    fields = readonly_fields = dated(Duty, ["kind", "done_on", "evidence", "by", "recorded_at"])


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    none = _("No agreement yet: a company makes one with the owner it works for.")
    list_display = ["subject", "provider", "fee", "paid_on", "made_at"]
    list_filter = ["provider"]
    list_select_related = ["provider", "application", "establishment"]
    search_fields = ["=owner_national_id", "=application__reference", "=establishment__number"]
    search_help_text = _("The whole number of the owner's ID, the application or the establishment")
    inlines = [DutyInline]


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin):
    none = _("No mandate yet: a company asks the owner for one.")
    list_display = ["agreement", "asked_by", "approved_at", "ends_on", "revoked_at"]
    list_filter = ["agreement__provider"]
    list_select_related = [
        "agreement__provider",
        "agreement__application",
        "agreement__establishment",
        "asked_by",
    ]
    fields = [
        "agreement",
        "scopes_in_words",
        "ends_on",
        "asked_at",
        "asked_by",
        "approved_at",
        "approved_by",
        "revoked_at",
        "revoked_by",
    ]
    search_fields = ["=agreement__application__reference", "=agreement__establishment__number"]
    search_help_text = _("The whole number of the application or the establishment")

    @admin.display(description=_("scope"))
    def scopes_in_words(self, mandate: Mandate) -> str:
        return f"{NO_BREAK}· ".join(mandate.scope_labels)
