from django.urls import path

from registration.views import agents, agreements, corrections, directory, done, mandates, status, steps

app_name = "registration"
urlpatterns = [
    path("directory/", directory.search, name="directory"),
    path("register/", steps.register, name="register"),
    path("register/done/", done.done, name="done"),
    path("register/done/slip/", done.done_slip, name="done_slip"),
    path("status/", status.status, name="status"),
    path("status/code/", status.type_code, name="status_code"),
    path("status/code/send/", status.ask_for_code, name="status_send_code"),
    path("status/details/", status.details, name="status_details"),
    path("status/slip/", status.status_slip, name="status_slip"),
    path("status/correct/", corrections.correct, name="status_correct"),
    path("status/withdraw/", corrections.withdraw, name="status_withdraw"),
    path("status/again/", corrections.apply_again, name="status_again"),
    path("mandates/", mandates.show, name="mandates"),
    path("mandates/ask/", mandates.ask, name="ask_mandate"),
    path("mandates/<int:pk>/", mandates.detail, name="mandate_detail"),
    path("mandates/<int:pk>/revoke/", mandates.revoke, name="revoke_mandate"),
    path("mandates/<slug:key>/", mandates.answer, name="mandate"),
    path("agreements/<int:pk>/", agreements.detail, name="agreement"),
    path("agreements/<int:pk>/payment/", agreements.payment, name="agreement_payment"),
    path("agreements/<int:pk>/<slug:kind>/", agreements.duty, name="agreement_duty"),
    path("agreements/<int:pk>/<slug:kind>/document/", agreements.evidence, name="agreement_evidence"),
    path("agents/", agents.show, name="agents"),
    path("agents/<int:pk>/end/", agents.end, name="end_agent"),
    path("agents/<int:pk>/credentials/", agents.resend, name="resend_agent_credentials"),
]
