"""The batches in which records go to the information centre."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A worker that has not come back after this long is taken for dead, and its batch is sent again.
CLAIM_LAPSES_AFTER = timedelta(minutes=2)
FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=15)


class BatchQuerySet(models.QuerySet["Batch"]):
    def due(self) -> "BatchQuerySet":
        """Those to be sent again: their time has come, or their worker has not come back."""
        lapsed = timezone.now() - CLAIM_LAPSES_AFTER
        return self.filter(finished_at__isnull=True).filter(
            Q(claimed_at__isnull=True, next_try_at__lte=Now()) | Q(claimed_at__lt=lapsed)
        )

    def unanswered(self) -> "BatchQuerySet":
        """Those whose last try brought no answer that could be read."""
        return self.filter(finished_at__isnull=True).exclude(problem="")


class Batch(models.Model):
    """What goes to the centre in one request. A retry carries the same number, so that it is known again."""

    number = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(default=timezone.now)
    # Why the last try brought no answer, for operators: `timeout`, `status 503`.
    problem = models.CharField(max_length=20, blank=True)
    finished_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(finished_at__isnull=True), name="batch_due")
        ]

    def __str__(self) -> str:
        return str(self.number)

    def delay(self) -> timedelta:
        """How long to wait after this many tries: twice as long each time, a quarter of an hour at most."""
        return min(FIRST_DELAY * 2 ** min(self.attempts - 1, 10), LONGEST_DELAY)
