from django.urls import path

from registration import views

app_name = "registration"
urlpatterns = [
    path("register/", views.register, name="register"),
    path("register/done/", views.done, name="done"),
    path("status/", views.status, name="status"),
]
