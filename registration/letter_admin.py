"""The letters as offices see them: their own, found by number, read, and revoked by the head."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from registration import letter_numbers
from registration.models import Establishment, Licence
from registration.models.names import TooShort
from shumoos.accounts.access_log import log_look, logged
from shumoos.accounts.fresh import ask_again, is_fresh
from shumoos.accounts.logged_admin import SeenAdmin
from shumoos.accounts.models import Role, User
from shumoos.admin_fields import ReadOnly, ReadRows, dated
from shumoos.keyed_admin import KeyedAdmin
from shumoos.letters.issue import MoveRefused, revoke
from shumoos.letters.models import Letter, LetterEvent
from shumoos.letters.views import pdf_response
from shumoos.saudi.digits import clean_number, strip_marks, to_ascii


def visible_letters(user: User) -> QuerySet[Letter]:
    """Every letter for an auditor, an office's own for its people, none for others."""
    if user.role == Role.AUDITOR:
        return Letter.objects.all()
    if user.role in (Role.SUPERVISOR, Role.HEAD):
        return Letter.objects.filter(series__in=user.offices.values("code"))
    return Letter.objects.none()


def named(typed: str) -> Q:
    """Return the condition for what was typed.

    That is a letter's number, its verification code or its licence number, or else a part of the name of
    its establishment or licence.
    """
    if (numbered := letter_numbers.numbered(typed)) is not None:
        return numbered
    text = strip_marks(to_ascii(typed)).strip()
    exactly = Q(code=clean_number(text).upper()) | Q(licence_number=text)
    if Letter.objects.filter(exactly).exists():
        return exactly
    try:
        licences = Licence.objects.named(typed).order_by().values("number")
        establishments = Establishment.objects.named(typed).order_by().values("pk")
    except TooShort:
        return exactly
    now_named = Licence.objects.filter(establishment__in=establishments).order_by().values("number")
    return Q(licence_number__in=licences.union(now_named))


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why the letter is revoked"), max_length=300, widget=forms.Textarea({"rows": 3})
    )


class EventInline(ReadRows):
    model = LetterEvent
    verbose_name_plural = gettext_lazy("History")
    fields = readonly_fields = dated(LetterEvent, ["at", "old", "new", "reason", "by"])

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("letters.view_letter")


@admin.register(Letter)
class LetterAdmin(ReadOnly, KeyedAdmin, SeenAdmin):
    look = "view letter"
    none = gettext_lazy("No letter has been issued yet.")
    list_display = ["number", "kind", "named_establishment", "status", "issued_at"]
    list_filter = ["kind", "status"]
    fields = [
        "number",
        "kind",
        "named_establishment",
        "licence_number",
        "status",
        "replaced_by",
        "issued_at",
        "signed_at",
        "sha256",
    ]
    readonly_fields = ["number", "named_establishment", "issued_at", "signed_at", "sha256"]
    inlines = [EventInline]
    search_fields = ["licence_number__exact"]  # shows the box; `named` says what it finds
    search_help_text = gettext_lazy(
        "The whole number of the letter, its verification code, the licence number, or part of the name"
    )
    change_form_template = "letters/admin/letter.html"

    @admin.display(description=gettext_lazy("letter number"))
    def number(self, letter: Letter) -> str:
        return letter.number

    @admin.display(description=gettext_lazy("establishment"))
    def named_establishment(self, letter: Letter) -> str:
        return letter.shown_establishment

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        return visible_letters(request.user)  # type: ignore[arg-type]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Letter], search_term: str
    ) -> tuple[QuerySet[Letter], bool]:
        return (queryset.filter(named(search_term)) if search_term.strip() else queryset), False

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<int:pk>/pdf/", self.admin_site.admin_view(self.show_pdf), name="letters_pdf"),
            path("<int:pk>/revoke/", self.admin_site.admin_view(self.revoke_letter), name="letters_revoke"),
            *super().get_urls(),
        ]

    def get_inlines(self, request: HttpRequest, obj: Letter | None) -> Any:
        """Leave out the history of a letter to which nothing has happened."""
        return super().get_inlines(request, obj) if obj is not None and obj.events.exists() else []

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        may_revoke = request.user.has_perm("letters.revoke")
        return super().change_view(request, object_id, form_url, {"may_revoke": may_revoke})

    @method_decorator(require_safe)
    def show_pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self.in_scope(request, pk)
        log_look(request, "letter", letter)
        return pdf_response(letter)

    def revoke_letter(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self.in_scope(request, pk)
        if not request.user.has_perm("letters.revoke"):
            raise PermissionDenied
        if not is_fresh(request):
            return ask_again(request)
        form = RevokeForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                reason = form.cleaned_data["reason"]
                with logged(request, "revoke letter", letter, reason=reason):
                    revoke(letter, by=request.user, reason=reason)
            except MoveRefused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("Letter %(number)s is revoked.") % {"number": letter.number})
            return redirect("admin:letters_letter_change", letter.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revoke letter %(number)s") % {"number": letter.number},
            "letter": letter,
            "form": form,
        }
        status = 422 if form.errors else 200
        return render(request, "letters/admin/revoke.html", context, status=status)

    def in_scope(self, request: HttpRequest, pk: int) -> Letter:
        letter = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, letter):
            raise PermissionDenied
        return letter
