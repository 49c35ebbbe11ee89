"""The pages of the file door: templates, sending a file, how far it is, and what came of it."""

import io
import tempfile
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guests import file_import as door
from guests import intake
from guests.file_upload import FileForm, upload_handler
from guests.files import report, templates
from guests.files.wording import FileRefused, sentence
from guests.intake import SubmissionRefused
from guests.kinds import KINDS, Kind
from guests.models import workplaces
from guests.models.file_imports import FileImport, FileStatus
from guests.views.common import PAGE, may_submit, page_of
from guests.views.entering import chosen_establishment, chosen_kind
from registration.models import Establishment
from shumoos.accounts.access_log import log_look
from shumoos.accounts.fresh import recently_verified_for_a_file
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key
from shumoos.uploads import NamelessUploadHandler, shown_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
@require_safe
@may_submit
def files(request: SignedInRequest) -> HttpResponse:
    """List what was sent, newest first, those that are still being read among them."""
    visible = FileImport.objects.visible_to(request.user).select_related("establishment", "by")
    context = page_of(visible, request.GET.get("before", ""), reverse("guests:files"))
    several = workplaces(request.user).count() > 1
    return render(request, "guests/files/list.html", context | {"shows_establishments": several})


@csrf_exempt  # of the middleware, which would read the file before its handler is in place; see `take_in`
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may_submit
def send(request: SignedInRequest) -> HttpResponse:
    """Show the form for a file, or take one in and lead to its page."""
    handler = upload_handler(request)
    request.upload_handlers = [handler]
    return take_in(request, handler)


@csrf_protect
def take_in(request: SignedInRequest, handler: NamelessUploadHandler) -> HttpResponse:
    establishment = chosen_establishment(request)
    if establishment is None:
        visible = workplaces(request.user).select_related("city")
        address = reverse("guests:send_file")
        return render(request, "guests/files/choose.html", {"establishments": visible, "address": address})
    kind = chosen_kind(request, establishment)
    if kind is None or not intake.is_subscribed(establishment):
        refusal = intake.why_refused(establishment) if kind else ""
        return render(
            request, "guests/not_possible.html", {"establishment": establishment, "refusal": refusal}
        )
    form = FileForm()
    if request.method == "POST":
        # The file is read here: only then the handler knows whether it is too large.
        posted = (request.POST, request.FILES)
        form = FileForm(*posted, is_too_large=handler.is_too_large)
    if form.is_valid() and (stored := keep(request, establishment, kind, form)):
        return redirect("guests:file", stored.pk)
    context = {
        "form": form,
        "kind": kind,
        "establishment": establishment,
        "kinds": kinds_with_links(establishment),
    }
    return render(request, "guests/files/send.html", context, status=422 if form.errors else 200)


def kinds_with_links(establishment: Establishment) -> list[tuple[Kind, str]]:
    """Return the establishment's kinds, each with the address of its own page."""
    address = reverse("guests:send_file")
    query = {"establishment": establishment.number}
    return [
        (kind, f"{address}?{urlencode(query | {'kind': kind.code})}")
        for kind in intake.kinds_of(establishment)
    ]


def keep(
    request: SignedInRequest, establishment: Establishment, kind: Kind, form: FileForm
) -> FileImport | None:
    """Return the import of the form's file; None, with the reason in the form, where it is refused."""
    file = form.cleaned_data["file"]
    try:
        stored, is_new = door.store(
            file.chunks(door.PIECE),
            establishment=establishment,
            kind=kind.code,
            by=request.user,
            mode=form.cleaned_data["mode"],
            file_name=shown_name(file.name),
            language=get_language() or "ar",
        )
    except FileRefused as refusal:
        form.add_error("file", refusal.message)
        return None
    except SubmissionRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    if is_new:
        messages.success(request, _("The file is here. It is read in a moment."))
    else:
        messages.info(request, _("The same file is on its way in already: this is its page."))
    return stored


