from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from shumoos.accounts import sessions
from shumoos.accounts.fresh import ask_again, is_fresh
from shumoos.accounts.logged_admin import LoggedAdmin, SeenAdmin
from shumoos.accounts.models import ReadingLimit, Role, SessionLimit, User
from shumoos.keyed_admin import KeyedAdmin
from shumoos.sms.admin import TextMessageAdmin
from shumoos.sms.models import TextMessage

# Owners and their staff come from activation and from owners; administrators do not see customers.
CUSTOMERS = [Role.OWNER, Role.STAFF]
FIELDS = ["username", "full_name", "role", "mobile", "language"]

# What a role may do is data, but not for editing box by box.
admin.site.unregister(Group)
# Secrets of authenticators are nobody's to read.
admin.site.unregister(TOTPDevice)
# Texts stand below the people, and their pages are seen by people.
admin.site.unregister(TextMessage)


@admin.register(TextMessage)
class SeenTextAdmin(SeenAdmin, TextMessageAdmin):
    """The texts, every look at them on record."""


@admin.register(User)
class PersonAdmin(KeyedAdmin, LoggedAdmin, SeenAdmin, UserAdmin):
    list_display = ["username", "full_name", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "full_name"]
    search_help_text = _("Part of the name or the user name")
    ordering = ["username"]
    keyed_by = ("username",)
    filter_horizontal = []
    fieldsets = [(None, {"fields": [*FIELDS, "is_active", "last_login"]})]
    readonly_fields = ["username", "role", "last_login"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people = super().get_queryset(request)
        is_auditor = getattr(request.user, "role", "") == Role.AUDITOR
        return people if is_auditor else people.exclude(role__in=CUSTOMERS)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Whoever closes an account, or gives it another mobile, types their code again after ten minutes."""
        if request.method == "POST" and self.has_change_permission(request) and not is_fresh(request):
            return ask_again(request)
        return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            sessions.end_all(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Accounts come about by invitation, on the portal's own page."""
        return False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Answer 404: a password is chosen by whose it is, and reset with a second person."""
        raise Http404

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(ReadingLimit)
class ReadingLimitAdmin(LoggedAdmin):
    """What is unusual, by role. Every change is in the access log, where the auditor sees it."""

    list_display = ["role", "people_an_hour", "begins_at", "ends_at"]
    readonly_fields = ["role"]
    empty_value_display = _("Round the clock")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ReadingLimit | None = None) -> bool:
        return False


@admin.register(SessionLimit)
class SessionLimitAdmin(LoggedAdmin):
    """How long sessions go on; a change is in the access log and holds from everybody's next request on."""

    list_display = ["__str__", "staff_idle_minutes", "hours"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SessionLimit | None = None) -> bool:
        return False
