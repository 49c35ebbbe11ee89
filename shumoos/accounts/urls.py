from django.contrib.auth.views import LogoutView
from django.urls import path

from shumoos.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", views.account, name="account"),
    path("account/password/", views.choose_password, name="choose_password"),
]
