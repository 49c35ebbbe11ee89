from django.urls import path

from guests.views import keys

app_name = "api_keys"
urlpatterns = [
    path("", keys.show, name="list"),
    path("new/", keys.new, name="new"),
    path("<int:pk>/revoke/", keys.revoke, name="revoke"),
]
