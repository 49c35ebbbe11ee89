from django.urls import path

from registration.views import directory, done, status, steps

app_name = "registration"
urlpatterns = [
    path("directory/", directory.search, name="directory"),
    path("register/", steps.register, name="register"),
    path("register/done/", done.done, name="done"),
    path("status/", status.status, name="status"),
]
