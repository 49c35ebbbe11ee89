import re

import pytest
from django.urls import reverse

# The front page shows the penalties as the schedules have them.
pytestmark = pytest.mark.django_db


def opening(response) -> str:
    return re.search(r"<html[^>]*>", response.content.decode())[0]


@pytest.mark.parametrize("browser", ["", "en-GB,en;q=0.9", "fr"])
def test_pages_are_in_arabic_whatever_the_browser_prefers(client, browser):
    response = client.get(reverse("front"), headers={"accept-language": browser})

    assert opening(response) == '<html lang="ar" dir="rtl">'
    assert "portal-rtl" in response.content.decode()
    assert response["Content-Language"] == "ar"


def test_switch_shows_the_same_page_in_english_from_then_on(client):
    asked = client.post(reverse("set_language"), {"language": "en", "next": "/?from=letter"})

    assert (asked.status_code, asked["Location"]) == (302, "/?from=letter")
    for _ in range(2):
        response = client.get("/?from=letter")
        assert opening(response) == '<html lang="en" dir="ltr">'
        assert "portal-rtl" not in response.content.decode()


def test_switch_leads_back_to_arabic(client):
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    client.post(reverse("set_language"), {"language": "ar", "next": "/"})

    assert opening(client.get("/")) == '<html lang="ar" dir="rtl">'


def test_switch_names_the_other_language_in_that_language_and_keeps_the_page(client):
    page = client.get("/?a=1&b=2").content.decode()
    assert '<input type="hidden" name="next" value="/?a=1&amp;b=2">' in page
    assert re.search(r'<button [^>]*name="language" value="en" lang="en">English</button>', page)

    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    page = client.get("/").content.decode()
    assert re.search(r'<button [^>]*name="language" value="ar" lang="ar">العربية</button>', page)


def test_switch_leads_to_no_other_site(client):
    asked = client.post(reverse("set_language"), {"language": "en", "next": "https://elsewhere.example/"})

    assert asked["Location"] == "/"


def test_unknown_language_changes_nothing(client):
    client.post(reverse("set_language"), {"language": "fr", "next": "/"})

    assert opening(client.get("/")) == '<html lang="ar" dir="rtl">'
