"""Taking records in: every door hands them to `submit`, which answers for each of them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from guests import storing
from guests.kinds import KINDS, Kind
from guests.kinds.base import Content, canonical_json, sha256_of_written
from guests.kinds.errors import FieldError, RecordRefused, error
from guests.kinds.plain import PlainRows
from guests.models import ApiKey, Door, GuestRecord, RecordChange, SandboxSubmission, Submission
from guests.tasks import transfer_due_records
from registration import mandates
from registration.models import Establishment, Mandate, Scope
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import Role, User
from shumoos.celery import ring

# From so many on, records are looked at together first: to prepare for that takes its time.
MANY = 20
COUNTED = ["accepted", "duplicate", "rejected", "sha256"]


class SubmissionRefused(Exception):
    """Why nothing is taken from this establishment, as a sentence for whoever sends."""


@dataclass
class Result:
    """What came of one record of a submission. `record_id` is ours, of a duplicate the earlier one's."""

    index: int
    client_reference: str
    status: Literal["accepted", "duplicate", "rejected"]
    record_id: int | None = None
    errors: list[FieldError] = field(default_factory=list)
    # The content in its canonical form, from which the digest is made; "" where it is not to be read.
    written: str = field(default="", repr=False)
    # What the record's row holds besides.
    columns: dict[str, Any] = field(default_factory=dict, repr=False)
    # The reference of the main guest, of a companion.
    companion_of: str = ""

    @property
    def content(self) -> Content:
        """What the record says, read anew each time."""
        content: Content = json.loads(self.written) if self.written else {}
        return content

    def reject(self, error: FieldError) -> None:
        self.status = "rejected"
        self.record_id = None
        self.errors.append(error)


def kinds_of(establishment: Establishment) -> list[Kind]:
    """Return the kinds of record that the establishment's sector sends."""
    return [KINDS[code] for code in establishment.sector.record_kinds if code in KINDS]


def is_subscribed(establishment: Establishment) -> bool:
    """Whether records are taken from the establishment now, as they are in the days of grace, too."""
    return establishment.subscriptions.taking_guests().exists()


def why_refused(establishment: Establishment) -> str:
    """Return why no records are taken from an establishment that is not subscribed, and what to do."""
    # By name, because subscriptions belong to the app above.
    state = establishment.subscriptions.why_no_guests()
    if state == "suspended":
        sentence = _(
            "The subscription of %(name)s is suspended by order, so no records are taken. The start page "
            "says why; ask the investigation office of its region."
        )
    elif state == "ended":
        sentence = _(
            "The subscription of %(name)s has ended and its days of grace are over, so no records are taken. "
            "Have the licence renewed by its licensing authority."
        )
    elif state == "closed":
        sentence = _(
            "The subscription of %(name)s is closed, so no records are taken. To submit again, register the "
            "establishment again."
        )
    else:
        sentence = _(
            "The subscription of %(name)s is not active, so no records are taken. Ask the investigation "
            "office of its region, or call the support line."
        )
    return sentence % {"name": establishment.name}


def submit(
    *,
    establishment: Establishment,
    kind: str,
    records: Sequence[Any],
    door: Door,
    by: User | None,
) -> Submission:
    """Take records as they were sent, and return the submission with its receipt number and `results`.

    Every record is accepted, known already (`duplicate`: the same reference and content), or rejected with
    its errors; one that is rejected keeps no other from being accepted. What is accepted is due for the
    centre when the transaction commits. Sending the same again changes nothing, at the same moment or later.
    A nil return of a day of which a record is accepted is void.
    Raises `SubmissionRefused` where the establishment is not subscribed, its sector has no such kind, or an
    agent no mandate.
    """
    refuse_unexpected(establishment, kind)
    mandate = mandate_of(by, establishment)
    return take(establishment=establishment, kind=kind, records=records, door=door, by=by, mandate=mandate)


def take(
    *,
    establishment: Establishment,
    kind: str,
    records: Sequence[Any],
    door: Door,
    by: User | None = None,
    mandate: Mandate | None = None,
    api_key: ApiKey | None = None,
    rings_every: float = 0,
) -> Submission:
    """Do as `submit` does, for a door that has seen for itself that these records may come now.

    `api_key` is the one that a program sends under. `rings_every` is for a door by which much comes: see
    `shumoos.celery.ring`.
    """
    results = read_all(KINDS[kind], records)
    # Whatever goes wrong in here undoes all of it, so no savepoint is needed.
    with transaction.atomic(savepoint=False):
        reject_lost_companions(establishment, KINDS[kind], results)
        submission = Submission(
            establishment=establishment, kind=kind, door=door, by=by, mandate=mandate, api_key=api_key
        )
        count(submission, results)
        storing.insert_submission(submission)
        expected = submission.accepted
        store(submission, [result for result in results if result.status == "accepted"])
        submission.results = results
        if count(submission, results) != expected:
            submission.save(update_fields=COUNTED)
        # What a program sends is on record by its submission alone: see docs/architecture.md.
        if by is not None:
            log_change("send guests", submission, by=by, reason=submission.acting)
        if submission.accepted:
            ring(transfer_due_records, at_most_every=rings_every)
    return submission


def mandate_of(by: User | None, establishment: Establishment) -> Mandate | None:
    """Return the mandate under which an agent sends, None for others. Raises `SubmissionRefused` without."""
    if by is None or by.role != Role.PROVIDER:
        return None
    mandate = mandates.over_establishment(by, establishment, Scope.SUBMIT_GUESTS)
    if mandate is None:
        raise SubmissionRefused(_("Your company has no mandate to enter guests of this establishment."))
    return mandate


