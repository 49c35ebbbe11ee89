"""Whose texts somebody may look at: those about rows they may see, which the apps of the rows say.

An app hands it down from its `AppConfig.ready`. Texts about what nobody has spoken for, such as codes, are
seen by whoever may see every text, and by nobody else.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet

from shumoos.sms.models import TextMessage

Scope = Callable[[Any], QuerySet[Any]]

_scopes: dict[type[Model], Scope] = {}


def register(model: type[Model], visible_to: Scope) -> None:
    """Say that texts about rows of `model` are for whoever sees these, which `visible_to(user)` returns."""
    _scopes[model] = visible_to


def texts_for(user: Any) -> QuerySet[TextMessage]:
    """Return the texts that this person may look at: all of them with `sms.view_every_text`."""
    if user.has_perm("sms.view_every_text"):
        return TextMessage.objects.all()
    seen = Q(pk__in=[])
    for model, visible_to in _scopes.items():
        about = ContentType.objects.get_for_model(model)
        seen |= Q(about_type=about, about_id__in=visible_to(user).order_by().values("pk"))
    return TextMessage.objects.filter(seen)
