"""What several of the desk's pages have in common."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest

from registration.moves import MoveRefused

can_open = permission_required("support.open_ticket", raise_exception=True)
works_desk = permission_required("support.work_desk", raise_exception=True)


def posted(request: HttpRequest) -> tuple[Any, ...]:
    """Return what a form is bound to: what was posted, or nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else ()


def attempt(request: HttpRequest, job: Callable[[], Any], done: str, form: BaseForm | None = None) -> bool:
    """Do one thing, and say that it is done; False, with a sentence, where it is refused.

    A refusal of a field goes to the form that has it, where there is one.
    """
    try:
        job()
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return False
    except ValidationError as refusal:
        if form is not None:
            add_refusal(form, refusal)
        else:
            messages.error(request, " ".join(refusal.messages))
        return False
    messages.success(request, done)
    return True


def add_refusal(form: BaseForm, refusal: ValidationError) -> None:
    """Put a refusal beside the fields that it names, or on top of the form."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, ValidationError(errors))


def first_error(form: BaseForm) -> str:
    """Return the first thing that is wrong with a form of one field."""
    return next((str(error) for errors in form.errors.values() for error in errors), "")
