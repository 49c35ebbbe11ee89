from django.urls import path

from registration.views import corrections, directory, done, status, steps

app_name = "registration"
urlpatterns = [
    path("directory/", directory.search, name="directory"),
    path("register/", steps.register, name="register"),
    path("register/done/", done.done, name="done"),
    path("register/done/slip/", done.done_slip, name="done_slip"),
    path("status/", status.status, name="status"),
    path("status/code/", status.type_code, name="status_code"),
    path("status/code/send/", status.ask_for_code, name="status_send_code"),
    path("status/details/", status.details, name="status_details"),
    path("status/slip/", status.status_slip, name="status_slip"),
    path("status/correct/", corrections.correct, name="status_correct"),
    path("status/withdraw/", corrections.withdraw, name="status_withdraw"),
    path("status/again/", corrections.apply_again, name="status_again"),
]
