"""Daily receipts: one number for everything that an establishment has sent on a day."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.models.submissions import workplaces
from registration.models import Establishment
from shumoos.letters.models import Letter
from shumoos.saudi import receipt_number


class DailyReceiptQuerySet(models.QuerySet["DailyReceipt"]):
    def visible_to(self, user) -> "DailyReceiptQuerySet":
        """Those of the establishments this person works for."""
        return self.filter(establishment__in=workplaces(user))


class DailyReceipt(models.Model):
    """What an establishment has sent on one day of Riyadh, summed up once the day was over."""

    number = models.CharField(_("receipt number"), max_length=16, unique=True)
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="daily_receipts",
        verbose_name=_("establishment"),
        db_index=False,
    )
    day = models.DateField(_("day"))
    submissions = models.PositiveIntegerField(_("submissions"))
    accepted = models.PositiveIntegerField(_("accepted"))
    duplicate = models.PositiveIntegerField(_("already known"))
    rejected = models.PositiveIntegerField(_("rejected"))
    nil_returns = models.PositiveIntegerField(_("nil returns"))
    # Corrections, departures and cancellations.
    changes = models.PositiveIntegerField(_("changes of records"), default=0, db_default=0)
    # Over the number and the digest of each receipt of the day, in their order.
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    letter = models.OneToOneField(Letter, models.PROTECT, null=True, related_name="daily_receipt")

    objects = DailyReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily receipt")
        verbose_name_plural = _("daily receipts")
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["establishment", "day"], name="daily_receipt_once_a_day"),
        ]

    def __str__(self) -> str:
        return self.shown_number

    @property
    def shown_number(self) -> str:
        return receipt_number.show(self.number)
