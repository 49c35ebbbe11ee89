"""The admin's rows: days in both calendars, codes by name, links where one may go, searches in no address."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR, SEARCH_VAR, ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shumoos import kept_searches
from shumoos.templatetags.days import both_calendars, both_calendars_time

Column = Callable[[Any], str]
# What codes are called, asked for while a page is made: names are in its language.
Names = Callable[[], Mapping[str, Any]]
# A line that may be this long is typed into a box of several lines.
LONG_LINE = 300
# Where there is nothing, as on the portal's own pages.
NOTHING = "–"

admin.site.empty_value_display = NOTHING


@cache
def in_both_calendars(model: type[models.Model], name: str, *, is_narrow: bool = False) -> Column:
    """Return what stands for a field in a list's columns or among what is only read: its day, or moment."""
    field = model._meta.get_field(name)
    show: Column = both_calendars_time if isinstance(field, models.DateTimeField) else both_calendars
    if is_narrow:
        show = kept_together(show)
    return column(field, lambda row: show(getattr(row, name)))


def languages() -> dict[str, Any]:
    return dict(settings.LANGUAGES)


def in_words(model: type[models.Model], name: str, names: Names) -> Column:
    """Return what stands for a code, or for several of them: their names, asked for once for all rows."""
    known: dict[str, Any] = {}

    def show(row: models.Model) -> str:
        if not known:
            known.update(names())
        stored = getattr(row, name)
        codes = stored if isinstance(stored, list) else [stored]
        return gettext(", ").join(str(known.get(code, code)) for code in codes)

    return column(model._meta.get_field(name), show)


def choice_of(db_field: Any, names: Names) -> forms.Field:
    """Return what a code is chosen with, or several of them: by their names."""
    options: dict[str, Any] = {
        "label": capfirst(db_field.verbose_name),
        "help_text": db_field.help_text,
        "required": not db_field.blank,
        "choices": lambda: list(names().items()),
    }
    if isinstance(db_field, ArrayField):
        return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple({"class": "choices"}), **options)
    return forms.ChoiceField(**options)


@cache
def together(model: type[models.Model], name: str, none: str) -> Column:
    """Return what stands for several rows: their words, with the commas of the page's language, or `none`."""
    return column(
        model._meta.get_field(name),
        lambda row: gettext(", ").join(map(str, getattr(row, name).all())) or none,
    )


@cache
def without_link(model: type[models.Model], name: str) -> Column:
    """Return what stands for a row that another one points to, in words alone."""
    return column(model._meta.get_field(name), lambda row: str(getattr(row, name) or ""))


def column(field: Any, show: Column) -> Column:
    @admin.display(description=field.verbose_name, ordering=field.name)
    def shown(row: models.Model) -> str:
        return show(row) or NOTHING

    # The admin's styles know a column by its name.
    shown.__name__ = field.name
    return shown


def kept_together(show: Callable[[Any], str]) -> Callable[[Any], str]:
    """Have a list's narrow columns break a day between its two calendars and before its time alone."""
    return lambda value: re.sub(r"(?<!\)) (?!\()", "\N{NO-BREAK SPACE}", show(value))


def dated(model: type[models.Model], names: Iterable[Any], *, is_narrow: bool = False) -> list[Any]:
    """Return these columns, with those of days and moments in both calendars."""
    return [
        in_both_calendars(model, name, is_narrow=is_narrow)
        if isinstance(field_of(model, name), models.DateField)
        else name
        for name in names
    ]


def field_of(model: type[models.Model], name: Any) -> Any:
    """Return the model's field of that name; None for what is none."""
    if not isinstance(name, str):
        return None
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


class SearchedList(ChangeList):
    """A list whose search is posted and kept, so that no address holds whom or what it is for."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> models.QuerySet:
        self.query = kept_searches.read(request)
        return super().get_queryset(request, exclude_parameters)

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        filters: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in filters.items() if name != kept_searches.PARAMETER}

    @property
    def search_address(self) -> str:
        """Where the box is posted: this list with its filters, without what was sought before."""
        return self.get_query_string({kept_searches.PARAMETER: None})


class ReadOnly:
    """What the portal's own functions write, and nobody by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadRows(ReadOnly, admin.TabularInline):
    """Rows that a row has, only to be read."""

    template = "admin/includes/read_rows.html"
    extra = 0


