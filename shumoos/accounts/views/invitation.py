"""The public page behind an invitation's link: choose user name and password, and be signed in."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shumoos.accounts import invitations
from shumoos.accounts.forms import AcceptForm
from shumoos.accounts.models import User

BACKEND = "shumoos.accounts.roles.RoleBackend"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Let the person who was invited make their account. A link that holds no more says what to do."""
    found = invitations.find(key)
    if found is None:
        return render(request, "accounts/invitation_over.html", status=410)
    asked = User(full_name=found.full_name, mobile=found.mobile, role=found.role)
    form = AcceptForm(asked, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            person = invitations.accept(
                found,
                key=key,
                username=form.cleaned_data["username"],
                password=form.cleaned_data["new_password1"],
            )
        except invitations.InvitationRefused:
            return render(request, "accounts/invitation_over.html", status=410)
        except ValidationError:
            form.add_error("username", _("This user name is taken. Choose another one."))
        else:
            login(request, person, backend=BACKEND)
            return redirect("home")
    context = {"form": form, "invitation": found}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)
