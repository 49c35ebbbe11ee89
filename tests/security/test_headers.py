"""What every answer tells the browser, and what the settings of a real portal are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from shumoos.stack import BASE_DIR
from tests.security.opening import answered, opened
from tests.shumoos.processes import bare_environment
from tests.shumoos.test_settings import PRODUCTION

PUBLIC = ["/", "/login/", "/register/", "/status/", "/verify/", "/no-such-page/"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", PUBLIC)
def test_every_answer_has_the_headers(client, address):
    response = client.get(address)
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    for loose in ("unsafe-inline", "unsafe-eval", "*", "http:", "https:"):
        assert loose not in policy
    for strict in ("object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'self'"):
        assert strict in policy
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "camera=()" in response["Permissions-Policy"]
    assert "geolocation=()" in response["Permissions-Policy"]


@pytest.mark.every_page
@pytest.mark.django_db
def test_no_page_of_anybodys_has_a_looser_policy():
    """Except the one that describes the API, which nobody's data stands on."""
    pages = [page for page in (*opened(), *answered()) if page.is_page and page.name != "api:openapi-view"]
    assert len({page.name for page in pages}) > 150
    loose = {
        page.name
        for page in pages
        if "default-src 'self'" not in page.policy
        or "form-action 'self'" not in page.policy
        or re.search(r"unsafe-|\*|https?:", page.policy)
    }
    assert loose == set()


@pytest.mark.django_db
def test_an_answer_to_a_program_lets_a_browser_do_nothing(client):
    response = client.get("/api/v1/records", headers={"accept-language": "en"})
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Language"] == "en"
    assert "default-src 'self'" in client.get("/api/v1/docs")["Content-Security-Policy"]


def test_no_template_has_a_script_or_a_style_in_it():
    """So that the policy needs neither a nonce nor an exception."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<style|\son[a-z]+=[\"']|\sstyle=[\"']|javascript:"
    )
    found = [
        f"{path.relative_to(BASE_DIR)}: {match[0]}"
        for path in Path(BASE_DIR / "templates").rglob("*.html")
        for match in inline.finditer(path.read_text())
    ]
    assert found == []


def run(*arguments, **changes):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=BASE_DIR,
        env=bare_environment(**(PRODUCTION | changes)),
        capture_output=True,
        text=True,
    )


def test_the_check_for_deployment_finds_nothing():
    strong = {"SECRET_KEY": "k7Jd93mZpQ2xVtYbW5rLsA8nUcHfEg4TqXyR6oiNzBDvKePjMw1"}
    checked = run("manage.py", "check", "--deploy", "--fail-level", "INFO", **strong)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_a_portal_behind_https_says_so_in_cookies_and_headers():
    asked = run(
        "-c",
        "import django; django.setup()\n"
        "from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE,"
        " s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SECURE_SSL_REDIRECT,"
        " s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.DEBUG, s.REQUIRE_STAFF_OTP)",
        DJANGO_SETTINGS_MODULE="shumoos.settings",
    )
    assert asked.stdout.split() == [
        "True",
        "True",
        "True",
        "True",
        "Lax",
        "True",
        "31536000",
        "True",
        "False",
        "True",
    ], asked.stderr


@pytest.mark.django_db
def test_what_is_sent_over_https_holds_the_browser_to_it(settings, owner):
    from django.test import Client

    from tests.factories import PASSWORD

    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = True
    browser = Client()  # which reads the settings anew
    plain = browser.get("/login/")
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/login/")
    assert "Strict-Transport-Security" not in plain
    page = browser.get("/login/", secure=True)
    assert page["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    browser.post("/login/", {"username": owner.username, "password": PASSWORD}, secure=True)
    browser.post("/language/", {"language": "en"}, secure=True)
    said = {name: (bool(cookie["secure"]), cookie["samesite"]) for name, cookie in browser.cookies.items()}
    assert said == {
        "sessionid": (True, "Lax"),
        "csrftoken": (True, "Lax"),
        "django_language": (True, "Lax"),
    }


@pytest.mark.django_db
def test_the_session_cookie_is_read_by_no_script_and_sent_by_no_other_site(client, owner):
    from tests.factories import PASSWORD

    client.post("/login/", {"username": owner.username, "password": PASSWORD})
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST"])
def test_another_host_than_ours_is_answered_with_nothing_of_it(client, header):
    response = client.get("/login/", **{header: "evil.example"})
    assert b"evil.example" not in response.content
    assert (response.status_code == 400) == (header == "HTTP_HOST")
