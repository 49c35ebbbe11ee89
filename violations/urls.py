from django.urls import path

from violations import views

app_name = "violations"
urlpatterns = [path("", views.mine, name="mine")]
