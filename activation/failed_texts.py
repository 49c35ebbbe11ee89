"""Credentials that have not reached their owner, for queue and review."""

from collections.abc import Iterable
from typing import cast

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet

from activation.models import Subscription, SubscriptionStatus
from registration.models import Application
from shumoos.accounts.models import User
from shumoos.sms.models import Status, TextMessage, TextMessageQuerySet, Urgency


def failed_texts(subscriptions: QuerySet[Subscription]) -> TextMessageQuerySet:
    """Return the texts with credentials of these that somebody has to look at.

    Not while another text is on its way, for which somebody has looked already, nor of a subscription that is
    closed, whose establishment may have another owner by now.
    """
    another = TextMessage.objects.filter(
        urgency=Urgency.CREDENTIALS,
        about_type=OuterRef("about_type"),
        about_id=OuterRef("about_id"),
        status__in=[Status.QUEUED, Status.SENDING],
    )
    needing = TextMessage.objects.needing_attention().filter(~Exists(another))
    return needing.about_any_of(subscriptions.exclude(status=SubscriptionStatus.CLOSED))


def with_failed_text(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Narrow applications to those whose credentials need somebody to look at their text.

    As `failed_texts`, nor where the owner has signed in all the same, whatever became of the text's receipt.
    """
    failed = failed_texts(Subscription.objects.all())
    has_none = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    waiting = User.objects.filter(Q(must_change_password=True) | has_none)
    return applications.filter(
        subscription__in=failed.values("about_id"), establishment__owner__user__in=waiting
    )


def reasons(applications: Iterable[Application]) -> dict[int, str]:
    """Return by application's key why its credentials have not arrived, in plain words; two queries."""
    rows = Subscription.objects.filter(application__in=[application.pk for application in applications])
    of = dict(rows.values_list("pk", "application_id"))
    return {of[cast(int, text.about_id)]: text.reason for text in failed_texts(rows)}