@never_cache
@require_safe
@may_submit
def file(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how far a file is, or what came of it with the rows that were not taken."""
    file_import = in_scope(request, pk)
    if not file_import.is_unfinished and file_import.by_id == request.user.pk:
        FileImport.objects.filter(pk=pk, seen_at=None).update(seen_at=timezone.now())
    after = request.GET.get("after", "")
    refused = file_import.refused_rows.order_by("row")
    if is_key(after):
        refused = refused.filter(row__gt=int(after))
    rows = [] if file_import.is_unfinished else list(refused[: PAGE + 1])
    shown = rows[:PAGE]
    if shown:
        log_look(request, "refused rows", file_import)
    address = reverse("guests:file", args=[pk])
    context = progress_of(file_import) | {
        "same_before": FileImport.objects.same_file_before(file_import),
        "rows": [(row, list(report.faults_of(file_import.declaration, row))) for row in shown],
        "first": f"{address}#refused" if after else "",
        "next": f"{address}?after={shown[-1].row}#refused" if len(rows) > PAGE else "",
        "fits_a_workbook": report.fits_a_workbook(file_import),
        "again_url": f"{reverse('guests:send_file')}?{query_of(file_import)}",
    }
    return render(request, "guests/files/detail.html", context)


def query_of(file_import: FileImport) -> str:
    return urlencode({"establishment": file_import.establishment.number, "kind": file_import.kind})


@never_cache
@require_safe
@may_submit
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer a page that asks again and again how far its file is; it is loaded anew at the end."""
    file_import = in_scope(request, pk)
    response = render(request, "guests/files/includes/progress.html", progress_of(file_import))
    if not file_import.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


def progress_of(file_import: FileImport) -> dict[str, Any]:
    text, tone = file_import.badge
    problem = ""
    if file_import.problem == "refused":
        problem = intake.why_refused(file_import.establishment)
    elif file_import.problem:
        problem = sentence(file_import.problem, file_import.problem_values)
    return {
        "file": file_import,
        "status_text": text,
        "status_tone": tone,
        "problem": problem,
        "time_left": in_words(file_import.time_left),
        "is_taken": file_import.submission_id is not None,
        "is_known": file_import.status == FileStatus.DONE
        and file_import.duplicate == file_import.rows_done
        and bool(file_import.rows_done),
    }


def in_words(left: timedelta | None) -> str:
    """Return how long something still takes; empty where nobody knows."""
    if left is None:
        return ""
    seconds = int(left.total_seconds()) + 1
    if seconds < 60:
        return ngettext("About %(count)s second left", "About %(count)s seconds left", seconds) % {
            "count": seconds
        }
    minutes = round(seconds / 60)
    return ngettext("About %(count)s minute left", "About %(count)s minutes left", minutes) % {
        "count": minutes
    }


@require_POST
@may_submit
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    file_import = in_scope(request, pk)
    door.ask_to_stop(file_import)
    return redirect("guests:file", pk)


@never_cache
@require_safe
@may_submit
@recently_verified_for_a_file
def refused(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    """Hand out the bad rows to mend and send again: a workbook, or CSV where they are many.

    They name people: the look is logged.
    """
    file_import = in_scope(request, pk)
    log_look(request, "refused rows", file_import)
    if not report.fits_a_workbook(file_import):
        return StreamingHttpResponse(
            report.csv_lines(file_import),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="mend-{pk}.csv"'},
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
    report.write_report(file_import, file)
    return download(file, f"mend-{pk}.xlsx", XLSX)


@require_safe
@may_submit
def template(request: SignedInRequest, kind: str, form: str) -> FileResponse:
    """Hand out the template of a kind in the language of the page, as `xlsx` or `csv`."""
    if kind not in KINDS or form not in ("xlsx", "csv"):
        raise Http404
    name = f"{kind}.{form}"
    if form == "csv":
        return download(
            io.BytesIO(templates.csv_template(KINDS[kind]).encode()), name, "text/csv; charset=utf-8"
        )
    file = io.BytesIO()
    templates.write_template(KINDS[kind], file)
    return download(file, name, XLSX)


def download(file: Any, name: str, content_type: str) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)


def in_scope(request: HttpRequest, pk: int) -> FileImport:
    visible = FileImport.objects.visible_to(request.user).select_related("establishment", "by", "submission")
    return get_object_or_404(visible, pk=pk)
