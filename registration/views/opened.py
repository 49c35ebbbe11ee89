"""What a browser may see and do about an application: found by its number, or opened by a code as well."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from registration import following
from registration.forms import CodeForm, StatusForm
from registration.models import Application
from registration.views.codes import send_code_from
from shumoos.accounts.codes import CodeRefused, check_code, is_code_out

FOUND_KEY = "found_application"
OPENED_KEY = "opened_application"
OPEN_FOR = timedelta(minutes=30)


def remember_found(request: HttpRequest, application: Application) -> None:
    request.session[FOUND_KEY] = application.key


def found(request: HttpRequest) -> Application | None:
    """Return the application that this browser last found by number and mobile's ending."""
    return with_key(request.session.get(FOUND_KEY))


def find_typed(request: HttpRequest, form: StatusForm) -> Application | None:
    """Return the application that the valid form names, and remember it; the form says where there is none.

    Raises `following.TooManyWrong`.
    """
    application = following.find(**form.cleaned_data, address=request.META.get("REMOTE_ADDR"))
    if application is None:
        form.say_unknown()
    else:
        remember_found(request, application)
    return application


def purpose_of(application: Application) -> str:
    return f"status:{application.reference}"


def send_opening_code(request: HttpRequest, *, start: str, then: str) -> HttpResponse:
    """Send a code to the owner's mobile and lead on to `then`; to `start` where nothing has been found."""
    application = found(request)
    if application is None:
        return redirect(start)
    send_code_from(request, purpose=purpose_of(application), mobile=application.owner_mobile)
    return redirect(then)


def take_opening_code(request: HttpRequest, template: str, *, start: str, then: str) -> HttpResponse:
    """Take the code, open the application that was found for it, and lead on to `then`."""
    application = found(request)
    if application is None:
        return redirect(start)
    asked = {"purpose": purpose_of(application), "mobile": application.owner_mobile}
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            check_code(**asked, typed=form.cleaned_data["code"])
        except CodeRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            open_up(request, application)
            return redirect(then)
    context = {
        "form": form,
        "shows_code": form.is_bound or is_code_out(**asked),
        "application": application,
        "ending": application.owner_mobile[-4:],
    }
    return render(request, template, context, status=422 if form.errors else 200)


def ask_for_code_at(request: HttpRequest, where: str) -> HttpResponse:
    """Send whoever has typed no code, or half an hour ago, to where codes are asked for."""
    messages.info(request, _("For this a code is needed, which holds for 30 minutes."))
    return redirect(where)


def open_up(request: HttpRequest, application: Application) -> None:
    """Let this browser at the details of one application for 30 minutes, under a new session key."""
    request.session.cycle_key()
    until = timezone.now() + OPEN_FOR
    request.session[OPENED_KEY] = {"key": application.key, "until": until.timestamp()}


def opened(request: HttpRequest) -> Application | None:
    """Return the application whose details this browser may see now."""
    entry = request.session.get(OPENED_KEY)
    if not entry or entry["until"] <= timezone.now().timestamp():
        return None
    return with_key(entry["key"])


def with_key(key: str | None) -> Application | None:
    sent = Application.objects.sent().select_related("office", "city", "sector", "authority")
    return sent.filter(key=key).first() if key else None
