"""Error pages. Most of these tests have no `db` mark: whatever read the database would raise."""

from datetime import timedelta
from functools import partial
from html import unescape

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.test import Client
from django.urls import reverse

from shumoos import errors

PAGES = [
    (errors.bad_request, 400, "تعذر فهم هذا الطلب", "This request could not be understood"),
    (errors.permission_denied, 403, "لا يحق لك فتح هذه الصفحة", "You may not open this page"),
    (errors.page_not_found, 404, "لا توجد صفحة كهذه", "There is no such page"),
    (errors.too_large, 413, "حجم ما أرسلته كبير جدًا", "What you sent is too large"),
    (
        partial(errors.too_many_attempts, wait=timedelta(minutes=15)),
        429,
        "محاولات كثيرة",
        "Too many attempts",
    ),
    (errors.server_error, 500, "حدث خلل لدينا", "Something went wrong on our side"),
    (errors.csrf_failure, 403, "انتهت صلاحية هذا النموذج", "This form has expired"),
]


def words(response) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize(("view", "status", "arabic", "english"), PAGES)
def test_error_page_is_in_the_language_of_the_cookie_with_a_way_on(
    rf, settings, view, status, arabic, english
):
    for language, direction, heading in (
        ("ar", "rtl", arabic),
        ("en", "ltr", english),
        ("xx", "rtl", arabic),
    ):
        request = rf.get("/guests/?page=2")
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language

        response = view(request)

        page = words(response)
        assert response.status_code == status
        assert f'dir="{direction}"' in page
        assert f"<h1>{heading}</h1>" in page
        assert f'href="{reverse("front")}"' in page
        assert 'href="tel:920014446"' in page
        assert '<input type="hidden" name="next" value="/guests/?page=2">' in page


def test_unknown_address_is_not_found(client):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "لا توجد صفحة كهذه" in words(response)


def test_unknown_host_is_a_bad_request(client):
    response = client.get("/", headers={"host": "elsewhere.example", "referer": "http://elsewhere.example/"})

    assert response.status_code == 400
    assert "تعذر فهم هذا الطلب" in words(response)
    assert "elsewhere" not in words(response)


@pytest.mark.parametrize(
    ("exception", "status"),
    [
        (RequestDataTooBig(), 413),
        (TooManyFieldsSent(), 413),
        (TooManyFilesSent(), 413),
        (SuspiciousOperation(), 400),
        (None, 400),
    ],
)
def test_refusal_for_size_is_told_from_other_bad_requests(rf, exception, status):
    assert errors.bad_request(rf.get("/"), exception).status_code == status


def test_form_that_is_too_large_names_the_limit(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = client.post(reverse("set_language"), {"language": "en" * 100})

    assert response.status_code == 413
    assert "10 ميغابايت" in words(response)


def test_form_without_its_token_has_expired():
    response = Client(enforce_csrf_checks=True).post(reverse("set_language"), {"language": "en"})

    assert response.status_code == 403
    assert "انتهت صلاحية هذا النموذج" in words(response)


def test_page_that_fails_because_the_database_is_away_says_so_in_both_languages(client, settings):
    client.raise_request_exception = False
    # Reading the session is the first thing that asks the database, and here that raises.
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32

    arabic = client.get("/")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get("/")

    assert (arabic.status_code, english.status_code) == (500, 500)
    assert "حدث خلل لدينا" in words(arabic)
    assert "Something went wrong on our side" in words(english)


def test_error_page_tells_the_request_by_the_id_of_its_log_lines(client):
    response = client.get("/nowhere/")

    assert f'<bdi class="code">{response["X-Request-Id"]}</bdi>' in words(response)


def test_way_back_leads_to_the_page_the_form_stood_on(rf):
    page = words(
        errors.csrf_failure(rf.post("/register/", headers={"referer": "http://testserver/register/"}))
    )

    assert 'href="http://testserver/register/"' in page


@pytest.mark.parametrize(
    "referer", ["https://elsewhere.example/", "javascript:alert(1)", "http://testserver/gone/", ""]
)
def test_there_is_no_way_back_to_other_sites_or_to_the_same_page(rf, referer):
    page = words(errors.page_not_found(rf.get("/gone/", headers={"referer": referer})))

    assert "العودة إلى الصفحة السابقة" not in page


@pytest.mark.parametrize(
    ("wait", "retry_after", "sentence"),
    [
        (timedelta(minutes=15), "900", "انتظر 15 دقيقة ثم أعد المحاولة."),
        (timedelta(seconds=30), "30", "انتظر دقيقة واحدة ثم أعد المحاولة."),
        (timedelta(minutes=2), "120", "انتظر دقيقتين ثم أعد المحاولة."),
        (timedelta(minutes=5), "300", "انتظر 5 دقائق ثم أعد المحاولة."),
    ],
)
def test_too_many_attempts_says_how_long_to_wait(rf, wait, retry_after, sentence):
    response = errors.too_many_attempts(rf.post("/login/"), wait=wait)

    assert response["Retry-After"] == retry_after
    assert sentence in words(response)


@pytest.mark.django_db
def test_sign_in_is_locked_after_too_many_attempts(client):
    wrong = {"username": "nobody", "password": "not this one"}

    statuses = [client.post(reverse("accounts:login"), wrong).status_code for _ in range(5)]

    assert statuses == [200, 200, 200, 200, 429]
