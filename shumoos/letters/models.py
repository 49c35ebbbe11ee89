"""Numbered official documents, which anyone can verify."""

import secrets

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Without I, L, O, U and the digits they are taken for: a code is read from paper.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16


def make_code() -> str:
    """Return a verification code of 16 characters, which nobody can guess (78 bits)."""
    return "".join(secrets.choice(CODE_ALPHABET) for _position in range(CODE_LENGTH))


class Kind(models.TextChoices):
    STATEMENT = "statement", _("Statement letter")
    WARNING = "warning", _("Warning")
    FINE = "fine", _("Fine notice")
    SUSPENSION = "suspension", _("Suspension order")


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


class Letter(models.Model):
    """A letter as it was issued. Its content is kept with it: what is printed later is what was issued."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    series = models.CharField(_("series"), max_length=40)
    year = models.PositiveSmallIntegerField(_("year"))
    sequence = models.PositiveIntegerField(_("sequence"))
    code = models.CharField(_("verification code"), max_length=CODE_LENGTH, unique=True, default=make_code)
    establishment = models.CharField(_("establishment"), max_length=200)
    licence_number = models.CharField(_("licence number"), max_length=40)
    content = models.JSONField(_("content"), encoder=DjangoJSONEncoder)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.VALID)
    issued_at = models.DateTimeField(_("issued at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["series", "year", "sequence"], name="letter_number_once"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="letter_sequence_from_one"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number as printed: series, year and a sequence without gaps, such as `RUH/2026/00017`."""
        return f"{self.series}/{self.year}/{self.sequence:05d}"

    @property
    def shown_code(self) -> str:
        """The verification code as printed, in groups of four."""
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))
