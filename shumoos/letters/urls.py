from django.urls import path

from shumoos.letters import views

app_name = "letters"
urlpatterns = [
    path("verify/", views.verify_form, name="verify_form"),
    path("verify/<str:code>/", views.verify, name="verify"),
]
