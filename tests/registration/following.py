"""What the tests of the status page do before they come to their point."""

from django.urls import reverse

from tests.codes import receive_code


def right(application, **changes):
    """The form data that finds an application."""
    return {
        "reference": application.shown_reference,
        "mobile_ending": application.owner_mobile[-4:],
    } | changes


def opened(client, application):
    """The browser, after its owner has found the application and typed the code."""
    client.post(reverse("registration:status"), right(application))
    client.post(reverse("registration:status_send_code"))
    code = receive_code(application.owner_mobile)
    response = client.post(reverse("registration:status_code"), {"code": code})
    assert response.status_code == 302
    return client
