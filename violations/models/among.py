"""Rows by the keys of a few others."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, QuerySet
from django.db.models.lookups import Lookup


def among(key: str, keys: QuerySet[Any, Any]) -> "Among":
    """Return the condition that a key is one of those.

    They are found first, and the rows then taken by their keys. With a plain `__in` the planner guesses how
    many there are, and on a wrong guess reads all cases of the country for the one of an owner.
    """
    return Among(F(key), ArraySubquery(keys))


class Among(Lookup):
    prepare_rhs = False
    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        key, of_key = self.process_lhs(compiler, connection)
        keys, of_keys = self.process_rhs(compiler, connection)
        return f"{key} = ANY({keys})", (*of_key, *of_keys)
