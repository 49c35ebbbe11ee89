"""The page on which officers look through the licences of their authority."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration import directory, licence_list
from registration.models import Authority
from registration.views.registers import key_of, may_read
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import User
from shumoos.accounts.requests import SignedInRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may_read
def licences(request: SignedInRequest) -> HttpResponse:
    """Show one authority's licences. A search is posted, so that its words stand in no address and no log."""
    authorities = list(authorities_of(request.user))
    if not authorities:
        return render(request, "registration/registers/licences.html", {"authorities": authorities})
    given = request.POST if request.method == "POST" else request.GET
    form = licence_list.LicenceForm(
        {name: value for name, value in given.items() if name != "q" or request.method == "POST"},
        authorities=authorities,
    )
    context = {"authorities": authorities, "form": form, "authority": form.chosen}
    if not form.is_valid():
        return render(request, "registration/registers/licences.html", context, status=422)
    asked = {name: form.cleaned_data[name] for name in ("q", "owner", "source")}
    found = licence_list.find(form.chosen, **asked)
    before = key_of(given.get("before", ""))
    rows, next_key = licence_list.page(found, before)
    # How it was narrowed is not written: what was typed may be a name or a number of somebody's.
    log_look(request, "licences", form.chosen, people=len(rows))
    context |= {
        "authority": form.chosen,
        "rows": [(licence, directory.standing(licence), has_other_owner(licence)) for licence in rows],
        "is_narrowed": form.is_narrowed,
        "is_first": before is None,
        "next_key": next_key,
    }
    return render(request, "registration/registers/licences.html", context)


def authorities_of(user: User):
    """Return whose licences the person may look through: an officer's own, all for an auditor."""
    return Authority.objects.all() if user.role == "auditor" else user.authorities.all()


def has_other_owner(licence) -> bool:
    """Whether the establishment still belongs to another than the register names; see `with_other_owner`."""
    establishment = licence.establishment
    return establishment is not None and establishment.owner.national_id != licence.owner_national_id
