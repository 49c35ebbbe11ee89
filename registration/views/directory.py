"""The page of the directory. A search is posted: what is looked for stands in no address and in no log."""

from django.contrib.auth.decorators import permission_required
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration import directory
from shumoos.accounts.access_log import log_look
from shumoos.accounts.fresh import ask_again, is_fresh
from shumoos.accounts.requests import SignedInRequest
from shumoos.saudi import calendar


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("registration.read_directory", raise_exception=True)
def search(request: SignedInRequest) -> HttpResponseBase:
    """Show the form, or what it finds: each page of results and each file is logged with the reason."""
    form = directory.DirectoryForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "most": f"{directory.MOST_IN_A_FILE:,}"}
    if not form.is_valid():
        return render(request, "registration/directory.html", context, status=422 if form.is_bound else 200)
    found = directory.find(**form.criteria)
    reason = form.cleaned_data["reason"]
    if "export" in request.POST:
        if not is_fresh(request):
            return ask_again(request)
        log_look(request, "directory export", form.subject(""), reason=reason)
        return export(found)
    after = request.POST.get("after", "")
    if not (after.isascii() and after.isdigit() and len(after) <= 10):
        after = ""
    log_look(request, "directory", form.subject(after), reason=reason)
    rows, next_key = directory.page(found, after)
    context |= {
        "rows": [(establishment, directory.standing(establishment)) for establishment in rows],
        "is_searched": True,
        "after": after,
        "next_key": next_key,
    }
    return render(request, "registration/directory.html", context)


def export(found) -> StreamingHttpResponse:
    name = f"directory-{calendar.today():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        directory.csv_lines(found[: directory.MOST_IN_A_FILE + 1]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
