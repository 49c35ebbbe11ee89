"""How far a record, or a later version of it, is on its way to the information centre."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TransferStatus(models.TextChoices):
    """How far a record is on its way to the centre: kept by us, taken by the centre, or refused by it."""

    ACCEPTED = "accepted", _("Accepted")
    SENDING = "sending", _("Being transferred")
    TRANSFERRED = "transferred", _("Transferred")
    REFUSED = "refused", _("Refused by the centre")


TONES = {
    TransferStatus.ACCEPTED: "waiting",
    TransferStatus.SENDING: "info",
    TransferStatus.TRANSFERRED: "success",
    TransferStatus.REFUSED: "danger",
}

# What the centre has answered for.
ENDED = [TransferStatus.TRANSFERRED, TransferStatus.REFUSED]


def agreement(name: str) -> list[models.CheckConstraint]:
    """The constraints by which state, batch and answer agree; their names begin with `name`."""
    return [
        models.CheckConstraint(
            condition=Q(state__in=ENDED, acknowledged_at__isnull=False)
            | ~Q(state__in=ENDED) & Q(acknowledged_at__isnull=True),
            name=f"{name}_ended_is_acknowledged",
        ),
        models.CheckConstraint(
            condition=Q(state=TransferStatus.ACCEPTED, batch__isnull=True)
            | ~Q(state=TransferStatus.ACCEPTED) & Q(batch__isnull=False),
            name=f"{name}_waits_or_has_batch",
        ),
    ]
