"""Where anybody can see whether a letter is genuine. Shows no personal data."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from shumoos.letters.forms import CodeForm
from shumoos.letters.models import Letter, Status

TONES = {Status.VALID: "success", Status.SUPERSEDED: "warning", Status.REVOKED: "danger"}


@login_not_required
@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and lead to the page of the one that was typed."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("letters:verify", form.cleaned_data["code"])
    return render(request, "letters/verify_form.html", {"form": form})


@login_not_required
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether the letter of that code is valid, superseded or revoked; 404 where there is none."""
    form = CodeForm({"code": code})
    letter = Letter.objects.filter(code=form.cleaned_data["code"]).first() if form.is_valid() else None
    if letter is None:
        again = CodeForm(initial={"code": code[:60]})
        return render(request, "letters/unknown.html", {"form": again}, status=404)
    return render(request, "letters/verify.html", {"letter": letter, "tone": TONES[Status(letter.status)]})
