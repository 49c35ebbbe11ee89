"""The pages on which officers of a licensing authority load its register and see what came of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registration import register_import as register_reading
from registration import register_upload
from registration.models import RegisterImport
from registration.register_upload import RegisterForm
from registration.registers import explaining, refusals
from registration.registers.wording import FileRefused, problem_sentence
from shumoos.accounts.access_log import log_look
from shumoos.accounts.fresh import recently_verified_for_a_file
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key
from shumoos.uploads import NamelessUploadHandler

PAGE = 50
# What is longer is no key of the database's.

may_load = permission_required("registration.load_register", raise_exception=True)


def may_read(view):
    """Let officers and auditors in; which imports they see is up to `visible_to`."""

    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (
            request.user.has_perm("registration.load_register")
            or request.user.has_perm("registration.view_registerimport")
        ):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@require_safe
@may_read
def imports(request: SignedInRequest) -> HttpResponse:
    """List what was loaded, newest first."""
    visible = RegisterImport.objects.visible_to(request.user).select_related("authority", "by")
    before = key_of(request.GET.get("before", ""))
    if before is not None:
        visible = visible.filter(pk__lt=before)
    rows, older = cut(visible.order_by("-pk"))
    address = reverse("registration:registers")
    context = {
        "rows": rows,
        "newest": address if before is not None else "",
        "older": f"{address}?before={rows[-1].pk}" if older else "",
        "shows_authority": request.user.role != "authority" or request.user.authorities.count() > 1,
        "may_load": request.user.has_perm("registration.load_register"),
    }
    return render(request, "registration/registers/list.html", context)


@csrf_exempt  # of the middleware, which would read the file before its handler is in place; see `take_in`
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may_load
def load(request: SignedInRequest) -> HttpResponse:
    """Show the form for a register, or take one in and lead to its page."""
    handler = register_upload.upload_handler(request)
    request.upload_handlers = [handler]
    return take_in(request, handler)


@csrf_protect
def take_in(request: SignedInRequest, handler: NamelessUploadHandler) -> HttpResponse:
    form = RegisterForm(user=request.user)
    if request.method == "POST":
        # The file is read here: only then the handler knows whether it is too large.
        posted = (request.POST, request.FILES)
        form = RegisterForm(*posted, user=request.user, is_too_large=handler.is_too_large)
    if form.authorities and form.is_valid() and (stored := keep(request, form)):
        return redirect("registration:register_import", stored.pk)
    # Nothing typed is lost by it, but for the file, which no page can give back to a browser.
    context = {"form": form, "authorities": form.authorities}
    return render(request, "registration/registers/load.html", context, status=422 if form.errors else 200)


def keep(request: SignedInRequest, form: RegisterForm) -> RegisterImport | None:
    """Return the import of the form's file; None, with the reason in the form, where it is no register."""
    file = form.cleaned_data["file"]
    try:
        stored, is_new = register_upload.take_in(file, authority=form.chosen, by=request.user)
    except FileRefused as refusal:
        form.add_error("file", str(refusal))
        return None
    if is_new:
        messages.success(request, _("The file is here. It is read in a moment."))
    else:
        messages.info(request, _("The same file is on its way in already: this is its page."))
    return stored


@never_cache
@require_safe
@may_read
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how far an import is, or what came of it with the refused lines."""
    register_import = in_scope(request, pk)
    after = key_of(request.GET.get("after", ""))
    refused = register_import.refused_lines.order_by("line")
    if after is not None:
        refused = refused.filter(line__gt=after)
    lines, more = ([], False) if register_import.is_unfinished else cut(refused)
    if lines:
        log_look(request, "list refused lines", register_import, people=len(lines))
    address = reverse("registration:register_import", args=[pk])
    context = progress_of(register_import) | {
        "same_before": RegisterImport.objects.same_file_before(register_import),
        "lines": [(line.line, refusals.faults_of(line)) for line in lines],
        "first": f"{address}#refused" if after is not None else "",
        "next": f"{address}?after={lines[-1].line}#refused" if more else "",
        "may_load": request.user.has_perm("registration.load_register"),
    }
    return render(request, "registration/registers/detail.html", context)


@never_cache
@require_safe
@may_read
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer a page that asks again and again how far its import is; it is loaded anew at the end."""
    register_import = in_scope(request, pk)
    response = render(request, "registration/registers/includes/progress.html", progress_of(register_import))
    if not register_import.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@may_load
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    """End an import before anything of it is taken; one that has ended stays as it is."""
    register_import = in_scope(request, pk)
    if not register_reading.stop(register_import):
        messages.info(request, _("The reading had ended already."))
    return redirect("registration:register_import", pk)


def progress_of(register_import: RegisterImport) -> dict[str, Any]:
    text, tone = register_import.badge
    return {
        "import": register_import,
        "status_text": text,
        "status_tone": tone,
        "problem": problem_sentence(register_import.problem) if register_import.problem else "",
    }


@never_cache
@require_safe
@may_read
@recently_verified_for_a_file
def refused(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    """Hand out the refused lines as a file to mend and load again. They name people: the look is logged."""
    register_import = in_scope(request, pk)
    log_look(request, "refused lines", register_import)
    return csv_response(refusals.refused_csv(register_import), f"refused-{pk}.csv")


@require_safe
@may_read
def columns(request: SignedInRequest) -> HttpResponse:
    return render(
        request,
        "registration/registers/columns.html",
        {"columns": explaining.columns(), "codes": codes(request)},
    )


def codes(request: SignedInRequest) -> list[tuple[Any, list[Any]]]:
    """Return the authorities that concern the person, each with its sectors."""
    authorities = explaining.authorities_of(request.user)
    return [(authority, list(authority.sectors.all())) for authority in authorities]


@require_safe
@may_read
def template(request: SignedInRequest) -> StreamingHttpResponse:
    return csv_response(explaining.template_csv(request.user), "register-template.csv")


def in_scope(request: SignedInRequest, pk: int) -> RegisterImport:
    visible = RegisterImport.objects.visible_to(request.user).select_related("authority", "by")
    return get_object_or_404(visible, pk=pk)


def csv_response(lines, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def key_of(text: str) -> int | None:
    return int(text) if is_key(text) else None


def cut(rows: QuerySet[Any]) -> tuple[list[Any], bool]:
    """Return the first page of rows, and whether there are more."""
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE
