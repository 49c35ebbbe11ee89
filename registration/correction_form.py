"""The form of a correction: what the supervisor flagged, and nothing else."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.corrections import is_changed, unreplaced_kinds
from registration.documents import CleanFile
from registration.fields import DocumentField
from registration.intake import wrong_days
from registration.models import Application, Flag
from registration.models.applications import TYPED
from registration.step_forms import field_for

DOCUMENT_HELP = _("An image or a PDF of at most 10 MB.")
KEPT_HELP = _("We have kept the new document. Choose a file only to replace it.")


class CorrectionForm(forms.Form):
    """The flagged fields and documents of one returned application.

    What else is posted is not read. Where the mobile is flagged, `code` takes the code sent to the new one;
    `as_it_stands` says that flagged fields which were not changed are right nevertheless.
    """

    use_required_attribute = False

    def __init__(self, *args: Any, application: Application, flags: list[Flag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application
        self.flags = flags
        # Set once a code is on its way to the new mobile.
        self.wants_code = False
        waiting = unreplaced_kinds(application)
        for flag in flags:
            if flag.name in TYPED:
                self.fields[flag.name] = field_for(flag.name)
                self.initial[flag.name] = getattr(application, flag.name)
            else:
                self.fields[flag.name] = document_field(application, flag.name, waiting)
        # The flagged fields that were sent as they were.
        self.unchanged: list[str] = []
        if set(self.fields) & set(TYPED):
            self.fields["as_it_stands"] = forms.BooleanField(
                label=_("What I have not changed is right as it stands."), required=False
            )
        if "owner_mobile" in self.fields:
            self.fields["code"] = forms.CharField(
                label=_("Code sent to the new mobile"),
                required=False,
                max_length=20,
                widget=forms.TextInput(
                    attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "one-time-code"}
                ),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        names = ("licence_issued_on", "licence_expires_on")
        if any(name in self.fields for name in names):
            days = [cleaned.get(name, getattr(self.application, name)) for name in names]
            for name, sentence in wrong_days(*days).items():
                self.add_error(name if name in self.fields else None, sentence)
        self.refuse_unchanged()
        return cleaned

    def refuse_unchanged(self) -> None:
        """Say beside each flagged field that was not changed that it was not, until the owner stands by it.

        Where nothing at all was changed, `corrections` says so.
        """
        typed = self.typed
        self.unchanged = [
            name for name, value in typed.items() if not is_changed(self.application, name, value)
        ]
        has_documents = any(flag.name not in TYPED for flag in self.flags)
        if self.cleaned_data.get("as_it_stands") or not (has_documents or len(self.unchanged) < len(typed)):
            return
        for name in self.unchanged:
            sentence = gettext("You have not changed this. Put it right, or tick below that it is right.")
            self.add_error(name, sentence)

    def show_kept(self) -> None:
        """Say beside the documents that have just been kept that they need not be chosen again."""
        for kind in self.good_files:
            self[kind].help_text = KEPT_HELP

    @property
    def asked(self) -> list[tuple[BoundField, str]]:
        """Each flagged field with the supervisor's words."""
        return [(self[flag.name], flag.words) for flag in self.flags]

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed rightly, by the application's fields."""
        return {name: value for name, value in self.cleaned_data.items() if name in TYPED}

    @property
    def good_files(self) -> dict[str, CleanFile]:
        """The new documents that may be stored, by kind."""
        return {name: value for name, value in self.cleaned_data.items() if isinstance(value, CleanFile)}

    @property
    def new_mobile(self) -> str:
        """The mobile that needs a code; empty where it stays as it is."""
        mobile: str = self.typed.get("owner_mobile", "")
        return mobile if mobile != self.application.owner_mobile else ""


def document_field(application: Application, kind: str, waiting: set[str]) -> DocumentField:
    document = application.documents.current().filter(kind__code=kind).first()
    is_new = document is not None and kind not in waiting
    return DocumentField(
        label=str(document) if document else kind,
        required=not is_new,
        help_text=KEPT_HELP if is_new else DOCUMENT_HELP,
        error_messages={"required": _("Add this document anew.")},
    )
