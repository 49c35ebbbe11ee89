"""Files that people give: what every app that keeps some knows of each."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.storage import random_name


class ScanState(models.TextChoices):
    UNSCANNED = "unscanned", _("Not scanned")
    WAITING = "waiting", _("Being checked")
    CLEAN = "clean", _("Clean")
    INFECTED = "infected", _("Harmful, removed")


class KeptFile(models.Model):
    """A file that was given: cleaned, encrypted, and opened for nobody while it waits for a scanner."""

    # The fields of what people see of it: gone once a scanner has found it harmful.
    content_fields: ClassVar[tuple[str, ...]] = ("file",)

    # Empty once a scanner has found the file harmful.
    file = models.FileField(_("file"), upload_to=random_name, max_length=60)
    content_type = models.CharField(_("content type"), max_length=30)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    scan_state = models.CharField(_("scan"), max_length=10, choices=ScanState, default=ScanState.UNSCANNED)
    # The upload as it came in, for the scanner; empty where it needs no scan, or has had it.
    original = models.FileField(upload_to=random_name, max_length=60, blank=True, editable=False)
    scan_tried_at = models.DateTimeField(null=True, editable=False)
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def is_being_checked(self) -> bool:
        """Whether it waits for the scanner: until then nobody opens it."""
        return self.scan_state == ScanState.WAITING

    @property
    def is_harmful(self) -> bool:
        """Whether a scanner has found it harmful: its content is gone."""
        return self.scan_state == ScanState.INFECTED

    @property
    def file_names(self) -> list[str]:
        """The stored files that belong to it."""
        files = [getattr(self, field) for field in (*self.content_fields, "original")]
        return [str(each.name) for each in files if each]
