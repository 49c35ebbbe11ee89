"""Credentials that have not reached their owner: the one place that says which, for queue and review."""

from datetime import timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from activation.models import Subscription
from registration.models import Application
from shumoos.accounts.models import User
from shumoos.sms.models import Status, TextMessage

# Without a receipt for so long, a text is taken for one that did not arrive.
RECEIPT_WITHIN = timedelta(minutes=30)


def undelivered() -> QuerySet[TextMessage]:
    """Return the credentials texts about subscriptions that failed for good or have no delivery receipt."""
    return TextMessage.objects.filter(
        Q(status=Status.FAILED) | Q(status=Status.SENT, sent_at__lt=Now() - RECEIPT_WITHIN),
        kind="credentials",
        about_type=ContentType.objects.get_for_model(Subscription),
    )


def with_failed_text(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Narrow applications to those whose latest credentials text needs somebody to look at it.

    Not where a later text is on its way or was received, nor where the owner has signed in all the same.
    """
    later = TextMessage.objects.filter(
        kind="credentials",
        about_type=OuterRef("about_type"),
        about_id=OuterRef("about_id"),
        queued_at__gt=OuterRef("queued_at"),
    ).exclude(status=Status.CANCELLED)
    failed = undelivered().filter(~Exists(later))
    has_none = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    waiting = User.objects.filter(Q(must_change_password=True) | has_none)
    return applications.filter(
        subscription__in=failed.values("about_id"), establishment__owner__user__in=waiting
    )
