"""What is typed into a ticket for a caller of whom there is no application."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.fields import LicenceNumberField, MobileField
from registration.models import Licence
from support.forms import AgentTicketForm


class CallerTicketForm(AgentTicketForm):
    """A ticket for a caller of whom there is no application; `licence` is known where the page names it."""

    caller_mobile = MobileField(label=_("Caller's mobile"), help_text=_("Answers go there by text message."))
    licence = LicenceNumberField(label=_("Licence number, if the caller has one"), required=False)
    field_order = ["caller_mobile", "licence", *AgentTicketForm.field_order]

    def __init__(self, *args: Any, licence: Licence | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = licence
        if licence:
            del self.fields["licence"]

    def clean_licence(self) -> Licence | None:
        number = self.cleaned_data["licence"]
        if not number:
            return None
        found = list(Licence.objects.filter(number=number)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(
                gettext(
                    "Two authorities have a licence with this number: find it at the desk, and begin there."
                )
            )
        raise ValidationError(gettext("No register has this number. Leave it empty, and say it in the text."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {**cleaned, "licence": self.known} if self.known else cleaned
