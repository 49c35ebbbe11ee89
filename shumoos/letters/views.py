"""Where anybody can see whether a letter is genuine. Shows no personal data."""

from math import ceil
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shumoos.letters import numbers, today
from shumoos.letters.authenticity import Finding, Verdict, examine
from shumoos.letters.copies import issued_pdf
from shumoos.letters.forms import CodeForm, FileForm
from shumoos.letters.limits import TooMany, count_check
from shumoos.letters.models import Letter, Status
from shumoos.saudi import receipt_number

TONES = {Status.VALID: "success", Status.SUPERSEDED: "warning", Status.REVOKED: "danger"}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_form(request: HttpRequest) -> HttpResponse:
    """Ask for a code and lead to its page, or take a letter's PDF and say whether it is the one issued."""
    if request.method == "POST":
        return verify_file(request)
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("letters:verify", form.cleaned_data["code"])
    return render(request, "letters/verify_form.html", {"form": form, "file_form": FileForm()})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether the letter of that code is valid, superseded or revoked; 404 where there is none.

    What it states may be over though it is valid: then that comes first. A posted PDF is compared with that
    very letter.
    """
    form = CodeForm({"code": code})
    letter = None
    if form.is_valid():
        letter = Letter.objects.filter(code=form.cleaned_data["code"]).select_related("replaced_by").first()
    if letter is None and form.is_valid() and receipt_number.is_valid(form.cleaned_data["code"]):
        return verify_number(request, form)
    if letter is None:
        again = CodeForm(initial={"code": code[:60]})
        return render(request, "letters/unknown.html", {"form": again}, status=404)
    if request.method == "POST":
        return verify_file(request, letter)
    return render(request, "letters/verify.html", about(letter) | {"file_form": FileForm()})


def verify_number(request: HttpRequest, form: CodeForm) -> HttpResponse:
    """Say what a receipt of that number says. Numbers are counted, or whoever tries them all finds some."""
    try:
        count_check(request.META.get("REMOTE_ADDR"))
    except TooMany as refusal:
        form.add_error("code", _("Too many numbers were tried from here. Try again in a quarter of an hour."))
        response = render(request, "letters/unknown.html", {"form": form}, status=429)
        response["Retry-After"] = str(ceil(refusal.wait.total_seconds()))
        return response
    found = numbers.find(form.cleaned_data["code"])
    if found is None:
        return render(request, "letters/unknown.html", {"form": form}, status=404)
    return render(request, "letters/numbered.html", {"found": found})


def verify_file(request: HttpRequest, letter: Letter | None = None) -> HttpResponse:
    """Say what the posted file is, and whether it is this letter where there is one."""
    form = FileForm(request.POST, request.FILES)
    try:
        count_check(request.META.get("REMOTE_ADDR"))
    except TooMany as refusal:
        form.add_error("file", str(refusal))
        response = ask_again(request, letter, form, status=429)
        response["Retry-After"] = str(ceil(refusal.wait.total_seconds()))
        return response
    if not form.is_valid():
        return ask_again(request, letter, form, status=422)
    verdict = examine(form.cleaned_data["file"].read())
    is_another = bool(letter and verdict.letter and verdict.letter != letter)
    found = about(verdict.letter)
    context = found | {
        "verdict": verdict,
        "file_tone": file_tone(verdict, is_another, found),
        "expected": letter,
        "is_another": is_another,
        "form": CodeForm(),
        "file_form": FileForm(),
    }
    return render(request, "letters/verify_file.html", context)


def ask_again(request: HttpRequest, letter: Letter | None, form: FileForm, *, status: int) -> HttpResponse:
    page = "letters/verify.html" if letter else "letters/verify_form.html"
    return render(request, page, about(letter) | {"form": CodeForm(), "file_form": form}, status=status)


def about(letter: Letter | None) -> dict[str, Any]:
    """Return what the pages show of a letter, with how what it states stands today."""
    if letter is None:
        return {}
    return {"letter": letter, "tone": TONES[Status(letter.status)], "standing": today.standing(letter)}


def file_tone(verdict: Verdict, is_another: bool, found: dict[str, Any]) -> str:
    """A file is no success, however genuine, that is not the expected letter or states what is over."""
    if verdict.finding != Finding.ISSUED or verdict.letter is None or is_another:
        return "danger"
    is_valid = verdict.letter.status == Status.VALID
    return found["standing"].tone if is_valid and found["standing"] else found["tone"]


def pdf_response(letter: Letter) -> HttpResponse:
    """Return a letter's PDF as a file to save, named after its number."""
    response = HttpResponse(issued_pdf(letter), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{letter.number.replace("/", "-")}.pdf"'
    return response
