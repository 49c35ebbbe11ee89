"""What the tests of activation do before they come to their point."""

from datetime import date

from django.urls import reverse

from activation import decisions
from activation.forms import ANSWERS


def page(name, application, *more):
    return reverse(f"admin:activation_{name}", args=[application.pk, *more])


def last_day(document):
    """The day until which the original is valid."""
    is_licence = document.kind_id == "licence"
    return document.application.licence.expires_on if is_licence else date(2034, 5, 1)


def everything_ticked(application):
    """The form data of a complete checklist."""
    documents = application.documents.current()
    ticks = {f"{answer}_{document.pk}": "on" for document in documents for answer in ANSWERS}
    days = {
        f"valid_until_{document.pk}": last_day(document).isoformat()
        for document in documents
        if document.kind.expires
    }
    return {"checklist": "1", "person_checked": "on", **ticks, **days}


def answers(review):
    """A complete checklist as `decisions.tick` takes it."""
    return {
        check.document_id: dict.fromkeys(ANSWERS, True)
        | ({"valid_until": last_day(check.document)} if check.expires else {})
        for check in review.checks.select_related("document__kind")
    }


def claimed(application, supervisor):
    """The application, taken up and with its checklist complete."""
    review = decisions.claim(application, by=supervisor)
    decisions.tick(application, by=supervisor, person_checked=True, checks=answers(review))
    return application
