"""What the admin shows of a row to read: days in both calendars, and links only to where one may go."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext

from shumoos.templatetags.days import both_calendars, both_calendars_time

Column = Callable[[Any], str]


@cache
def in_both_calendars(model: type[models.Model], name: str, *, is_narrow: bool = False) -> Column:
    """Return what stands for a field in a list's columns or among what is only read: its day, or moment."""
    field = model._meta.get_field(name)
    show: Column = both_calendars_time if isinstance(field, models.DateTimeField) else both_calendars
    if is_narrow:
        show = kept_together(show)
    return column(field, lambda row: show(getattr(row, name)))


@cache
def in_words(model: type[models.Model], name: str) -> Column:
    """Return what stands for a language's code: its name in itself."""
    names = dict(settings.LANGUAGES)
    return column(model._meta.get_field(name), lambda row: str(names.get(getattr(row, name), "")))


@cache
def together(model: type[models.Model], name: str) -> Column:
    """Return what stands for several rows: their words, with the commas of the page's language."""
    return column(
        model._meta.get_field(name), lambda row: gettext(", ").join(map(str, getattr(row, name).all()))
    )


@cache
def without_link(model: type[models.Model], name: str) -> Column:
    """Return what stands for a row that another one points to, in words alone."""
    return column(model._meta.get_field(name), lambda row: str(getattr(row, name) or ""))


def column(field: Any, show: Column) -> Column:
    @admin.display(description=field.verbose_name, ordering=field.name)
    def shown(row: models.Model) -> str:
        return show(row) or "-"

    # The admin's styles know a column by its name.
    shown.__name__ = field.name
    return shown


def kept_together(show: Callable[[Any], str]) -> Callable[[Any], str]:
    """Have a list's narrow columns break a day between its two calendars alone."""
    return lambda value: re.sub(r" (?!\()", "\N{NO-BREAK SPACE}", show(value))


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


class PortalAdmin(admin.ModelAdmin):
    """Rows of the portal in the admin, in lists and where they are only read."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return dated(self.model, super().get_list_display(request), is_narrow=True)

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
        if db_field.name == "language":
            return forms.ChoiceField(label=db_field.verbose_name, choices=settings.LANGUAGES)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def as_read(self, request: HttpRequest, names: Iterable[Any]) -> list[Any]:
        """Return these fields as they are shown to read; Django would link to pages that answer 403."""
        model: type[models.Model] = self.model

        def shown(name: Any) -> Any:
            if name == "language":
                return in_words(model, name)
            if isinstance(field_of(model, name), models.ManyToManyField):
                return together(model, name)
            return name if self.leads_on(request, name) else without_link(model, name)

        return [shown(name) for name in dated(model, names)]

    def leads_on(self, request: HttpRequest, name: Any) -> bool:
        """Whether the person may go where Django would have this field lead, or it leads nowhere."""
        field = field_of(self.model, name)
        pages: dict[Any, admin.ModelAdmin] = dict(self.admin_site._registry)
        if not isinstance(field, models.ForeignKey) or field.related_model not in pages:
            return True
        return pages[field.related_model].has_view_permission(request)
