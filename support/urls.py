from django.urls import path

from support.views import asking, desk, inside, rights, tickets, useful

app_name = "support"
urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/applications/<int:pk>/", desk.application, name="application"),
    path("desk/applications/<int:pk>/named/", desk.name, name="named"),
    path("desk/applications/<int:pk>/<slug:kind>/", desk.act, name="act"),
    path("desk/licences/<int:pk>/", desk.licence, name="licence"),
    path("desk/pages/", desk.answers, name="answers"),
    path("desk/rights/", desk.rights_requests, name="rights_requests"),
    path("desk/tickets/<str:number>/take/", inside.take, name="take"),
    path("desk/tickets/<str:number>/assign/", inside.assign, name="assign"),
    path("desk/tickets/<str:number>/answer/", inside.answer, name="answer"),
    path("desk/tickets/<str:number>/note/", inside.note, name="note"),
    path("desk/tickets/<str:number>/change/", inside.change, name="change"),
    path("desk/tickets/<str:number>/merge/", inside.merge, name="merge"),
    path("desk/tickets/<str:number>/link/", inside.link, name="link"),
    path("desk/tickets/<str:number>/outcome/", inside.outcome, name="outcome"),
    path("tickets/", tickets.ticket_list, name="tickets"),
    path("tickets/new/", tickets.new_ticket, name="new_ticket"),
    path("tickets/<str:number>/", tickets.ticket, name="ticket"),
    path("tickets/<str:number>/files/<int:pk>/", tickets.file, name="ticket_file"),
    path("tickets/<str:number>/<slug:what>/", tickets.act, name="ticket_act"),
    path("ask/", asking.ask, name="ask"),
    path("ask/code/", asking.type_code, name="ask_code"),
    path("ask/code/send/", asking.ask_for_code, name="ask_send_code"),
    path("ask/tickets/", asking.ask_tickets, name="ask_tickets"),
    path("ask/tickets/<str:number>/", asking.ask_ticket, name="ask_ticket"),
    path("ask/tickets/<str:number>/files/<int:pk>/", asking.ask_file, name="ask_file"),
    path("ask/tickets/<str:number>/<slug:what>/", asking.ask_act, name="ask_act"),
    path("useful/", useful.useful, name="useful"),
    path("useful/why/", useful.why, name="useful_why"),
    path("kept/", useful.kept, name="kept"),
    path("account/data/", rights.show, name="rights"),
    path("account/data/copies/<int:pk>.<slug:form>", rights.fetch, name="copy"),
]
