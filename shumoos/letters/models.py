"""Numbered official documents, which anyone can verify."""

import secrets
import uuid
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shumoos.append_only import append_only

# Without I, L, O, U and the digits they are taken for: a code is read from paper.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
# In a row of a wording, the key of a cell in which each letter has something of its own.
OWN = "own"


def make_code() -> str:
    """Return a verification code of 16 characters, which nobody can guess (78 bits)."""
    return "".join(secrets.choice(CODE_ALPHABET) for _position in range(CODE_LENGTH))


def copy_name(instance: object, filename: str) -> str:
    """Return a new random name for a letter's PDF, spread over 256 folders."""
    name = uuid.uuid4().hex
    return f"letters/{name[:2]}/{name}"


class Kind(models.TextChoices):
    STATEMENT = "statement", _("Statement letter")
    WARNING = "warning", _("Warning")
    FINE = "fine", _("Fine notice")
    SUSPENSION = "suspension", _("Suspension order")
    RECEIPT = "receipt", _("Receipt for records")
    PAYMENT = "payment", _("Receipt for a payment")
    LIFTING = "lifting", _("Lifting of a suspension order")
    DECISION = "decision", _("Decision on an objection")
    RELIEF = "relief", _("Decision on a fine")
    REFUND = "refund", _("Notice of a refund")


class Status(models.TextChoices):
    VALID = "valid", _("Valid")
    SUPERSEDED = "superseded", _("Superseded")
    REVOKED = "revoked", _("Revoked")


class Series(models.Model):
    """The counter of one series in one year. Locked while a number is taken, so that none is missing."""

    name = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "year"], name="series_once_a_year")]


class Certificate(models.Model):
    """One whose key has signed letters. Kept for ever, so that they verify when the key is another."""

    fingerprint = models.CharField(_("SHA-256"), max_length=64, unique=True)
    content = models.BinaryField()  # DER
    used_since = models.DateTimeField(_("used since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.fingerprint


class Wording(models.Model):
    """What letters issued at one time have in common, kept once for all of them. Never changed."""

    content = models.JSONField(_("content"), encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.content.get('title', '')} {self.pk}"


class Letter(models.Model):
    """A letter as it was issued. Its content is kept with it: what is printed later is what was issued.

    Its PDF is made and signed when it is first asked for, and from then on it is those bytes: see
    `shumoos.letters.copies`.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    series = models.CharField(_("series"), max_length=40)
    year = models.PositiveSmallIntegerField(_("year"))
    sequence = models.PositiveIntegerField(_("sequence"))
    code = models.CharField(_("verification code"), max_length=CODE_LENGTH, default=make_code)
    establishment = models.CharField(_("establishment"), max_length=200)
    licence_number = models.CharField(_("licence number"), max_length=40)
    content = models.JSONField(_("content"), encoder=DjangoJSONEncoder)
    # What it says besides, as others do that were issued with it.
    wording = models.ForeignKey(
        Wording,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        # Written in the statement that writes its letters, and never deleted: nothing is left to check.
        db_constraint=False,
        editable=False,
        verbose_name=_("wording"),
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.VALID)
    replaced_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        db_index=False,
        verbose_name=_("replaced by"),
    )
    issued_at = models.DateTimeField(_("issued at"), default=timezone.now, editable=False)

    pdf = models.FileField(_("PDF"), upload_to=copy_name, max_length=60, blank=True, editable=False)
    sha256 = models.CharField(_("SHA-256 of the PDF"), max_length=64, blank=True, editable=False)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True, editable=False)
    certificate = models.ForeignKey(
        Certificate,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        editable=False,
        verbose_name=_("certificate"),
    )

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-id"]
        permissions = [("revoke", _("Can revoke letters"))]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="letter_code_once"),
            models.UniqueConstraint(fields=["series", "year", "sequence"], name="letter_number_once"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="letter_sequence_from_one"),
            models.UniqueConstraint(fields=["sha256"], condition=~Q(sha256=""), name="letter_pdf_once"),
            models.CheckConstraint(
                condition=Q(pdf="", sha256="", signed_at__isnull=True, certificate__isnull=True)
                | ~Q(pdf="") & ~Q(sha256="") & Q(signed_at__isnull=False, certificate__isnull=False),
                name="letter_pdf_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SUPERSEDED) | Q(replaced_by__isnull=False),
                name="letter_superseded_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["licence_number"], name="letter_of_licence"),
            # Of nearly all letters nothing became: they need no place in it.
            models.Index(
                fields=["replaced_by"], condition=Q(replaced_by__isnull=False), name="letter_replacing"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="letter_as_issued",
                fields=[
                    "kind",
                    "series",
                    "year",
                    "sequence",
                    "code",
                    "establishment",
                    "licence_number",
                    "content",
                    "wording",
                    "issued_at",
                ],
            ),
            pgtrigger.Protect(
                name="letter_pdf_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__signed_at__isnull=False)
                & (
                    pgtrigger.Q(old__pdf__df=pgtrigger.F("new__pdf"))
                    | pgtrigger.Q(old__sha256__df=pgtrigger.F("new__sha256"))
                    | pgtrigger.Q(old__certificate__df=pgtrigger.F("new__certificate"))
                    | pgtrigger.Q(old__signed_at__df=pgtrigger.F("new__signed_at"))
                ),
            ),
            pgtrigger.Protect(name="letter_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number as printed: series, year and a sequence without gaps, such as `RUH/2026/00017`."""
        return f"{self.series}/{self.year}/{self.sequence:05d}"

    @property
    def says(self) -> dict[str, Any]:
        """All that it says: its own content and what it has in common with others, its own rows first."""
        if self.wording is None:
            return self.content
        common = self.wording.content
        own = {"establishment": self.establishment, "licence_number": self.licence_number, **self.content}
        shared = [
            [own[cell[OWN]] if isinstance(cell, dict) else cell for cell in row]
            for row in common.get("rows", [])
        ]
        return {**common, **self.content, "rows": [*self.content.get("rows", []), *shared]}

    @property
    def shown_establishment(self) -> str:
        """The establishment as the letter names it: in English for an English page, where it does so."""
        in_english = self.content.get("establishment_en", "") if get_language() == "en" else ""
        return in_english or self.establishment

    @property
    def shown_code(self) -> str:
        """The verification code as printed, in groups of four."""
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))


class LetterEvent(models.Model):
    """What became of a letter after it was issued, why, and by whom."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="events", verbose_name=_("letter"))
    old = models.CharField(_("before"), max_length=12, choices=Status)
    new = models.CharField(_("after"), max_length=12, choices=Status)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("letter event")
        verbose_name_plural = _("letter events")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(new=Status.REVOKED) | ~Q(reason=""),
                name="letter_event_revoked_has_reason",
                violation_error_message=_("Say why the letter is revoked."),
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.old} {self.new}"


class Check(models.Model):
    """A file that somebody had compared with the letters issued: counted, so that it has an end."""

    address = models.GenericIPAddressField(_("address"))
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["address", "at"], name="check_of_address")]