def refuse_unexpected(establishment: Establishment, kind: str) -> None:
    """Raise `SubmissionRefused` where records of this kind are not to come from the establishment now."""
    if not is_subscribed(establishment):
        raise SubmissionRefused(why_refused(establishment))
    if kind not in {expected.code for expected in kinds_of(establishment)}:
        raise SubmissionRefused(
            _("Records of this kind are not sent by the sector “%(sector)s”.")
            % {"sector": establishment.sector.name}
        )


def read_all(kind: Kind, records: Sequence[Any]) -> list[Result]:
    """Return a result for each record: accepted so far, or rejected for what it says itself."""
    results: list[Result] = []
    seen: dict[str, int] = {}
    plain = read_plain(kind, records) if len(records) >= MANY else {}
    for index, raw in enumerate(records):
        result = plain.get(index) or read(kind, index, raw)
        if result.written:
            first = seen.setdefault(result.client_reference, index)
            if first != index:
                result.reject(error(kind.reference, "duplicate_in_file", row=first + 1))
        results.append(result)
    return results


def read_plain(kind: Kind, records: Sequence[Any]) -> dict[int, Result]:
    """Return the results of the records that are plainly right, by their index: read together, and fast."""
    names = kind.fields.keys()
    texts = [
        index
        for index, raw in enumerate(records)
        if isinstance(raw, dict)
        and raw.keys() <= names
        and all(isinstance(value, str) or value is None for value in raw.values())
    ]
    columns = {name: [records[index].get(name) or "" for index in texts] for name in names}
    plain = PlainRows(kind).read(columns, len(texts))
    read_of = (kind.reference, kind.companion, kind.person, kind.identity, kind.time, kind.leaves)
    rows = zip(plain.kept(texts), plain.contents, *map(plain.column, read_of), strict=True)
    return {
        index: Result(
            index,
            reference,
            "accepted",
            written=written,
            columns=kind.row(person, identity, time, end),
            companion_of=main,
        )
        for index, written, reference, main, person, identity, time, end in rows
    }


def read(kind: Kind, index: int, raw: Any) -> Result:
    try:
        content = kind.read(raw)
    except RecordRefused as refusal:
        sent = raw.get(kind.reference) if isinstance(raw, dict) else None
        reference = sent[:64] if isinstance(sent, str) else ""
        return Result(index, reference, "rejected", errors=refusal.errors)
    return Result(
        index,
        content[kind.reference],
        "accepted",
        written=canonical_json(content).decode(),
        columns=kind.columns(content),
        companion_of=content.get(kind.companion, ""),
    )


def reject_lost_companions(
    establishment: Establishment, kind: Kind, results: list[Result], *, among: Any = GuestRecord
) -> None:
    """Reject the companions whose main guest is neither known nor accepted along with them.

    `among` is the model whose rows count as known.
    """
    companions = [r for r in results if r.status == "accepted" and r.companion_of]
    if not companions:
        return
    named = {companion.companion_of for companion in companions}
    known = set(
        among.objects.filter(
            establishment=establishment, kind=kind.code, client_reference__in=named
        ).values_list("client_reference", flat=True)
    )
    # A main guest may be a companion too: a rejection can bring on the next.
    while True:
        accepted = {result.client_reference for result in results if result.status == "accepted"}
        lost = [
            companion
            for companion in companions
            if companion.status == "accepted" and companion.companion_of not in known | accepted
        ]
        if not lost:
            return
        for companion in lost:
            companion.reject(error(kind.companion, "unknown_companion"))


def open_submission(**details: Any) -> Submission:
    """Return a new submission under a receipt number that no other has."""
    submission = Submission(**details)
    storing.insert_submission(submission)
    return submission


def store(submission: Submission, results: list[Result]) -> None:
    """Insert the records; those whose reference is taken become duplicates, or are rejected as conflicts."""
    new = storing.insert_records(submission, results)
    for result in results:
        result.record_id = new.get(result.client_reference)
    compare_with_known(submission.establishment, KINDS[submission.kind], results)


def compare_with_known(
    establishment: Establishment, kind: Kind, results: list[Result], *, among: Any = GuestRecord
) -> None:
    """Tell duplicates from conflicts among those accepted results whose reference a known record has."""
    taken = {
        result.client_reference: result
        for result in results
        if result.status == "accepted" and result.record_id is None
    }
    if not taken:
        return
    known = list(among.objects.filter(establishment=establishment, client_reference__in=taken))
    earlier = earlier_contents(known) if among is GuestRecord else defaultdict(list)
    for record in known:
        result = taken[record.client_reference]
        if record.kind == kind.code and result.content in [record.content, *earlier[record.pk]]:
            result.status = "duplicate"
            result.record_id = record.pk
        else:
            result.reject(error(kind.reference, "conflict"))


def earlier_contents(records: Iterable[GuestRecord]) -> defaultdict[int, list[Content]]:
    """Return, by record, what was said before it was corrected: to say that again is nothing new."""
    contents: defaultdict[int, list[Content]] = defaultdict(list)
    if changed := [record.pk for record in records if record.version > 1]:
        changes = RecordChange.objects.filter(record__in=changed)
        for key, before in changes.values_list("record_id", "before"):
            contents[key].append(before)
    return contents


def count(submission: Submission | SandboxSubmission, results: list[Result]) -> int:
    """Note what came of the records, and the digest over the accepted ones in the order sent.

    Returns how many are accepted.
    """
    statuses = [result.status for result in results]
    submission.accepted = statuses.count("accepted")
    submission.duplicate = statuses.count("duplicate")
    submission.rejected = statuses.count("rejected")
    submission.sha256 = sha256_of_written(r.written for r in results if r.status == "accepted")
    return submission.accepted
