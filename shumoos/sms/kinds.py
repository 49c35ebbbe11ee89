"""The kinds of text there are. The apps that send them register theirs from `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.utils.functional import Promise

if TYPE_CHECKING:
    # The row's module reads its kind's label from here.
    from shumoos.sms.models import Urgency

Context = Callable[[Model | None, str], dict[str, Any]]
Samples = Callable[[str], list[dict[str, Any]]]


class Pointless(Exception):
    """Raised by a kind's `context` when its text has lost its purpose, such as a password already changed.

    The text is then cancelled, and is not a failure.
    """


@dataclass(frozen=True)
class Kind:
    name: str
    urgency: "Urgency"
    template: str
    context: Context
    samples: Samples
    label: str | Promise

    @property
    def must_fit_one_part(self) -> bool:
        """Whether it may take one part only: in two, half a password could come an hour later."""
        from shumoos.sms.models import Urgency

        return self.urgency <= Urgency.CREDENTIALS


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    urgency: "Urgency",
    template: str,
    context: Context,
    samples: Samples,
    label: str | Promise,
) -> None:
    """Add a kind of text.

    `context(about, language)` returns what the template reads. The worker calls it once for every attempt,
    just before the text goes out and outside any transaction, so this is where a temporary password is
    made: the body is stored nowhere, and another attempt makes another one. `about` is read then too for
    codes and credentials, and for the others a moment earlier. It may raise `Pointless`.
    `samples(language)` returns such contexts made up of the longest values that occur, one for each wording
    of the template: the preview shows them, and codes and credentials have to fit one part with them.
    Raises ImproperlyConfigured where the name is taken.
    """
    if name in _kinds:
        raise ImproperlyConfigured(f"Two kinds of text are called {name!r}.")
    _kinds[name] = Kind(name, urgency, template, context, samples, label)


def get(name: str) -> Kind:
    """Return the kind of that name. Raises KeyError where no app has registered it."""
    return _kinds[name]


def registered() -> list[Kind]:
    """Return every kind, the most urgent first."""
    return sorted(_kinds.values(), key=lambda kind: (kind.urgency, kind.name))


def labels() -> dict[str, str]:
    """Return what every kind is called, in the language of the moment."""
    return {name: str(kind.label) for name, kind in sorted(_kinds.items())}
