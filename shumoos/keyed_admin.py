"""Lists of the admin over tables that grow: paged by the last row's key, and nothing is counted."""

from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from shumoos.admin_fields import PortalAdmin, SearchedList
from shumoos.saudi.digits import clean_number


class KeyedList(SearchedList):
    """A list whose pages begin after a row, which the address names by its key and by nothing else of it."""

    model_admin: "KeyedAdmin"
    is_keyed = True
    first_page = ""
    next_page = ""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return list(self.model_admin.keyed_by)

    def get_results(self, request: HttpRequest) -> None:
        """Read one page and, to know whether another follows, the row behind it."""
        size = self.list_per_page
        found = self.queryset
        last = self.row_before(request.GET.get(PAGE_VAR, ""))
        if last is not None:
            found = found.filter(after(last, self.model_admin.keyed_by))
            self.first_page = self.get_query_string()
        rows = list(found[: size + 1])
        if len(rows) > size:
            self.next_page = self.get_query_string({PAGE_VAR: str(rows[size - 1].pk)})
        self.result_list = rows[:size]
        self.result_count = len(self.result_list)
        # Django's own pages would count.
        self.full_result_count = None
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = bool(rows)
        self.paginator = None

    @property
    def is_whole(self) -> bool:
        """Whether this page is all there is."""
        return not (self.first_page or self.next_page)

    def row_before(self, key: str) -> Model | None:
        """Return the row after which the page begins; None, so the first page, for none and for rubbish."""
        try:
            value = self.lookup_opts.pk.to_python(key)
        except ValidationError:
            return None
        names = [name.lstrip("-") for name in self.model_admin.keyed_by]
        return self.model._base_manager.filter(pk=value).only(*names).first() if value else None


def after(row: Model, keyed_by: tuple[str, ...]) -> Q:
    """Return the condition that a row comes after this one, in a form that an index walks.

    `keyed_by` is what the list is sorted by: one unique column, or another one and then the key.
    """
    first = keyed_by[0]
    name = first.lstrip("-")
    word = "lt" if first.startswith("-") else "gt"
    value = getattr(row, name)
    beyond = Q(**{f"{name}__{word}": value})
    if len(keyed_by) == 1:
        return beyond
    return Q(**{f"{name}__{word}e": value}) & (beyond | Q(**{f"pk__{word}": row.pk}))


class KeyedAdmin(PortalAdmin):
    """Rows of which there may be millions: newest first and by key, without sorting and counts of facets."""

    # One unique column, or one that is never empty and then the key, both in the same direction.
    keyed_by: tuple[str, ...] = ("-pk",)
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeyedList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find a number as it is shown or typed, too: in groups, in either digits."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        number = clean_number(search_term)
        if number == search_term or not number.isdecimal():
            return found, may_repeat
        numbered, _may_repeat = super().get_search_results(request, queryset, number)
        # What was typed may be of a name.
        return found | numbered, may_repeat
