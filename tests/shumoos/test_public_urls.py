"""What can be opened without signing in. A new public address is added here on purpose, or by mistake."""

from django.urls import URLResolver, get_resolver

PUBLIC = {
    "",
    "api/v1/docs",
    "api/v1/openapi.json",
    "ask/",
    "ask/code/",
    "ask/code/send/",
    "ask/tickets/",
    "ask/tickets/<str:number>/",
    "ask/tickets/<str:number>/<slug:what>/",
    "ask/tickets/<str:number>/files/<int:pk>/",
    "design/",
    "healthz",
    "help/",
    "help/<slug:slug>/",
    "invitation/<str:key>/",
    "kept/",
    "language/",
    "login/",
    "login/forgotten/",
    "login/forgotten/code/",
    "mandates/<slug:key>/",
    "metrics",
    "readyz",
    "register/",
    "register/done/",
    "register/done/slip/",
    "register/another/",
    "register/go-on/",
    "register/check/",
    "register/documents/",
    "register/documents/<slug:kind>/",
    "register/documents/<slug:kind>/remove/",
    "register/documents/<slug:kind>/small/",
    "register/documents/<slug:kind>/upload/",
    "register/establishment/",
    "register/establishment/places/",
    "register/link/",
    "register/owner/",
    "register/owner/code/",
    "register/resume/<slug:key>/",
    "sms/status/",
    "status/",
    "status/again/",
    "status/code/",
    "status/code/send/",
    "status/correct/",
    "status/details/",
    "status/slip/",
    "status/withdraw/",
    "useful/",
    "useful/why/",
    "verify/",
    "verify/<str:code>/",
    "admin/login/",
}


def views(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def test_everything_needs_sign_in_but_for_this_list():
    public = {
        route
        for route, view in views(get_resolver().url_patterns)
        if not getattr(view, "login_required", True)
    }
    assert public == PUBLIC


def test_strangers_are_led_to_the_sign_in(client, db):
    for address in ("/home/", "/guests/", "/guests/new/", "/violations/", "/tickets/", "/desk/", "/account/"):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, f"/login/?next={address}")
