"""“Was this page useful?” on every public page, and what is kept how long."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shumoos import keeping
from shumoos.errors import too_many_attempts
from support import feedback
from support.forms import WhyForm
from support.models import PageAnswer

KEY = "page_answer"


@login_not_required
@require_POST
def useful(request: HttpRequest) -> HttpResponse:
    """Keep a yes or a no about a page, and ask why."""
    page, said = request.POST.get("page", ""), request.POST.get("useful", "")
    if said not in ("yes", "no") or not feedback.is_page(page):
        return HttpResponseBadRequest()
    try:
        answer = feedback.give(
            page,
            is_useful=said == "yes",
            language=get_language() or "ar",
            address=request.META.get("REMOTE_ADDR"),
        )
    except feedback.TooMany as refusal:
        return too_many_attempts(request, wait=refusal.wait)
    request.session[KEY] = answer.pk
    return redirect("support:useful_why")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def why(request: HttpRequest) -> HttpResponse:
    """Thank for the answer just given, and take the reason for it."""
    answer = PageAnswer.objects.filter(pk=request.session.get(KEY, 0)).first()
    if answer is None:
        return redirect("front")
    form = WhyForm(request.POST if request.method == "POST" else None, is_useful=answer.is_useful)
    if form.is_valid():
        feedback.say_why(answer, **form.cleaned_data)
        del request.session[KEY]
        return render(request, "support/useful_done.html")
    return render(
        request, "support/useful.html", {"form": form, "answer": answer}, status=422 if form.errors else 200
    )


@login_not_required
@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """What is kept how long, from what the deleting itself goes by."""
    return render(request, "support/kept.html", {"rules": keeping.rules()})
