from django.urls import path

from violations.views import objections, orders, owner

app_name = "violations"
urlpatterns = [
    path("", owner.mine, name="mine"),
    path("cases/<int:pk>/", owner.case, name="case"),
    path("notices/<int:pk>/letter.pdf", owner.notice_letter, name="notice_letter"),
    path("notices/<int:pk>/object/", objections.file, name="object"),
    path("occurrences/<int:pk>/corrected/", owner.corrected, name="corrected"),
    path("objections/<int:pk>/", objections.detail, name="objection"),
    path("objections/<int:pk>/letter.pdf", objections.letter, name="objection_letter"),
    path("objections/<int:pk>/documents/<int:document_pk>/", objections.document, name="objection_document"),
    path("accounts/<int:pk>/", owner.account, name="account"),
    path("accounts/<int:pk>/account.csv", owner.account_csv, name="account_csv"),
    path("accounts/<int:pk>/account.pdf", owner.account_pdf, name="account_pdf"),
    path("entries/<int:pk>/letter.pdf", owner.entry, name="entry_letter"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<int:pk>/order.pdf", orders.order_letter, name="order_letter"),
    path("orders/<int:pk>/lifting.pdf", orders.lifting_letter, name="lifting_letter"),
]
