"""The record of who looked at whose data."""

from django.db import models
from django.http import HttpRequest

from shumoos.accounts.models import Look


def log_look(request: HttpRequest, action: str, subject: models.Model | str, *, reason: str = "") -> None:
    """Record that the signed-in person looks at `subject`, before they are shown it.

    `action` is a short word such as `document`. A row is kept by its model and key, so that the log itself
    holds no personal data; what is no row is named in text, which must hold none either.
    """
    user = request.user
    Look.objects.create(
        by=user if user.is_authenticated else None,
        role=getattr(user, "role", ""),
        action=action,
        subject=subject if isinstance(subject, str) else f"{subject._meta.label_lower}:{subject.pk}",
        reason=reason,
        address=request.META.get("REMOTE_ADDR") or None,
        request_id=getattr(request, "id", ""),
    )
