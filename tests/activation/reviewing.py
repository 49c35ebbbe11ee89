"""What the tests of activation do before they come to their point."""

from django.urls import reverse

from activation import decisions
from activation.forms import ANSWERS


def page(name, application, *more):
    return reverse(f"admin:activation_{name}", args=[application.pk, *more])


def everything_ticked(application):
    """The form data of a complete checklist."""
    documents = application.documents.filter(is_current=True)
    ticks = {f"{answer}_{document.pk}": "on" for document in documents for answer in ANSWERS}
    return {"checklist": "1", "person_checked": "on", **ticks}


def claimed(application, supervisor):
    """The application, taken up and with its checklist complete."""
    review = decisions.claim(application, by=supervisor)
    checks = {check.document_id: dict.fromkeys(ANSWERS, True) for check in review.checks.all()}
    decisions.tick(application, by=supervisor, person_checked=True, checks=checks)
    return application
