"""How soon a page is there and can be used: on a phone four times slower than this machine, over 400 kB/s.

`python -m bench.pages`; ROUNDS= is how often each page is opened, 5 by default; ONLY=queue,review opens some
of them. The portal runs as in production: granian, static files hashed and compressed. Cold is somebody's
very first page; warm is any later one, when styles and fonts are there. The page can be used when its first
words stand and its scripts have run. What should hold: below 1,000 ms, warm and cold; the front page below
150 kB in 12 requests.
"""

import io
import os
import shutil
import subprocess
import sys
import urllib.request
from statistics import median

from bench.measure import results, servers

FULL = 5
ROUNDS = int(os.environ.get("ROUNDS") or FULL)
PHONE = {"width": 390, "height": 844}
SLOWER = 4
BYTES_A_SECOND = 400_000
LATENCY = 20  # milliseconds
PAGES = {
    "front": ("", "/"),
    "register": ("", "/register/"),
    "status": ("", "/status/"),
    "sign in": ("", "/login/"),
    "help": ("", "/help/register/"),
    "home": ("owner", "/home/"),
    "enter a guest": ("owner", "/guests/new/"),
    "records": ("owner", "/guests/"),
    "calendar": ("owner", "/guests/calendar/"),
    "violations": ("owner", "/violations/"),
    "desk": ("support", "/desk/"),
    "queue": ("supervisor-riyadh", "/admin/registration/application/queue/"),
    "review": ("supervisor-riyadh", "/admin/registration/application/2/review/"),
}
ONLY = (os.environ.get("ONLY") or ",".join(PAGES)).split(",")
USABLE = """() => new Promise(resolve => {
  const ready = () => {
    const [page] = performance.getEntriesByType("navigation");
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    if (!paint || !page.domContentLoadedEventEnd) { setTimeout(ready, 20); return; }
    resolve(Math.max(paint.startTime, page.domContentLoadedEventEnd));
  };
  ready();
})"""
SHIFTS = """() => new Promise(resolve => {
  let sum = 0;
  new PerformanceObserver(list => { for (const shift of list.getEntries()) sum += shift.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => resolve(sum), 200);
})"""


def cookies(username: str, url: str) -> list[dict[str, str]]:
    from django.conf import settings
    from django.test import Client

    from shumoos.accounts.models import User

    given = {"django_language": "ar"}
    if username:
        client = Client()
        client.force_login(User.objects.get(username=username), backend="shumoos.accounts.roles.RoleBackend")
        given["sessionid"] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return [{"name": name, "value": value, "url": url} for name, value in given.items()]


def slow(page):
    """Slow a page's processor and line down; return the session that tells what came over it."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


def opened(page, path: str) -> dict[str, float]:
    """Open a page; return milliseconds until it can be used, bytes on the line, requests and shifts."""
    session = slow(page)
    heard: dict[str, list[float]] = {"bytes": [], "requests": []}
    session.on("Network.loadingFinished", lambda event: heard["bytes"].append(event["encodedDataLength"]))
    session.on("Network.requestWillBeSent", lambda event: heard["requests"].append(1))
    page.goto(path, wait_until="load")
    usable = page.evaluate(USABLE)
    page.wait_for_load_state("networkidle")
    shifts = page.evaluate(SHIFTS)
    session.detach()
    return {
        "usable": usable,
        "bytes": sum(heard["bytes"]),
        "requests": len(heard["requests"]),
        "shifts": shifts,
    }


def measure(browser, url: str, username: str, path: str, *, is_warm: bool) -> dict[str, float]:
    """Return the medians of so many first or later openings of a page, each by another browser."""
    rounds = []
    for number in range(ROUNDS + 1):
        context = browser.new_context(viewport=PHONE, base_url=url, locale="ar-SA")
        context.add_cookies(cookies(username, url))
        page = context.new_page()
        if is_warm:
            page.goto("/status/" if path != "/status/" else "/login/", wait_until="networkidle")
            page.goto(path, wait_until="networkidle")
        figures = opened(page, path)
        # The first is for the portal's process, which has just started and has read no template yet.
        if number:
            rounds.append(figures)
        context.close()
    return {name: median(one[name] for one in rounds) for name in rounds[0]}


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    from shumoos.processes import until

    for _ in until(60, every=0.2):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
        except OSError:
            continue
        return
    sys.exit("The portal did not start.")


def main() -> None:
    from playwright.sync_api import sync_playwright

    from shumoos.processes import free_port

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("There is no Chromium or Chrome on this machine: `apt-get install chromium` installs one.")
    port = free_port()
    url = f"http://localhost:{port}"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    figures: dict[str, dict[str, dict[str, float]]] = {}
    with (
        servers.portal(durable=False, STATIC_MANIFEST="true", PUBLIC_URL=url) as directory,
        (directory / "web.log").open("wb") as log,
    ):
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("seed_demo", stdout=io.StringIO())
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--no-ws", "--blocking-threads", "4", "--log-level", "error"]
        web = subprocess.Popen([*command, "shumoos.wsgi:application"], stdout=log, stderr=log)
        try:
            wait_for(url, web)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
                )
                for name in ONLY:
                    username, path = PAGES[name]
                    figures[name] = {
                        state: measure(browser, url, username, path, is_warm=state == "warm")
                        for state in ("cold", "warm")
                    }
                browser.close()
        finally:
            web.terminate()
            web.wait()
    results.table(
        f"A phone {SLOWER} times slower, {BYTES_A_SECOND // 1000} kB/s, {ROUNDS} rounds",
        ["page", "cold ms", "warm ms", "cold kB", "warm kB", "requests", "shifts"],
        [
            [
                name,
                round(sides["cold"]["usable"]),
                round(sides["warm"]["usable"]),
                sides["cold"]["bytes"] / 1000,
                sides["warm"]["bytes"] / 1000,
                round(sides["cold"]["requests"]),
                sides["cold"]["shifts"],
            ]
            for name, sides in figures.items()
        ],
    )
    results.write("pages", {"pages": figures}, is_full=ROUNDS == FULL and set(ONLY) == set(PAGES))


if __name__ == "__main__":
    main()
