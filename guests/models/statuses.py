"""How far a record is on its way to the information centre."""

from django.db import models
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
