"""Telling a page of an older tab from one that shows what is saved now."""

from collections.abc import Iterable

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from registration.models import Application
from registration.models.applications import TYPED
from registration.moves import MoveRefused


class ChangedMeanwhile(MoveRefused):
    """A page shows what `draft` no longer has; `names` are the fields in which what it sends differs."""

    def __init__(self, sentence: str, *, draft: Application, names: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.draft = draft
        self.names = tuple(names)


def mark_of(draft: Application, names: Iterable[str]) -> str:
    """Return the mark of what the draft has in these fields; it tells nothing of what that is."""
    return mark([getattr(draft, field(name).attname) for name in names])


def mark_of_all(draft: Application) -> str:
    """Return the mark of all that is sent to the office, the documents among it."""
    documents = draft.documents.current().order_by("pk").values_list("pk", flat=True)
    return mark([mark_of(draft, TYPED), *documents])


def mark(values: list[object]) -> str:
    return salted_hmac(__name__, "\n".join(map(str, values)), algorithm="sha256").hexdigest()[:16]


def field(name: str):
    return Application._meta.get_field(name)


def refuse_older(draft: Application, typed: dict[str, object], *, names: Iterable[str], mark: str) -> None:
    """Raise ChangedMeanwhile where the page is older than what the draft has now, and would undo some of it.

    `mark` is that of the fields `names` when the page was drawn.
    """
    undone = [name for name in names if name in typed and typed[name] != getattr(draft, name)]
    if undone and mark != mark_of(draft, names):
        raise ChangedMeanwhile(
            _("Another window has saved this page since you opened it: see what it saved beside each field."),
            draft=draft,
            names=undone,
        )


def refuse_older_whole(draft: Application, *, mark: str) -> None:
    """Raise ChangedMeanwhile where anything has changed since all of the draft was shown under this mark."""
    if mark != mark_of_all(draft):
        raise ChangedMeanwhile(
            _("Something was changed in another window since you opened this page. Check what is saved now."),
            draft=draft,
        )
