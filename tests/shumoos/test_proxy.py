"""The proxy as it is configured, before the web as it is started: what visitors get, also without the web."""

import re
import ssl
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from django.conf import settings as portal_settings
from django.utils import translation

from guests import file_import
from registration import register_import
from shumoos import middleware, problems
from shumoos.processes import free_port
from shumoos.stack import BASE_DIR
from tests.shumoos.composed import SERVICES
from tests.shumoos.processes import Program, bare_environment, eventually

CADDYFILE = BASE_DIR / "deploy" / "Caddyfile"
MEGABYTE = 1024 * 1024


@pytest.fixture
def port():
    """Where the web listens, once a test starts it."""
    return free_port()


@pytest.fixture
def web(service, port):
    """Start the web's own command behind the proxy."""

    def start(**changes):
        changes |= {"GRANIAN_HOST": "127.0.0.1", "GRANIAN_PORT": str(port), "STATIC_MANIFEST": "false"}
        return service("web", ALLOWED_HOSTS="localhost", PUBLIC_URL="https://localhost", **changes)

    return start


@pytest.fixture
def proxy(tmp_path, port):
    """Start the proxy on ports of its own; returns what visits it, and where it is reached without TLS."""
    programs = []

    def start(patience="20s"):
        plain, secure = free_port(), free_port()
        changes = {
            # On this machine alone, and without its list of whom to trust.
            "http_port 8080": f"http_port {plain}\n default_bind 127.0.0.1\n skip_install_trust\n admin off",
            "https_port 8443": f"https_port {secure}",
            "web:8000": f"127.0.0.1:{port}",
            "/srv/pages": str(BASE_DIR / "deploy" / "pages"),
            "lb_try_duration 20s": f"lb_try_duration {patience}",
        }
        words = CADDYFILE.read_text()
        for ours, the_tests in changes.items():
            assert words.count(ours) == 1
            words = words.replace(ours, the_tests)
        (tmp_path / "Caddyfile").write_text(words)
        kept = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
        programs.append(
            Program(
                *("run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"),
                program=str(Path(sys.prefix, "bin", "caddy")),
                cwd=tmp_path,
                output=tmp_path / "proxy.log",
                env=bare_environment(DOMAIN="localhost", **kept),
            )
        )
        root = tmp_path / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        assert programs[-1].tells("certificate obtained successfully", 60), programs[-1].told()
        trusted = ssl.create_default_context(cafile=root)
        return httpx.Client(base_url=f"https://localhost:{secure}", verify=trusted, timeout=60), plain

    yield start
    for program in programs:
        program.kill_everything()


def starts(visitor):
    return eventually(lambda: visitor.get("/healthz").status_code == 200, 60)


def test_a_visitor_comes_in_by_tls_under_an_id_and_an_address_that_are_not_of_their_making(web, proxy):
    web(PUBLIC_POSTS_A_MINUTE="3")
    visitor, plain = proxy()
    assert starts(visitor)

    led = httpx.get(f"http://localhost:{plain}/status/?x=1")
    assert (led.status_code, led.headers["Location"]) == (308, "https://localhost/status/?x=1")

    sent = str(uuid.uuid4())
    answer = visitor.get("/login/", headers={"X-Request-Id": sent})
    assert answer.headers["Strict-Transport-Security"]
    assert uuid.UUID(answer.headers["X-Request-Id"]) != uuid.UUID(sent)

    # One visitor, whoever they say they are.
    posts = [
        visitor.post("/login/", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(5)
    ]
    assert posts == [403, 403, 403, 429, 429]


def test_what_is_sent_to_nobody_is_answered_whatever_its_size(web, proxy):
    web(PUBLIC_POSTS_A_MINUTE="1000")
    visitor, _plain = proxy()
    assert starts(visitor)

    # Refused for a token that is missing: the answer must not be lost while the body is still on its way.
    refused = [visitor.post("/login/", files={"file": bytes(20 * MEGABYTE)}) for _ in range(5)]
    assert [answer.status_code for answer in refused] == [403] * 5


def test_a_file_of_records_may_be_large_and_other_things_may_not(web, proxy):
    web()
    visitor, _plain = proxy()
    assert starts(visitor)
    body = bytes(70 * MEGABYTE)
    # What a proxy has not read of one request is none of the next.
    visitor.headers["Connection"] = "close"

    assert visitor.post("/guests/files/new/", files={"file": body}).status_code == 302

    page = visitor.post("/login/", files={"file": body})
    assert page.status_code == 413
    assert "حجم ما أرسلته كبير جدًا" in page.text
    assert "What you sent is too large" in page.text

    problem = visitor.post("/api/v1/records/", content=body)
    assert (problem.status_code, problem.headers["Content-Type"]) == (413, problems.CONTENT_TYPE)
    assert problem.json()["code"] == "too_large"


def test_every_file_that_the_portal_takes_gets_through_with_its_form():
    most = [int(size) for size in re.findall(r"max_size (\d+)MiB", CADDYFILE.read_text())]

    records, others = most
    assert records * MEGABYTE > file_import.MAX_BYTES
    assert others * MEGABYTE > max(register_import.MAX_BYTES, portal_settings.DOCUMENT_MAX_BYTES)
    # Whatever gets through is read before it is answered.
    assert others * MEGABYTE < middleware.MOST_DROPPED


def test_whoever_comes_while_the_web_starts_again_waits_and_is_answered(web, proxy):
    old = web()
    visitor, _plain = proxy()
    assert starts(visitor)
    old.kill_everything()

    with ThreadPoolExecutor() as visitors:
        waiting = [visitors.submit(visitor.get, "/login/") for _ in range(4)]
        web()
        assert [answer.result().status_code for answer in waiting] == [200] * 4


def test_without_the_web_people_read_a_page_and_programs_a_problem(proxy):
    visitor, _plain = proxy(patience="100ms")

    page = visitor.post("/register/owner/", data={"name": "somebody"})
    assert (page.status_code, page.headers["Cache-Control"]) == (503, "no-store")
    assert "البوابة غير متاحة الآن" in page.text
    assert "The portal is away for a moment" in page.text

    problem = visitor.get("/api/v1/records/")
    assert (problem.status_code, problem.headers["Content-Type"]) == (503, problems.CONTENT_TYPE)
    assert problem.json()["code"] == "unavailable"


def test_the_proxys_problems_are_those_of_the_api():
    for path in (BASE_DIR / "deploy" / "pages").glob("*.json"):
        said = httpx.Response(200, content=path.read_bytes()).json()
        status, title = problems.TITLES[said["code"]]
        assert (said["status"], said["type"]) == (status, f"urn:shumoos:problem:{said['code']}")
        with translation.override("en"):
            assert said["title"] == str(title)


def test_the_proxy_is_led_to_where_the_web_listens():
    port = SERVICES["web"]["environment"]["GRANIAN_PORT"]
    assert f"reverse_proxy web:{port} " in CADDYFILE.read_text()
