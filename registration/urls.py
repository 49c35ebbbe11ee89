from django.urls import path

from registration.views import done, status, steps

app_name = "registration"
urlpatterns = [
    path("register/", steps.register, name="register"),
    path("register/done/", done.done, name="done"),
    path("status/", status.status, name="status"),
]
