from django.urls import path

from guests import views

app_name = "guests"
urlpatterns = [
    path("", views.records, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("receipts/", views.receipts, name="receipts"),
    path("receipts/<str:number>/", views.receipt, name="receipt"),
]
