"""What was sent each time, and what changed from one sending to the next."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import ForeignKey
from django.utils import dateparse

from registration.models import Application, ApplicationVersion, Document
from registration.models.applications import TYPED
from shumoos.templatetags.days import both_calendars


@dataclass(frozen=True)
class Change:
    """One field or document that differs. For a document, `before` and `after` are the documents or None."""

    name: str
    label: str
    before: Any
    after: Any
    is_document: bool = False


def keep_version(application: Application) -> ApplicationVersion:
    """Keep the application as it is sent now, within the transaction that sends it."""
    documents = application.documents.filter(is_current=True).order_by("pk")
    documents.update(is_sent=True)
    return ApplicationVersion.objects.create(
        application=application,
        number=application.versions.count() + 1,
        typed={name: stored(application, name) for name in TYPED},
        documents=list(documents.values_list("pk", flat=True)),
    )


def stored(application: Application, name: str) -> Any:
    """Return a field's value as JSON keeps it: a row by its code, a day in ISO's form."""
    value = getattr(application, name)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.code if hasattr(value, "code") else value


@dataclass(frozen=True)
class Known:
    """The rows that versions name, read once for all of them."""

    documents: dict[int, Document]
    places: dict[tuple[str, str], Any]

    @classmethod
    def of(cls, versions: list[ApplicationVersion]) -> "Known":
        documents = Document.objects.select_related("kind").in_bulk(
            [pk for version in versions for pk in version.documents]
        )
        places: dict[tuple[str, str], Any] = {}
        for name in TYPED:
            field: Any = Application._meta.get_field(name)
            if isinstance(field, ForeignKey):
                codes = {version.typed.get(name) for version in versions}
                rows: Any = field.related_model._default_manager.filter(code__in=codes)
                places |= {(name, row.code): row for row in rows}
        return cls(documents, places)

    def shown(self, name: str, value: Any) -> Any:
        """Return what a page shows of a kept value: the row, the day in both calendars, or the text."""
        field: Any = Application._meta.get_field(name)
        if isinstance(field, ForeignKey):
            return self.places.get((name, value), value)
        if field.get_internal_type() == "DateField" and value:
            return both_calendars(dateparse.parse_date(value))
        return value


def changes(
    before: ApplicationVersion, after: ApplicationVersion, known: Known | None = None
) -> list[Change]:
    """Return what differs between two versions of one application: fields first, then documents."""
    known = known or Known.of([before, after])
    fields = [
        Change(name, label_of(name), known.shown(name, old), known.shown(name, new))
        for name, new in after.typed.items()
        if (old := before.typed.get(name)) != new
    ]
    return fields + document_changes(before, after, known)


def document_changes(before: ApplicationVersion, after: ApplicationVersion, known: Known) -> list[Change]:
    rows = known.documents
    old = {rows[pk].kind_id: rows[pk] for pk in before.documents if pk in rows}
    new = {rows[pk].kind_id: rows[pk] for pk in after.documents if pk in rows}
    return [
        Change(kind, str(new.get(kind) or old[kind]), old.get(kind), new.get(kind), is_document=True)
        for kind in dict.fromkeys([*old, *new])
        if old.get(kind) != new.get(kind)
    ]


def label_of(name: str) -> str:
    """Return what a field of an application is called on pages."""
    return str(Application._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


@dataclass(frozen=True)
class Round:
    """A sending after a correction, and what it changed."""

    version: ApplicationVersion
    changes: list[Change]


def rounds(application: Application) -> list[Round]:
    """Return what the owner changed with every sending but the first, the latest first.

    As many queries for ten sendings as for two.
    """
    versions = list(application.versions.order_by("number"))
    if len(versions) < 2:
        return []
    known = Known.of(versions)
    return [Round(after, changes(before, after, known)) for before, after in pairwise(versions)][::-1]
