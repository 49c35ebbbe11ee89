"""Files of records on their way in: as they were sent, how far they are read, and what was refused."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guests.kinds import KINDS, Kind
from guests.models.submissions import Submission, workplaces
from registration.models import Establishment, Mandate, Provider
from shumoos.accounts.models import Role


class FileStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting to be read")
    RUNNING = "running", _("Being read")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Failed")


class Mode(models.TextChoices):
    GOOD_ROWS = "good_rows", _("Take the good rows, and report the others")
    ALL_OR_NOTHING = "all_or_none", _("Take all rows, or none if one is wrong")
    CHECK_ONLY = "check_only", _("Only check the rows, take none")


UNFINISHED = [FileStatus.QUEUED, FileStatus.RUNNING]


class FileImportQuerySet(models.QuerySet["FileImport"]):
    def unfinished(self) -> "FileImportQuerySet":
        return self.filter(status__in=UNFINISHED)

    def due(self) -> "FileImportQuerySet":
        """Those to be read now: waiting, or left by a dead worker, and with none before of their place.

        In the order in which they came: a companion may follow their main guest in the next file.
        """
        earlier = self.unfinished().filter(establishment=OuterRef("establishment"), pk__lt=OuterRef("pk"))
        lapsed = timezone.now() - timedelta(seconds=settings.FILE_CLAIM_SECONDS)
        return self.filter(~Exists(earlier)).filter(
            Q(status=FileStatus.QUEUED) | Q(status=FileStatus.RUNNING, claimed_at__lt=lapsed)
        )

    @transaction.atomic
    def claim(self) -> "FileImport | None":
        """Take the first due import; each is taken once. None if none is due."""
        due = self.due().order_by("pk").select_for_update(of=("self",), skip_locked=True)
        taken = due.select_related("establishment__sector", "by", "submission", "mandate").first()
        if taken is None:
            return None
        taken.status = FileStatus.RUNNING
        taken.attempts += 1
        taken.claimed_at = timezone.now()
        taken.started_at = taken.started_at or taken.claimed_at
        taken.save(update_fields=["status", "attempts", "claimed_at", "started_at"])
        return taken

    def same_file_before(self, file_import: "FileImport") -> "FileImport | None":
        """The latest import before this one that took in the very same file of the same establishment."""
        return (
            self.filter(
                establishment=file_import.establishment_id,
                kind=file_import.kind,
                sha256=file_import.sha256,
                status=FileStatus.DONE,
                submission__isnull=False,
                pk__lt=file_import.pk,
            )
            .order_by("-pk")
            .first()
        )

    def visible_to(self, user) -> "FileImportQuerySet":
        """What was sent for the establishments this person works for; to an agent, their company's."""
        sent = self.filter(establishment__in=workplaces(user))
        if user.role == Role.PROVIDER:
            return sent.filter(mandate__agreement__provider__in=Provider.objects.served_by(user))
        return sent

    def unseen_by(self, user) -> "FileImportQuerySet":
        """Those of this person that have ended and whose page they have not opened since."""
        return self.filter(by=user, seen_at__isnull=True).exclude(status__in=UNFINISHED)


