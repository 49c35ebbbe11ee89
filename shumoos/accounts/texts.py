"""The text that brings a one-time code."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from shumoos.accounts.codes import make_code
from shumoos.sms import kinds
from shumoos.sms.models import Urgency


def samples(language: str) -> list[dict[str, Any]]:
    return [{"code": "048213"}]


def register() -> None:
    kinds.register(
        "code",
        label=_("One-time code"),
        urgency=Urgency.CODE,
        template="sms/code.txt",
        context=make_code,
        samples=samples,
    )
