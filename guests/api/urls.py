from django.urls import path

from guests.api.operations import api
from guests.api.sending import send

urlpatterns = [
    # The same operation as the one below, without the way through the library.
    path("records", send),
    path("", api.urls),
]
