"""What the API's pages say: the operations as django-ninja knows them, the kinds as they are declared."""

import json
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel

from guests.api.codes import TABLES, codes_of
from guests.api.schemas import ANY_RECORD, POSSIBLE, ProblemDocument
from guests.kinds import KINDS, Kind
from guests.kinds.base import Field
from shumoos.problems import CONTENT_TYPE

REFERENCE = "#/components/schemas/{model}"
REFUSALS = "x-refusals"
# What any request may be answered: no key, a method that is not there, too many, or nothing now.
ALWAYS = (401, 405, 429, 503)
WITH_BODY = (400, 413, 415, 422)

CHECK_ONLY = {
    "in": "query",
    "name": "check_only",
    "required": False,
    "schema": {"type": "string", "enum": ["true", "false", "1", "0"]},
    "description": "Check everything and keep nothing.",
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    "description": "The same key and request get the same answer; another request with it gets 409.",
}


PDF = {
    "responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}
}


def takes(model: type[BaseModel], *, parameters: Any = (), refusals: Any = ()) -> dict[str, Any]:
    """Return what an operation's description says of the body it reads, and of its refusals."""
    schema = model.model_json_schema(ref_template=REFERENCE)
    schema.pop("$defs", None)
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {
        "requestBody": body,
        "parameters": list(parameters),
        REFUSALS: sorted({*WITH_BODY, *refusals}),
    }


def completed(described: Any) -> Any:
    """Return the description with the kinds' schemas and the tables' codes in their places."""
    if described == ANY_RECORD:
        return {"$ref": REFERENCE.format(model="AnyRecord")}
    if isinstance(described, list):
        return [completed(inner) for inner in described]
    if not isinstance(described, dict):
        return described
    whole = {name: completed(inner) for name, inner in described.items() if name != POSSIBLE}
    if POSSIBLE in described:
        whole["enum"] = possible(described[POSSIBLE])
    return whole


def possible(table: str) -> list[str]:
    return list(TABLES) if table == "tables" else [row["code"] for row in codes_of(table)]


def refused_with(*statuses: int) -> dict[str, Any]:
    return {REFUSALS: list(statuses)}


class DescribedApi(NinjaAPI):
    """The API with its refusals and the record kinds in its description."""

    def __init__(self, **details: Any) -> None:
        super().__init__(docs_decorator=login_not_required, **details)

    def get_openapi_schema(self, **details: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**details)
        described = completed(json.loads(json.dumps(schema, default=str)))
        described["info"]["description"] = introduction()
        for operations in described["paths"].values():
            for operation in operations.values():
                for status in sorted({*ALWAYS, *operation.pop(REFUSALS, ())}):
                    operation["responses"][str(status)] = refusal(status)
        described["components"]["schemas"] |= kind_schemas() | {
            "ProblemDocument": ProblemDocument.model_json_schema(ref_template=REFERENCE)
        }
        described["components"]["schemas"]["ProblemDocument"].pop("$defs", None)
        schema.clear()
        schema.update(described)
        return schema


def refusal(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }


def kind_schemas() -> dict[str, Any]:
    """Return a schema for each kind, from its declaration, and `AnyRecord`, which is any of them or not.

    Whatever else is sent as a record is answered with what is wrong with it, so it is no wrong request.
    """
    kinds = {kind.code: kind_schema(kind) for kind in KINDS.values()}
    described = [{"$ref": f"#/components/schemas/{code}"} for code in kinds]
    anything = {"description": _("Anything else is rejected, with what is wrong with it.")}
    return kinds | {"AnyRecord": {"anyOf": [*described, anything]}}


def kind_schema(kind: Kind) -> dict[str, Any]:
    fields = kind.fields.values()
    return {
        "type": "object",
        "title": str(kind.label),
        "properties": {field.name: field_schema(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def field_schema(field: Field) -> dict[str, Any]:
    shown = field.shown
    schema: dict[str, Any] = {"type": "string" if field.required else ["string", "null"]}
    schema |= {"title": str(shown.label)}
    if shown.help:
        schema["description"] = str(shown.help)
    if shown.choices:
        codes = [code for code, _name in shown.choices()]
        schema["enum"] = codes if field.required else [*codes, None]
    return schema


def introduction() -> str:
    return _(
        "Send records of the people your establishment deals with, and follow them to the information "
        "centre. "
        "Show your key in the header `Authorization: Bearer …`; the owner makes keys under “My account”. "
        "Titles, details and messages follow `Accept-Language`: `ar` or `en`."
    )


class Pages(DocsBase):
    """The pages about the API: Swagger's own, brought by the portal itself and without inline script."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        address = self.get_openapi_url(api, kwargs)
        settings = {"url": address, "layout": "BaseLayout", "deepLinking": True}
        return render(request, "guests/api_docs.html", {"settings": json.dumps(settings)})
