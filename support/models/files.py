"""Files that come with what is written in a ticket."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registration.models import KeptFile, ScanState
from support.models.tickets import Ticket, TicketEntry


class TicketFile(KeptFile):
    """A file given with a ticket: cleaned and encrypted as the documents of applications are."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="files", verbose_name=_("ticket"))
    # With which message it came.
    entry = models.ForeignKey(TicketEntry, models.PROTECT, related_name="files")

    class Meta:
        verbose_name = _("file of a ticket")
        verbose_name_plural = _("files of tickets")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "sha256"], name="ticket_file_once"),
            models.CheckConstraint(
                condition=Q(content_type__in=["image/jpeg", "application/pdf"]),
                name="ticket_file_type_is_safe",
            ),
            models.CheckConstraint(
                condition=Q(scan_state=ScanState.INFECTED, file="")
                | ~Q(scan_state=ScanState.INFECTED) & ~Q(file=""),
                name="ticket_file_harmful_is_gone",
            ),
            models.CheckConstraint(
                condition=Q(scan_state=ScanState.WAITING) & ~Q(original="")
                | ~Q(scan_state=ScanState.WAITING) & Q(original=""),
                name="ticket_file_waiting_has_original",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scan_tried_at", "id"],
                condition=Q(scan_state=ScanState.WAITING),
                name="ticket_file_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}.{self.pk}"
