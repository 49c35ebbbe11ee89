from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from shumoos.accounts.models import ADMIN_ROLES, Look, Role, User

# Owners and their staff come from activation and from owners; administrators do not see customers.
CUSTOMERS = [Role.OWNER, Role.STAFF]
FIELDS = ["username", "full_name", "role", "mobile", "language"]

# What a role may do is data, but not for editing box by box.
admin.site.unregister(Group)


class NewPersonForm(AdminUserCreationForm):
    """A new officer, agent or auditor; whatever password they are given, they must choose another."""

    role = forms.ChoiceField(choices=[choice for choice in Role.choices if choice[0] not in CUSTOMERS])

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = tuple(FIELDS)


@admin.register(User)
class PersonAdmin(UserAdmin):
    add_form = NewPersonForm
    list_display = ["username", "full_name", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "full_name"]
    ordering = ["username"]
    filter_horizontal = []
    fieldsets = [(None, {"fields": [*FIELDS, "is_active", "last_login"]})]
    add_fieldsets = [(None, {"fields": [*FIELDS, "usable_password", "password1", "password2"]})]
    readonly_fields = ["username", "role", "last_login"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.readonly_fields if obj else ["last_login"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people = super().get_queryset(request)
        is_auditor = getattr(request.user, "role", "") == Role.AUDITOR
        return people if is_auditor else people.exclude(role__in=CUSTOMERS)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.is_staff = obj.role in ADMIN_ROLES
            obj.must_change_password = True
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Look)
class LookAdmin(admin.ModelAdmin):
    """The access log, for auditors to read. The database refuses whatever else."""

    list_display = ["at", "by", "role", "action", "subject", "reason", "address"]
    list_select_related = ["by"]
    list_filter = ["role", "action"]
    search_fields = ["subject", "request_id", "by__username"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Look | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Look | None = None) -> bool:
        return False
