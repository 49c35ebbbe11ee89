from django.urls import path

from guests.views import changing, entering, receipts, records

app_name = "guests"
urlpatterns = [
    path("", records.records, name="list"),
    path("new/", entering.new, name="new"),
    path("new/check/", entering.check, name="check"),
    path("<int:pk>/", records.detail, name="detail"),
    path("<int:pk>/correct/", changing.correct, name="correct"),
    path("<int:pk>/cancel/", changing.cancel, name="cancel"),
    path("refused/", changing.to_correct, name="to_correct"),
    path("receipts/", receipts.receipts, name="receipts"),
    path("receipts/<str:number>/", receipts.receipt, name="receipt"),
]
