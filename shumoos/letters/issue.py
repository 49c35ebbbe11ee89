"""Issuing letters: a number without gaps, and what becomes of a letter later."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shumoos.letters.models import Kind, Letter, LetterEvent, Series, Status
from shumoos.saudi import calendar

MOVES = {
    Status.VALID: {Status.SUPERSEDED, Status.REVOKED},
    Status.SUPERSEDED: {Status.REVOKED},
}

# What the templates cannot do without.
CONTENT = {Kind.STATEMENT: {"authority", "office", "supervisor", "reference", "period_from", "period_until"}}
NOTICE_CONTENT = {"title", "paragraphs"}


class MoveRefused(Exception):
    """A letter cannot take that status any more; the message is for the user."""


@transaction.atomic
def issue(
    *, kind: Kind, series: str, establishment: str, licence_number: str, content: dict[str, Any]
) -> Letter:
    """Issue a letter under the next number of the series in this year, as Riyadh counts it.

    The series stays locked until the caller's transaction ends, so that a rollback leaves no gap: issue late
    in it. `content` holds what the letter's template prints; see `shumoos.letters.render`.
    Raises ValueError where the content lacks something, ValidationError where a name is missing or too long.
    """
    if missing := CONTENT.get(kind, NOTICE_CONTENT) - content.keys():
        raise ValueError(f"The content of this letter lacks {sorted(missing)}.")
    letter = Letter(
        kind=kind,
        series=series,
        year=calendar.today().year,
        establishment=establishment,
        licence_number=licence_number,
        content=content,
    )
    letter.clean_fields(exclude=["sequence"])
    letter.sequence = take_number(letter.series, letter.year)
    letter.save(force_insert=True)
    return letter


def lock_series(name: str) -> None:
    """Hold this year's numbers of a series until the caller's transaction ends.

    For whoever issues a letter after having changed rows that others change while holding the series: those
    would wait for each other.
    """
    Series.objects.get_or_create(name=name, year=calendar.today().year)
    list(Series.objects.select_for_update().filter(name=name, year=calendar.today().year))


def take_number(name: str, year: int) -> int:
    Series.objects.get_or_create(name=name, year=year)
    series = Series.objects.select_for_update().get(name=name, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return series.last


@transaction.atomic
def supersede(letter: Letter, *, replacement: Letter, by: Any = None, reason: str = "") -> None:
    """Mark a letter as superseded by a newer one. Repeating changes nothing; MoveRefused if it is revoked."""
    move_letter(letter, Status.SUPERSEDED, by=by, reason=reason, replacement=replacement)


@transaction.atomic
def revoke(letter: Letter, *, by: Any, reason: str) -> None:
    """Take a letter back for good. Repeating it changes nothing; ValidationError without a reason."""
    move_letter(letter, Status.REVOKED, by=by, reason=reason)


@transaction.atomic
def move_letter(
    letter: Letter, to: Status, *, by: Any, reason: str, replacement: Letter | None = None
) -> None:
    letter.refresh_from_db(from_queryset=Letter.objects.select_for_update())
    if letter.status == to:
        return
    if to not in MOVES.get(Status(letter.status), ()):
        raise MoveRefused(
            _("Letter %(number)s is already %(status)s.")
            % {"number": letter.number, "status": letter.get_status_display()}
        )
    event = LetterEvent(letter=letter, old=letter.status, new=to, by=by, reason=reason.strip())
    event.full_clean(exclude=["by"])
    event.save()
    letter.status = to
    letter.replaced_by = replacement or letter.replaced_by
    letter.save(update_fields=["status", "replaced_by"])
