"""The authorities' registers on their way in: files as they were given, and the lines that were refused."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.models.places import Authority


class ImportStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting to be read")
    RUNNING = "running", _("Being read")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


UNFINISHED = [ImportStatus.QUEUED, ImportStatus.RUNNING]


class RegisterImportQuerySet(models.QuerySet["RegisterImport"]):
    def unfinished(self) -> "RegisterImportQuerySet":
        return self.filter(status__in=UNFINISHED)

    def due(self) -> "RegisterImportQuerySet":
        """Those to be read now: waiting, or left by a dead worker, and with none before of their authority.

        In the order in which they came, because the later register is the one that holds.
        """
        earlier = self.unfinished().filter(authority=OuterRef("authority"), pk__lt=OuterRef("pk"))
        lapsed = timezone.now() - timedelta(seconds=settings.REGISTER_CLAIM_SECONDS)
        return self.filter(~Exists(earlier)).filter(
            Q(status=ImportStatus.QUEUED) | Q(status=ImportStatus.RUNNING, claimed_at__lt=lapsed)
        )

    @transaction.atomic
    def claim(self) -> "RegisterImport | None":
        """Take the first due import, to be read from its first line; each is taken once. None if none is."""
        # Not of the authorities, which others' imports refer to.
        taken = self.due().order_by("pk").select_for_update(of=("self",), skip_locked=True).first()
        if taken is None:
            return None
        taken.status = ImportStatus.RUNNING
        taken.attempts += 1
        taken.claimed_at = timezone.now()
        taken.rows_done = 0
        taken.save(update_fields=["status", "attempts", "claimed_at", "rows_done"])
        return taken

    def same_file_before(self, register_import: "RegisterImport") -> "RegisterImport | None":
        """The latest import before this one that took in the very same file of the same authority."""
        return (
            self.filter(
                authority=register_import.authority_id,
                sha256=register_import.sha256,
                status=ImportStatus.DONE,
                pk__lt=register_import.pk,
            )
            .order_by("-pk")
            .first()
        )

    def visible_to(self, user) -> "RegisterImportQuerySet":
        """Those of the officer's own authority; all for an auditor, those of operators too."""
        if user.role == "authority":
            return self.filter(authority__officers=user)
        if user.role == "auditor":
            return self.all()
        return self.none()


class RegisterImport(models.Model):
    """One file of licences: who gave it, how far it has been read, and what came of it.

    Each attempt to read it has its number. What an attempt finds is written in one transaction at its end,
    and only while it is the latest one, so that a file counts once however often its workers die.
    """

    authority = models.ForeignKey(
        Authority,
        models.PROTECT,
        null=True,
        related_name="imports",
        verbose_name=_("licensing authority"),
        # None where an operator loads the registers of several from the command line.
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    file_name = models.CharField(_("file name"), max_length=100, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    encoding = models.CharField(_("encoding"), max_length=20)
    status = models.CharField(_("status"), max_length=10, choices=ImportStatus, default=ImportStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    # An estimate until the end is reached: blank lines count, too.
    rows_total = models.PositiveIntegerField(_("lines"), default=0)
    rows_done = models.PositiveIntegerField(_("lines read"), default=0)
    created = models.PositiveIntegerField(_("new licences"), default=0)
    updated = models.PositiveIntegerField(_("changed licences"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged licences"), default=0)
    refused = models.PositiveIntegerField(_("refused lines"), default=0)
    owner_changes = models.PositiveIntegerField(_("licences with another owner"), default=0)
    # Why an import failed as a whole: a code of `registration.registers.wording`.
    problem = models.CharField(_("problem"), max_length=20, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("register import")
        verbose_name_plural = _("register imports")
        permissions = [("load_register", _("Can load one's own authority's register"))]
        ordering = ["-id"]
        constraints = [
            # A second click on the same file finds the first one's row.
            models.UniqueConstraint(
                fields=["authority", "sha256"],
                condition=Q(status__in=UNFINISHED) & ~Q(sha256=""),
                name="import_same_file_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED, finished_at__isnull=True)
                | ~Q(status__in=UNFINISHED) & Q(finished_at__isnull=False),
                name="import_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=ImportStatus.FAILED) & ~Q(problem="")
                | ~Q(status=ImportStatus.FAILED) & Q(problem=""),
                name="import_failed_has_problem",
            ),
            models.CheckConstraint(
                condition=~Q(status=ImportStatus.DONE)
                | Q(rows_done=F("created") + F("updated") + F("unchanged") + F("refused")),
                name="import_done_counts_every_line",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(status__in=UNFINISHED), name="import_unfinished"),
            models.Index(fields=["authority", "-id"], name="import_of_authority"),
            models.Index(fields=["authority", "sha256", "-id"], name="import_of_same_file"),
        ]

    def __str__(self) -> str:
        return self.file_name or str(self.pk)

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED

    @property
    def is_read(self) -> bool:
        """Whether every line has been looked at and what is left is to put them into the register."""
        return self.status == ImportStatus.RUNNING and 0 < self.rows_total <= self.rows_done

    @property
    def badge(self) -> tuple[str, str]:
        """The status in words, and the tone it is shown in."""
        tones = {
            ImportStatus.QUEUED: "waiting",
            ImportStatus.RUNNING: "info",
            ImportStatus.DONE: "warning" if self.refused else "success",
            ImportStatus.FAILED: "danger",
        }
        words = self.get_status_display()
        if self.status == ImportStatus.DONE and self.refused:
            words = gettext("Done, with refused lines")
        return words, tones[ImportStatus(self.status)]

    def hold(self, rows_done: int) -> bool:
        """Show how far the reading is and keep the claim; False once another worker has taken the import."""
        mine = RegisterImport.objects.filter(pk=self.pk, status=ImportStatus.RUNNING, attempts=self.attempts)
        return bool(mine.update(rows_done=rows_done, claimed_at=Now()))


class RegisterPart(models.Model):
    """A piece of a file that has not been read to its end, encrypted. Gone when the import has ended."""

    register_import = models.ForeignKey(RegisterImport, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("part of a register")
        verbose_name_plural = _("parts of registers")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["register_import", "number"], name="part_number_once_an_import")
        ]


class RefusedLine(models.Model):
    """A line that was not taken into the register, as it stood in the file, and why."""

    register_import = models.ForeignKey(
        RegisterImport, models.CASCADE, related_name="refused_lines", db_index=False
    )
    line = models.PositiveIntegerField(_("line"))
    # [field, code, values]: the sentence is made when it is read, in the reader's language.
    faults = models.JSONField(_("faults"))
    cells = models.JSONField(_("cells"))

    class Meta:
        verbose_name = _("refused line")
        verbose_name_plural = _("refused lines")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["register_import", "line"], name="refused_line_once_an_import")
        ]
