"""The texts about codes and accounts."""

from typing import Any, cast

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shumoos.accounts import invitations, people, resets
from shumoos.accounts.codes import make_code
from shumoos.accounts.models import User
from shumoos.sms import kinds
from shumoos.sms.models import Urgency


def samples(language: str) -> list[dict[str, Any]]:
    return [{"code": "048213"}]


def sample_credentials(language: str) -> list[dict[str, Any]]:
    # A name that took the text beyond one part is left out: whoever chose it knows it.
    names = ["abdulrahman.alghamdi-riyadh-01", "abdulrahman.alghamdi-riyadh-office"]
    return [people.sample_credentials(name) for name in names]


def sample_invitation(language: str) -> list[dict[str, Any]]:
    link = settings.PUBLIC_URL + reverse("accounts:invitation", args=["f" * 32])
    return [{"link": link, "hours": settings.INVITATION_HOURS}]


def sample_reset(language: str) -> list[dict[str, Any]]:
    return [{"support_line": settings.SUPPORT_LINE}]


def staff_credentials(about: Model | None, language: str) -> dict[str, Any]:
    return people.credentials(cast(User, about))


def authenticator_reset(about: Model | None, language: str) -> dict[str, Any]:
    return {**resets.told(about, language), "support_line": settings.SUPPORT_LINE}


def register() -> None:
    kinds.register(
        "code",
        label=_("One-time code"),
        urgency=Urgency.CODE,
        template="sms/code.txt",
        context=make_code,
        samples=samples,
    )
    kinds.register(
        "staff_credentials",
        label=_("Credentials of staff and agents"),
        urgency=Urgency.CREDENTIALS,
        template="sms/credentials.txt",
        context=staff_credentials,
        samples=sample_credentials,
    )
    kinds.register(
        "invitation",
        label=_("Invitation"),
        # No credentials: its address takes more than one part.
        urgency=Urgency.NOTICE,
        template="sms/invitation.txt",
        context=invitations.make_link,
        samples=sample_invitation,
    )
    kinds.register(
        "authenticator_reset",
        label=_("Authenticator reset"),
        urgency=Urgency.NOTICE,
        template="sms/authenticator_reset.txt",
        context=authenticator_reset,
        samples=sample_reset,
    )
