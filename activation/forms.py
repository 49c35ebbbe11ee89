from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from activation.models import DocumentCheck, Review

ANSWERS = ("original_seen", "matches", "legible")


class ChecklistForm(forms.Form):
    """The checklist of one review: three answers a document, and the person."""

    def __init__(self, data: Any = None, *, review: Review) -> None:
        super().__init__(data)
        self.review = review
        self.checks: list[DocumentCheck] = list(
            review.checks.select_related("document").order_by("document_id")
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


class QueueSearchForm(forms.Form):
    q = forms.CharField(label=_("Reference number, licence number or name"), required=False, max_length=200)
