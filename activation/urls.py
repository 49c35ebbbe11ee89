from django.urls import path

from activation.views import closing

app_name = "activation"
urlpatterns = [
    path("subscriptions/closings/", closing.requests, name="closings"),
    path("subscriptions/closings/<int:pk>/", closing.closing_request, name="closing"),
    path("subscriptions/closings/<int:pk>/confirm/", closing.confirm, name="confirm_closing"),
    path("subscriptions/closings/<int:pk>/refuse/", closing.refuse, name="refuse_closing"),
    path("subscriptions/<slug:number>/", closing.show, name="subscription"),
    path("subscriptions/<slug:number>/letters/<int:pk>/", closing.letter, name="letter"),
    path("subscriptions/<slug:number>/closing/", closing.ask, name="ask_closing"),
    path("subscriptions/<slug:number>/closing/withdraw/", closing.withdraw, name="withdraw_closing"),
]
