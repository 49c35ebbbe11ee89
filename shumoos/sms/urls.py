from django.urls import path

from shumoos.sms import views

app_name = "sms"
urlpatterns = [path("sms/status/", views.status, name="status")]
