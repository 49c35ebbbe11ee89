"""The API's operations. django-ninja leads to them and writes the pages about them."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path
from ninja.errors import HttpError
from ninja.errors import ValidationError as NinjaRefusal
from ninja.security import HttpBearer

from guests.api import admission, bodies, openapi, receipts, records, schemas
from guests.api.admission import Admitted
from guests.api.codes import codes_of
from guests.api.schemas import (
    Answer,
    Cancellation,
    CodeTable,
    Correction,
    Departure,
    NilReturnAnswer,
    NilReturning,
    ReceiptAnswer,
    RecordAnswer,
    Sending,
)
from guests.api.sending import send
from guests.models import ApiKey
from shumoos.problems import Problem

TableName = Annotated[str, Path(**{schemas.POSSIBLE: "tables"})]


class Bearer(HttpBearer):
    """The key in the header; what `admit` says of it becomes the answer."""

    def __call__(self, request: HttpRequest) -> ApiKey:
        return admission.admit(request)

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        return admission.admit(request)


api = openapi.DescribedApi(
    title="Shumoos",
    version="1",
    urls_namespace="api",
    docs=openapi.Pages(),
    auth=Bearer(),
)


@api.exception_handler(Exception)
def pass_on(request: HttpRequest, error: Exception) -> HttpResponse:
    """Leave every refusal and fault to the middleware, which answers in one form."""
    raise error


@api.exception_handler(Http404)
def pass_on_404(request: HttpRequest, error: Http404) -> HttpResponse:
    raise error


@api.exception_handler(NinjaRefusal)
def refuse_parameters(request: HttpRequest, refusal: NinjaRefusal) -> HttpResponse:
    raise schemas.invalid([schemas.said(finding) for finding in refusal.errors])


@api.exception_handler(HttpError)
def refuse_request(request: HttpRequest, error: HttpError) -> HttpResponse:
    raise Problem("unreadable") from error


@api.post(
    "/records",
    summary="Send records",
    response=Answer,
    tags=["records"],
    openapi_extra=openapi.takes(
        Sending, parameters=[openapi.CHECK_ONLY, openapi.IDEMPOTENCY_KEY], refusals=[403, 409]
    ),
)
def send_records(request: HttpRequest) -> HttpResponse:
    """Take up to 1,000 records of one kind, each for itself: one that is rejected keeps no other out.

    With `check_only=true` everything is checked and nothing kept. With an `Idempotency-Key` the same request
    gets the same answer for a day at least. The receipt proves that the records were received.
    """
    return send(request)


@api.get(
    "/records/{record_id}",
    summary="Read a record",
    response=RecordAnswer,
    tags=["records"],
    openapi_extra=openapi.refused_with(404),
)
def read_record(request: Admitted, record_id: str) -> dict[str, Any]:
    """The record as it stands, and how far it is on its way to the information centre."""
    return records.show(request, record_id)


@api.patch(
    "/records/{record_id}",
    summary="Correct a record",
    response=RecordAnswer,
    tags=["records"],
    openapi_extra=openapi.takes(Correction, refusals=[404, 409]),
)
def correct_record(request: Admitted, record_id: str) -> dict[str, Any]:
    """Send the fields that were wrong, and why; all versions are kept and travel in order."""
    return records.correct(request, record_id, bodies.read_json(request))


@api.post(
    "/records/{record_id}/departure",
    summary="End a stay or a rental",
    response=RecordAnswer,
    tags=["records"],
    openapi_extra=openapi.takes(Departure, refusals=[404, 409]),
)
def end_stay(request: Admitted, record_id: str) -> dict[str, Any]:
    """Say when the guest left or the vehicle came back. To say the same again changes nothing."""
    return records.depart(request, record_id, bodies.read_json(request))


@api.post(
    "/records/{record_id}/cancel",
    summary="Cancel a record",
    response=RecordAnswer,
    tags=["records"],
    openapi_extra=openapi.takes(Cancellation, refusals=[404, 409]),
)
def cancel_record(request: Admitted, record_id: str) -> dict[str, Any]:
    """Cancel what should not have been sent, and say why. It is kept, and counts no more."""
    return records.cancel(request, record_id, bodies.read_json(request))


@api.post(
    "/nil-returns",
    summary="File a nil return",
    response=NilReturnAnswer,
    tags=["nil returns"],
    openapi_extra=openapi.takes(NilReturning, refusals=[403, 409]),
)
def file_nil_return(request: Admitted) -> dict[str, Any]:
    """Say that there was nobody on a day. To file it again changes nothing; a record of that day voids it."""
    return receipts.file_nil_return(request, bodies.read_json(request))


@api.get(
    "/receipts/{number}.pdf",
    summary="Read a receipt as a letter",
    response={200: None},
    tags=["receipts"],
    openapi_extra=openapi.refused_with(404) | openapi.PDF,
)
def read_receipt_letter(request: Admitted, number: str) -> HttpResponse:
    """The receipt as a signed letter that anyone can verify; a test key's receipts have none."""
    return receipts.letter(request, number)


@api.get(
    "/receipts/{number}",
    summary="Read a receipt",
    response=ReceiptAnswer,
    tags=["receipts"],
    openapi_extra=openapi.refused_with(404),
)
def read_receipt(request: Admitted, number: str) -> dict[str, Any]:
    """What was received under this number, and when, in Riyadh's time."""
    return receipts.show(request, number)


@api.get(
    "/codes/{table}",
    summary="Read a table of codes",
    response=CodeTable,
    tags=["codes"],
    openapi_extra=openapi.refused_with(404),
)
def read_codes(request: Admitted, table: TableName) -> dict[str, Any]:
    """The possible values of a field, or the error codes, with their names in the language asked for."""
    return {"table": table, "codes": codes_of(table)}
