"""What the API takes and gives, in one place: requests are read by these models and the pages show them."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from guests.kinds import KINDS
from guests.kinds.errors import CODES, FieldError, error, refuse
from shumoos.problems import Problem

MOST_RECORDS = 1000
REASON_LENGTH = 300

# Any JSON is taken and judged by the declaration of its kind, each record for itself.
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# Becomes the codes of that table in the description: a kind may be declared after this is read.
POSSIBLE = "x-possible"

ANY_RECORD = {"title": "AnyRecord"}
AnyRecord = Annotated[Any, WithJsonSchema(ANY_RECORD)]


def iso_day(value: Any) -> date:
    """Return a day as programs write it: which days are possible is for others to say."""
    if not isinstance(value, str) or not _ISO_DAY.fullmatch(value):
        refuse("invalid", "day")
    try:
        return date.fromisoformat(value)
    except ValueError:
        refuse("invalid", "day")


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class KindNamed(Request):
    kind: str = Field(description="The kind of record.", json_schema_extra={POSSIBLE: "kinds"})

    @field_validator("kind")
    @classmethod
    def is_declared(cls, code: str) -> str:
        if code not in KINDS:
            raise PydanticCustomError("unknown", "refused")
        return code


class Sending(KindNamed):
    """Up to 1,000 records of one kind."""

    records: list[AnyRecord] = Field(min_length=1, max_length=MOST_RECORDS)


class Correction(Request):
    """The fields that are to hold something else; null empties one."""

    reason: Annotated[str, Field(min_length=1, max_length=REASON_LENGTH)]
    record: dict[str, Any]


class Departure(Request):
    at: str | None = Field(
        None, description="Day and time, such as `2026-03-18 11:00` in Riyadh; now, if it is left out."
    )


class Cancellation(Request):
    reason: Annotated[str, Field(min_length=1, max_length=REASON_LENGTH)]


class NilReturning(KindNamed):
    day: Annotated[date, BeforeValidator(iso_day), WithJsonSchema({"type": "string", "format": "date"})]


class NilReturnAnswer(BaseModel):
    """A nil return with its receipt; a test key's is only checked and has none."""

    receipt: str | None
    kind: str
    day: str
    filed_at: str | None


class ReceiptAnswer(BaseModel):
    receipt: str
    kind: str
    received_at: str
    accepted: int
    duplicate: int
    rejected: int
    action: Literal["correction", "departure", "cancellation"] | None = Field(
        description="What was done to a record that was there; none where records were sent."
    )
    about: str | None = Field(description="The receipt under which the changed record came.")
    sha256: str = Field(
        description="Over the canonical content of the accepted records, in their order, or over the change."
    )


class TransferAnswer(BaseModel):
    """How far the record, as it stands, is on its way to the information centre."""

    state: Literal["accepted", "sending", "transferred", "refused", "test"]
    reason: str
    at: str | None


class RecordAnswer(BaseModel):
    id: str
    receipt: str
    version_receipt: str | None = Field(
        description="The receipt of the correction, departure or cancellation that made it what it is."
    )
    kind: str
    client_reference: str
    version: int
    record: dict[str, Any]
    received_at: str
    departed_at: str | None
    cancelled_at: str | None
    transfer: TransferAnswer


class Result(BaseModel):
    """What came of one record, in the order sent."""

    index: int
    client_reference: str
    status: Literal["accepted", "duplicate", "rejected"]
    id: str | None = Field(description="Ours; of a duplicate the earlier record's, of a rejected one none.")
    errors: "list[FieldProblem]"


class FieldProblem(BaseModel):
    field: str = Field(description="Empty where the whole of it is wrong.")
    code: str
    message: str


class Answer(BaseModel):
    """The receipt and what came of each record."""

    receipt: str | None = Field(description="None where the records were only checked.")
    accepted: int
    duplicate: int
    rejected: int
    results: list[Result]


class Code(BaseModel):
    code: str
    name: str


class CodeTable(BaseModel):
    table: str
    codes: list[Code]


class ProblemDocument(BaseModel):
    """RFC 9457. `code` is for programs; `title`, `detail` and messages follow Accept-Language."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None


PLACES = (("path",), ("query",), ("header",))
SENTENCES = {
    "string_too_short": ("required", ""),
    "missing": ("required", ""),
    "unknown": ("unknown", ""),
    "extra_forbidden": ("unknown", "record"),
}


def read(model: type[Any], sent: Any) -> Any:
    """Return what was sent as the model. Raises `Problem` (422) with what is wrong field by field."""
    try:
        return model.model_validate(sent)
    except ValidationError as refusal:
        errors = [said(finding) for finding in refusal.errors(include_url=False, include_input=False)]
    raise invalid(errors)


def invalid(errors: list[dict[str, str]]) -> Problem:
    return Problem("invalid", _("Correct the fields named in `errors` and send it again."), errors=errors)


def told(error: FieldError) -> dict[str, str]:
    """Return an error as programs are told it."""
    return {"field": error.field, "code": error.code, "message": error.message}


def said(finding: Any) -> dict[str, str]:
    """Return pydantic's finding as our codes and sentences; what was typed is not in it."""
    # Ninja puts in front where in the request it looked.
    path = finding["loc"][1:] if finding["loc"][:1] in PLACES else finding["loc"]
    field = ".".join(str(part) for part in path)[:64]
    if finding["type"] in ("too_long", "too_short") and field == "records":
        message = _("Send at least one record and at most %(limit)s.") % {"limit": MOST_RECORDS}
        return {"field": field, "code": "out_of_range", "message": message}
    if finding["type"] == "string_too_long":
        limit = finding["ctx"]["max_length"]
        return told(error(field, "too_long", limit=limit))
    if finding["type"] in CODES and "ctx" in finding:
        return told(error(field, finding["type"], finding["ctx"]["rule"], **finding["ctx"]["values"]))
    code, rule = SENTENCES.get(finding["type"], ("invalid", ""))
    return told(error(field, code, rule))
