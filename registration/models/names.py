"""Looking for establishments, licences and applications by a part of their name."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.expressions import Expression
from django.db.models.functions import Collate, Concat, Lower
from django.db.models.lookups import Regex
from django.utils.translation import gettext as _

from shumoos.saudi import names


class TooShort(ValueError):
    """Too little of a name to look for; its text is a sentence for the user."""


def folded(name: str, other_name: str) -> Expression:
    """Return the names in two columns as `shumoos.saudi.names.fold` folds them, one after the other.

    The steps are spelled out, so that they stand in the migration: a change of the table shows as one.
    """
    text: Expression = Concat(F(name), Value(" "), F(other_name))
    text = Case(
        When(Regex(text, Value(names.RARE)), then=translated(text, names.FROM, names.TO)),
        # In this collation, capitals are those of ASCII.
        default=translated(Lower(Collate(text, "C")), names.USUAL_FROM, names.USUAL_TO),
    )
    text = Func(text, Value(names.DROPPED), Value(""), Value("g"), function="regexp_replace")
    text = Func(text, Value(names.LAM_ALEF), Value("لا"), function="replace")
    text = Func(text, Value(" +"), Value(" "), Value("g"), function="regexp_replace")
    return Func(text, Value(" "), function="btrim", output_field=models.TextField())


def translated(text: Expression, old: str, new: str) -> Expression:
    return Func(text, Value(old), Value(new), function="translate", output_field=models.TextField())


def folded_column() -> models.GeneratedField:
    """The column in which `named` looks: both names of a row, kept folded by the database."""
    return models.GeneratedField(
        expression=folded("name_ar", "name_en"), output_field=models.TextField(), db_persist=True
    )


def names_index(name: str) -> GinIndex:
    return GinIndex(fields=["folded_names"], opclasses=["gin_trgm_ops"], name=name)


def is_named(text: str) -> Q:
    """Return the condition that a row has every word of `text` in its names, in part and in any spelling.

    Raises TooShort, with a sentence, where no three letters of it follow each other.
    """
    words = names.words_of(text)
    if not words:
        raise TooShort(_("Type at least three letters of the name that follow each other."))
    condition = Q()
    for word in words:
        condition &= Q(folded_names__contains=word)
    return condition
