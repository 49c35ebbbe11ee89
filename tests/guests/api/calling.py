"""A program that calls the API."""

import json

from django.test import Client

ADDRESS = "/api/v1"


class Caller:
    """Sends what it is told under its key; `language` is its Accept-Language."""

    def __init__(self, key=None, language="en"):
        self.client = Client(raise_request_exception=False)
        self.key = key
        self.language = language

    def __call__(self, method, path, body=None, *, raw=None, content_type="application/json", **headers):
        data = raw if raw is not None else (json.dumps(body) if body is not None else "")
        sent = {"Accept-Language": self.language} | headers
        if self.key:
            sent = {"Authorization": f"Bearer {self.key}"} | sent
        return self.client.generic(method, f"{ADDRESS}{path}", data, content_type=content_type, headers=sent)

    def get(self, path, **headers):
        return self("GET", path, **headers)

    def post(self, path, body=None, **rest):
        return self("POST", path, body, **rest)

    def patch(self, path, body=None, **rest):
        return self("PATCH", path, body, **rest)

    def send(self, *records, kind="lodging", query="", **headers):
        return self.post(f"/records{query}", {"kind": kind, "records": list(records)}, **headers)


def problem(response):
    """The status and code of a problem document, which every refusal has to be."""
    assert response["Content-Type"] == "application/problem+json", response.content
    document = response.json()
    assert document["status"] == response.status_code
    assert document["request_id"] == response["X-Request-Id"]
    return response.status_code, document["code"]


def codes(response):
    """The field and code of every error of a problem document."""
    return [(error["field"], error["code"]) for error in response.json()["errors"]]
