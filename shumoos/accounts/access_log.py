"""The record of who looked at whose data."""

from django.db import models
from django.http import HttpRequest

from shumoos.accounts.models import Look


def log_look(request: HttpRequest, action: str, subject: models.Model, *, reason: str = "") -> None:
    """Record that the signed-in person looks at `subject`, before they are shown it.

    `action` is a short word such as `document`. The subject is kept by its model and key, so that the log
    itself holds no personal data.
    """
    user = request.user
    Look.objects.create(
        by=user if user.is_authenticated else None,
        role=getattr(user, "role", ""),
        action=action,
        subject=f"{subject._meta.label_lower}:{subject.pk}",
        reason=reason,
        address=request.META.get("REMOTE_ADDR") or None,
        request_id=getattr(request, "id", ""),
    )