class FileImport(models.Model):
    """One file of records: who sent it, how far it has been read, and what came of it.

    Each attempt to read it has its number, and only the latest one writes. What a range of its rows came to
    is written in one transaction with `ranges_done`, so that every row counts once however often workers die.
    """

    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="file_imports",
        verbose_name=_("establishment"),
        db_index=False,
    )
    kind = models.CharField(_("record kind"), max_length=30)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"), db_index=False
    )
    mandate = models.ForeignKey(
        Mandate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mandate")
    )
    # Its receipt; a check has none.
    submission = models.OneToOneField(
        Submission, models.PROTECT, null=True, related_name="file_import", verbose_name=_("submission")
    )
    mode = models.CharField(_("what to do"), max_length=12, choices=Mode, default=Mode.GOOD_ROWS)
    language = models.CharField(max_length=10, default="ar")
    file_name = models.CharField(_("file name"), max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    encoding = models.CharField(_("encoding"), max_length=20)
    # Columns that mean nothing to the kind, as they are called.
    ignored = models.JSONField(default=list)
    status = models.CharField(_("status"), max_length=10, choices=FileStatus, default=FileStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    stop_asked_at = models.DateTimeField(null=True)
    # An estimate until the end is reached; 0 where nobody knows.
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows read"), default=0)
    ranges_done = models.PositiveIntegerField(default=0)
    # Of a file that is taken whole or not at all: every row has been found right.
    is_checked = models.BooleanField(default=False)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    duplicate = models.PositiveIntegerField(_("already known"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    # Why it failed as a whole: a code of `guests.files.wording` and what its sentence names.
    problem = models.CharField(_("problem"), max_length=20, blank=True)
    problem_values = models.JSONField(default=dict)
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    seen_at = models.DateTimeField(null=True)

    objects = FileImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of records")
        verbose_name_plural = _("files of records")
        ordering = ["-id"]
        constraints = [
            # A second click on the same file finds the first one's row.
            models.UniqueConstraint(
                fields=["establishment", "kind", "mode", "sha256"],
                condition=Q(status__in=UNFINISHED) & ~Q(sha256=""),
                name="file_same_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED, finished_at__isnull=True)
                | ~Q(status__in=UNFINISHED) & Q(finished_at__isnull=False),
                name="file_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=FileStatus.FAILED) & ~Q(problem="")
                | ~Q(status=FileStatus.FAILED) & Q(problem=""),
                name="file_failed_has_problem",
            ),
            models.CheckConstraint(
                condition=~Q(status=FileStatus.DONE)
                | Q(rows_done=F("accepted") + F("duplicate") + F("rejected")),
                name="file_done_counts_every_row",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(status__in=UNFINISHED), name="file_unfinished"),
            models.Index(fields=["establishment", "-id"], name="file_of_establishment"),
            models.Index(fields=["establishment", "sha256", "-id"], name="file_of_same_file"),
            models.Index(fields=["by", "-id"], condition=Q(seen_at__isnull=True), name="file_unseen"),
        ]

    def __str__(self) -> str:
        return self.file_name or str(self.pk)

    @property
    def declaration(self) -> Kind:
        return KINDS[self.kind]

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED

    @property
    def is_check(self) -> bool:
        return self.mode == Mode.CHECK_ONLY

    @property
    def has_taken(self) -> bool:
        """Whether any of its rows may have been taken by now."""
        if self.mode == Mode.ALL_OR_NOTHING:
            return self.is_checked and self.ranges_done > 0
        return self.submission_id is not None

    @property
    def badge(self) -> tuple[str, str]:
        """The status in words, and the tone it is shown in."""
        tones = {
            FileStatus.QUEUED: "waiting",
            FileStatus.RUNNING: "info",
            FileStatus.DONE: "warning" if self.rejected else "success",
            FileStatus.STOPPED: "warning",
            FileStatus.FAILED: "danger",
        }
        words = self.get_status_display()
        if self.status == FileStatus.DONE and self.rejected:
            words = gettext("Done, with rejected rows")
        return words, tones[FileStatus(self.status)]

    @property
    def time_left(self) -> timedelta | None:
        """How much longer the reading takes at its speed so far; None where that cannot be told."""
        if self.status != FileStatus.RUNNING or not self.started_at or not self.rows_done:
            return None
        left = max(self.rows_total - self.rows_done, 0)
        return (timezone.now() - self.started_at) * left / self.rows_done if self.rows_total else None

    def mine(self) -> FileImportQuerySet:
        """The row, as long as this attempt is the latest one."""
        return FileImport.objects.filter(pk=self.pk, status=FileStatus.RUNNING, attempts=self.attempts)

    def hold(self, **shown: int) -> bool:
        """Keep the claim and show how far the reading is; False once another worker has taken the import."""
        return bool(self.mine().update(claimed_at=Now(), **shown))


class FilePart(models.Model):
    """A piece of a file that has not been read to its end, encrypted. Gone when the import has ended."""

    file_import = models.ForeignKey(FileImport, models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("part of a file")
        verbose_name_plural = _("parts of files")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["file_import", "number"], name="file_part_number_once")
        ]


class FileRange(models.Model):
    """A range of rows that is done, and which of its rows were not taken. Gone when the import has ended."""

    file_import = models.ForeignKey(FileImport, models.CASCADE, related_name="ranges", db_index=False)
    number = models.PositiveIntegerField()
    # Runs of row numbers: [[first, last], …]. Those taken are of earlier ranges: companions that waited.
    left_out = models.JSONField(default=list)
    taken = models.JSONField(default=list)

    class Meta:
        verbose_name = _("range of a file")
        verbose_name_plural = _("ranges of files")
        constraints = [models.UniqueConstraint(fields=["file_import", "number"], name="file_range_once")]


class WaitingCompanion(models.Model):
    """A row whose main guest has not come yet, until the end of the file shows whether they do."""

    file_import = models.ForeignKey(FileImport, models.CASCADE, related_name="waiting", db_index=False)
    row = models.PositiveIntegerField()
    client_reference = models.CharField(max_length=64)
    main = models.CharField(max_length=64)
    # Its canonical form, letter by letter.
    content = models.TextField()
    cells = models.JSONField()
    # Whether the main guest has come; None until the end of the file.
    is_found = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("waiting companion")
        verbose_name_plural = _("waiting companions")
        constraints = [models.UniqueConstraint(fields=["file_import", "row"], name="file_companion_once")]
        indexes = [
            models.Index(fields=["file_import", "client_reference"], name="file_companion_by_reference")
        ]


class RefusedRow(models.Model):
    """A row that was not taken, as it stood in the file, and why."""

    file_import = models.ForeignKey(FileImport, models.CASCADE, related_name="refused_rows", db_index=False)
    row = models.PositiveIntegerField(_("row"))
    # [field, code, rule, values]: the sentence is made when it is read, in the reader's language.
    faults = models.JSONField(_("faults"))
    # By field, as typed; of a row whose cells cannot be told apart, the whole under "".
    cells = models.JSONField(_("cells"))

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["file_import", "row"], name="file_refused_row_once")]
