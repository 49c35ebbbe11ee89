"""Every address of the portal, by the app that answers it."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from activation.views import queue
from guests.views import monitoring
from shumoos import design, health, help, home, views
from shumoos.accounts.views import signing_in
from shumoos.admin_words import AdminWords

urlpatterns = [
    # First, because most of what comes is for it.
    path("api/v1/", include("guests.api.urls")),
    path("", views.front, name="front"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", monitoring.show_metrics, name="metrics"),
    path("design/", design.design, name="design"),
    path("help/", help.index, name="help"),
    path("help/<slug:slug>/", help.guide, name="help_guide"),
    path("home/", home.home, name="home"),
    path("", include("shumoos.accounts.urls")),
    path("", include("shumoos.sms.urls")),
    path("", include("shumoos.letters.urls")),
    path("", include("registration.urls")),
    path("guests/", include("guests.urls")),
    path("account/keys/", include("guests.key_urls")),
    path("violations/", include("violations.urls")),
    path("", include("activation.urls")),
    path("", include("support.urls")),
    # Before the admin's own start page, whose address and name it shares.
    path("admin/", admin.site.admin_view(queue.start)),
    # One door, and one way to a new password, with all their checks: the admin's own lead there.
    path("admin/login/", signing_in.admin_sign_in),
    path("admin/password_change/", RedirectView.as_view(pattern_name="accounts:choose_password")),
    path("admin/jsi18n/", admin.site.admin_view(AdminWords.as_view(), cacheable=True)),
    path("admin/", admin.site.urls),
]

handler400 = "shumoos.errors.bad_request"
handler403 = "shumoos.errors.permission_denied"
handler404 = "shumoos.errors.page_not_found"
handler500 = "shumoos.errors.server_error"
