from django.urls import path

from support import views

app_name = "support"
urlpatterns = [
    path("desk/", views.desk, name="desk"),
    path("desk/applications/<int:pk>/", views.application, name="application"),
    path("tickets/", views.ticket_list, name="tickets"),
    path("tickets/new/", views.new_ticket, name="new_ticket"),
    path("tickets/<str:number>/", views.ticket, name="ticket"),
]
