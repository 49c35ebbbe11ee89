"""Nil returns: an establishment's word that it dealt with nobody on a day."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.kinds import KINDS
from guests.models.submissions import Door, Submission, workplaces
from registration.models import Establishment, Mandate


def lock(establishment: Establishment, kind: str, *, is_shared: bool = False) -> None:
    """Let filing a nil return and taking in records wait for each other until the transaction ends."""
    function = "pg_advisory_xact_lock_shared" if is_shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {function}(hashtext('nil return ' || %s), %s)", [kind, establishment.pk % 2**31]
        )


class NilReturnQuerySet(models.QuerySet["NilReturn"]):
    def standing(self) -> "NilReturnQuerySet":
        """Those that no record of their day has voided."""
        return self.filter(voided_at__isnull=True)

    def void(self, establishment: Establishment, kind: str, days: Iterable[date]) -> int:
        """Void those of these days, of which records have been accepted; return how many there were.

        For the transaction that has inserted the records. It waits for one that files a nil return at this
        moment, and one that begins to waits for it, so that no day keeps both.
        """
        lock(establishment, kind, is_shared=True)
        found = self.standing().filter(establishment=establishment, kind=kind, day__in=days)
        return found.update(voided_at=Now())

    def visible_to(self, user) -> "NilReturnQuerySet":
        """Those of the establishments this person works for."""
        return self.filter(establishment__in=workplaces(user))


class NilReturn(models.Model):
    """An establishment's word that it dealt with nobody of a kind on a day, until a record says otherwise."""

    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="nil_returns",
        verbose_name=_("establishment"),
        db_index=False,
    )
    kind = models.CharField(_("record kind"), max_length=30)
    day = models.DateField(_("day"))
    # Its receipt.
    submission = models.OneToOneField(
        Submission, models.PROTECT, related_name="nil_return", verbose_name=_("submission")
    )
    # Nobody, where it was filed by itself.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    mandate = models.ForeignKey(
        Mandate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mandate")
    )
    door = models.CharField(_("sent by"), max_length=4, choices=Door)
    filed_at = models.DateTimeField(_("filed at"), default=timezone.now, editable=False)
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)

    objects = NilReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("nil return")
        verbose_name_plural = _("nil returns")
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "kind", "day"],
                condition=Q(voided_at__isnull=True),
                name="nil_return_once_a_day",
                violation_error_message=_("There is a nil return for this day already."),
            ),
        ]
        indexes = [models.Index(fields=["establishment", "day"], name="nil_return_by_day")]

    def __str__(self) -> str:
        return f"{self.establishment_id} {self.kind} {self.day}"

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind].label)
