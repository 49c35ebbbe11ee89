"""The pages about the API in a real browser, under the policy that forbids inline scripts."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_about_the_api_are_drawn_without_anything_from_elsewhere(portal):
    page = portal.open("/")
    refused, asked = [], []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/api/v1/docs")

    expect(page.get_by_text("/api/v1/records", exact=True)).to_be_visible()
    page.get_by_text("/api/v1/records", exact=True).click()
    expect(page.get_by_text("Idempotency-Key").first).to_be_visible()
    assert refused == []
    assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {portal.url.split("/")[2]}
