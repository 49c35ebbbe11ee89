"""What somebody asks an authority or an office for has one end, with who gave it and when."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from registration.moves import MoveRefused
from shumoos.accounts.models import User


def end(request: Any, outcome: str, *, by: User, answer: str = "") -> bool:
    """Give a request its end under a lock; False where it has had the same before.

    `request` is a row with `outcome`, `answer`, `ended_by` and `ended_at`. Raises MoveRefused where it has
    ended in another way, and ValidationError where its end lacks something.
    """
    rows = type(request)._default_manager.select_for_update(of=("self",))
    request.refresh_from_db(from_queryset=rows)
    if request.outcome == outcome:
        return False
    if request.outcome:
        raise MoveRefused(
            _("This request has ended already: %(outcome)s.") % {"outcome": request.get_outcome_display()}
        )
    request.outcome = outcome
    request.answer = answer
    request.ended_by = by
    request.ended_at = timezone.now()
    request.full_clean()
    request.save(update_fields=["outcome", "answer", "ended_by", "ended_at"])
    return True
