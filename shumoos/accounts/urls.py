from django.contrib.auth.views import LogoutView
from django.urls import path

from shumoos.accounts.views import account, audit, invitation, mobile, signing_in, staff

app_name = "accounts"
urlpatterns = [
    path("login/", signing_in.SignIn.as_view(), name="login"),
    path("login/code/", signing_in.code, name="code"),
    path("login/code/lost/", signing_in.lost, name="lost"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("invitation/<str:key>/", invitation.invitation, name="invitation"),
    path("account/", account.account, name="account"),
    path("account/mobile/", mobile.ask, name="mobile"),
    path("account/mobile/codes/", mobile.type_codes, name="mobile_codes"),
    path("account/confirm/", signing_in.confirm, name="confirm"),
    path("account/password/", account.choose_password, name="choose_password"),
    path("account/authenticator/", account.enrol, name="enrol"),
    path("account/authenticator/codes/", account.recovery_codes, name="recovery_codes"),
    path("account/authenticator/remove/", account.remove_authenticator, name="remove_authenticator"),
    path("account/sessions/", account.own_sessions, name="sessions"),
    path("account/sessions/end/", account.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<int:pk>/end/", account.end_session, name="end_session"),
    path("audit/", audit.log, name="log"),
    path("audit/unusual/", audit.unusual, name="unusual"),
    path("staff/", staff.staff, name="staff"),
    path("staff/invite/", staff.invite, name="invite"),
    path("staff/people/<int:pk>/end/", staff.end_access, name="end_access"),
    path("staff/people/<int:pk>/password/", staff.new_password, name="new_password"),
    path("staff/invitations/<int:pk>/resend/", staff.resend, name="resend_invitation"),
    path("staff/invitations/<int:pk>/revoke/", staff.revoke, name="revoke_invitation"),
    path("staff/people/<int:pk>/reset/", staff.ask_reset, name="ask_reset"),
    path("staff/resets/<int:pk>/confirm/", staff.confirm_reset, name="confirm_reset"),
    path("staff/resets/<int:pk>/refuse/", staff.refuse_reset, name="refuse_reset"),
]
