from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activation.models import DocumentCheck, Review
from registration import corrections
from registration.models import Application

ANSWERS = ("original_seen", "matches", "legible")


class ChecklistForm(forms.Form):
    """The checklist of one review: three answers a document, and the person."""

    def __init__(self, data: Any = None, *, review: Review) -> None:
        super().__init__(data)
        self.review = review
        self.checks: list[DocumentCheck] = list(
            review.checks.select_related("document__kind").order_by("document_id")
        )
        for check in self.checks:
            for answer in ANSWERS:
                self.fields[f"{answer}_{check.document_id}"] = forms.BooleanField(
                    label=DocumentCheck._meta.get_field(answer).verbose_name,  # type: ignore[union-attr]
                    required=False,
                    initial=getattr(check, answer),
                )
        self.fields["person_checked"] = forms.BooleanField(
            label=Review._meta.get_field("person_checked").verbose_name,
            required=False,
            initial=review.person_checked,
        )

    def rows(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return each document with its three boxes, as the page shows them."""
        return [
            (check.document, [self[f"{answer}_{check.document_id}"] for answer in ANSWERS])
            for check in self.checks
        ]

    @property
    def answers(self) -> dict[str, Any]:
        """The cleaned answers as `decisions.tick` takes them."""
        checks = {
            check.document_id: {
                answer: self.cleaned_data[f"{answer}_{check.document_id}"] for answer in ANSWERS
            }
            for check in self.checks
        }
        return {"person_checked": self.cleaned_data["person_checked"], "checks": checks}


class ReasonForm(forms.Form):
    """Why an application goes back or is rejected, in words that the owner will read."""

    reason = forms.CharField(
        label=_("Reason, in words for the owner"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages={"required": _("Say why, in words for the owner.")},
    )


class ReturnForm(ReasonForm):
    """Why an application goes back, and what of it the owner is to put right."""

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = corrections.flaggable(application)
        for name, label in self.names.items():
            self.fields[f"flag_{name}"] = forms.BooleanField(label=label, required=False)
            self.fields[f"words_{name}"] = forms.CharField(
                label=_("Words for the owner"),
                required=False,
                max_length=500,
                widget=forms.TextInput(attrs={"aria-label": f"{label}: {gettext('words for the owner')}"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.names:
            if cleaned.get(f"flag_{name}") and not cleaned.get(f"words_{name}"):
                self.add_error(f"words_{name}", gettext("Say what is wrong with it, in words for the owner."))
        if not self.flags and not self.errors:
            self.add_error(None, gettext("Tick at least one field or document that is to be put right."))
        return cleaned

    @property
    def flags(self) -> dict[str, str]:
        """The words for the owner, by the names of what was ticked or written about."""
        words = {name: self.cleaned_data.get(f"words_{name}", "") for name in self.names}
        return {name: text for name, text in words.items() if text}

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the box and the words of each field and document, as the page shows them."""
        return [(self[f"flag_{name}"], self[f"words_{name}"]) for name in self.names]


class QueueSearchForm(forms.Form):
    q = forms.CharField(label=_("Reference number, licence number or name"), required=False, max_length=200)