class PortalAdmin(admin.ModelAdmin):
    """Rows of the portal in the admin, in lists and where they are only read."""

    # Each cell names its column: a hundred rows would be more than a page may weigh.
    list_per_page = 50
    # What a list says in which there is nothing.
    none: Any = _("Nothing to show.")
    # What the codes in a field are called, by the field's name.
    named: Mapping[str, Names] = {"language": languages}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SearchedList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if SEARCH_VAR in request.POST or SEARCH_VAR in request.GET:
            return self.search(request)
        return super().changelist_view(request, extra_context)

    def search(self, request: HttpRequest) -> HttpResponse:
        """Keep what was typed, and lead to the list with its key in the address.

        A search that stands in an address already is not made: the list is shown without it.
        """
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        address = request.GET.copy()
        for name in (SEARCH_VAR, kept_searches.PARAMETER, PAGE_VAR, ERROR_FLAG):
            address.pop(name, None)
        form = ChangeList.search_form_class(request.POST)
        for error in form.errors.get(SEARCH_VAR, []):
            self.message_user(request, str(error), "error")
        if text := form.cleaned_data.get(SEARCH_VAR, "").strip():
            address[kept_searches.PARAMETER] = kept_searches.keep(request, text)
        return redirect(f"{request.path}?{address.urlencode()}" if address else request.path)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self.spelt(request, dated(self.model, super().get_list_display(request), is_narrow=True))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the fields as the model has them: Django puts those that are only read after all others."""
        names = list(super().get_fields(request, obj))
        if self.fields:
            return names
        model: type[models.Model] = self.model
        order = [field.name for field in (*model._meta.fields, *model._meta.many_to_many)]

        def place(name: Any) -> int:
            own = getattr(name, "__name__", name)
            return order.index(own) if own in order else len(order)

        return sorted(names, key=place)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.as_read(request, super().get_readonly_fields(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        sets = super().get_fieldsets(request, obj)
        is_read = obj is not None and not self.has_change_permission(request, obj)
        read = {getattr(name, "__name__", name) for name in self.get_readonly_fields(request, obj)}

        def shown(names: Iterable[Any]) -> list[Any]:
            return [self.as_read(request, [name])[0] if is_read or name in read else name for name in names]

        return [(title, {**options, "fields": shown(options["fields"])}) for title, options in sets]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.named:
            return choice_of(db_field, self.named[db_field.name])
        if isinstance(db_field, models.CharField) and (db_field.max_length or 0) >= LONG_LINE:
            kwargs.setdefault("widget", AdminTextareaWidget({"rows": 3}))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None:
            # Without Django's word on the Control key, which is for lists of another kind, and for desks.
            field.help_text = db_field.help_text
        return field

    def as_read(self, request: HttpRequest, names: Iterable[Any]) -> list[Any]:
        """Return these fields as they are shown to read; Django would link to pages that answer 403."""
        model: type[models.Model] = self.model

        def shown(name: Any) -> Any:
            if isinstance(field_of(model, name), models.ManyToManyField):
                return together(model, name, str(self.get_empty_value_display()))
            return name if self.leads_on(request, name) else without_link(model, name)

        return [shown(name) for name in self.spelt(request, dated(model, names))]

    def spelt(self, request: HttpRequest, names: Iterable[Any]) -> list[Any]:
        """Return these columns, with the names of codes in place of the codes."""
        # Django tells a column by what it is: within a request it stays the same one.
        made: dict[Any, Column] = request.__dict__.setdefault("columns_in_words", {})

        def shown(name: Any) -> Any:
            if not isinstance(name, str) or name not in self.named:
                return name
            key = self.model, name
            if key not in made:
                made[key] = in_words(self.model, name, self.named[name])
            return made[key]

        return [shown(name) for name in names]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed the row here, under the name of the link that leads there."""
        row = self.get_object(request, unquote(object_id))
        named = {"title": gettext("History: %(name)s") % {"name": row}}
        return super().history_view(request, object_id, named | (extra_context or {}))

    def leads_on(self, request: HttpRequest, name: Any) -> bool:
        """Whether the person may go where Django would have this field lead, or it leads nowhere."""
        field = field_of(self.model, name)
        pages: dict[Any, admin.ModelAdmin] = dict(self.admin_site._registry)
        if not isinstance(field, models.ForeignKey) or field.related_model not in pages:
            return True
        return pages[field.related_model].has_view_permission(request)
