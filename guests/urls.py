from django.urls import path

from guests.views import calendar, changing, entering, files, in_house, receipts, records, searching

app_name = "guests"
urlpatterns = [
    path("", records.records, name="list"),
    path("new/", entering.new, name="new"),
    path("new/check/", entering.check, name="check"),
    path("in-house/", in_house.in_house, name="in_house"),
    path("search/", searching.search, name="search"),
    path("calendar/", calendar.month, name="calendar"),
    path("nil-returns/", calendar.nil_return, name="nil_return"),
    path("nil-returns/standing/", calendar.standing_nil_return, name="standing_nil_return"),
    path("<int:pk>/", records.detail, name="detail"),
    path("<int:pk>/departure/", in_house.depart, name="depart"),
    path("<int:pk>/departure/undo/", in_house.undo, name="undo_departure"),
    path("<int:pk>/move/", in_house.move, name="move"),
    path("<int:pk>/correct/", changing.correct, name="correct"),
    path("<int:pk>/cancel/", changing.cancel, name="cancel"),
    path("refused/", changing.to_correct, name="to_correct"),
    path("files/", files.files, name="files"),
    path("files/new/", files.send, name="send_file"),
    path("files/template/<slug:kind>.<slug:form>", files.template, name="file_template"),
    path("files/<int:pk>/", files.file, name="file"),
    path("files/<int:pk>/progress/", files.progress, name="file_progress"),
    path("files/<int:pk>/stop/", files.stop, name="stop_file"),
    path("files/<int:pk>/mend.xlsx", files.refused, name="file_refused"),
    path("receipts/", receipts.receipts, name="receipts"),
    path("receipts/<str:number>/", receipts.receipt, name="receipt"),
    path("receipts/<str:number>/pdf/", receipts.receipt_pdf, name="receipt_pdf"),
    path("receipts/days/<str:number>/<str:day>/", receipts.day, name="day"),
    path("receipts/days/<str:number>/<str:day>/pdf/", receipts.day_pdf, name="day_pdf"),
]
