"""The text that says that a file is done."""

from typing import Any, cast

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guests.models.file_imports import FileImport
from shumoos.sms import kinds
from shumoos.sms.models import Urgency


def done(about: Model | None, language: str) -> dict[str, Any]:
    """Return what came of the file and where it is shown. Raises Pointless where that has been seen."""
    file_import = cast(FileImport, about)
    if file_import.seen_at:
        raise kinds.Pointless
    return {
        "accepted": file_import.accepted,
        "rejected": file_import.rejected,
        "address": settings.PUBLIC_URL + reverse("guests:file", args=[file_import.pk]),
    }


def samples(language: str) -> list[dict[str, Any]]:
    address = settings.PUBLIC_URL + reverse("guests:file", args=[10**9])
    return [{"accepted": 1_999_999, "rejected": 1_999_999, "address": address}]


def register() -> None:
    kinds.register(
        "file_done",
        label=_("File of records done"),
        urgency=Urgency.NOTICE,
        template="sms/file_done.txt",
        context=done,
        samples=samples,
    )
