from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activation.figures import MOST_DAYS, Period
from activation.models import DocumentCheck, ReasonTemplate, ReasonUse, Review
from registration import corrections
from registration.fields import DayField, MobileField
from registration.models import Application, Authority, City, Document, Office, ProviderAgent, Sector
from shumoos.accounts.models import User

ANSWERS = ("original_seen", "matches", "legible")


class ChecklistForm(forms.Form):
    """The checklist of one review: each document's answers, and the person."""

    def __init__(self, data: Any = None, *, review: Review, presenters: list[ProviderAgent]) -> None:
        super().__init__(data)
        self.review = review
        self.agents = {str(agent.pk): agent for agent in presenters}
        self.checks: list[DocumentCheck] = list(review.checks.as_shown())
        for check in self.checks:
            self.add_answers(check)
        self.fields["person_checked"] = forms.BooleanField(
            label=Review._meta.get_field("person_checked").verbose_name,
            required=False,
            initial=review.person_checked,
        )
        self.fields["presented_by"] = forms.ChoiceField(
            label=_("Documents presented by"),
            required=False,
            choices=[
                ("", _("the owner")),
                *[(key, f"{agent.user} · {agent.provider}") for key, agent in self.agents.items()],
            ],
            initial=next(
                (key for key, agent in self.agents.items() if agent.user_id == review.presented_by_id), ""
            ),
            error_messages={
                "invalid_choice": _("This agent has no mandate to present documents for the owner now.")
            },
        )

    def add_answers(self, check: DocumentCheck) -> None:
        for answer in ANSWERS:
            self.fields[f"{answer}_{check.document_id}"] = forms.BooleanField(
                label=DocumentCheck._meta.get_field(answer).verbose_name,  # type: ignore[union-attr]
                required=False,
                initial=getattr(check, answer),
            )
        if check.expires:
            self.fields[f"valid_until_{check.document_id}"] = DayField(
                label=_("valid until"), required=False, initial=check.valid_until
            )

    def rows(self) -> list[tuple[Any, list[forms.BoundField], forms.BoundField | None]]:
        """Return each document with its boxes and, where its kind has one, its day."""
        return [
            (
                check.document,
                [self[f"{answer}_{check.document_id}"] for answer in ANSWERS],
                self[f"valid_until_{check.document_id}"] if check.expires else None,
            )
            for check in self.checks
        ]

    @property
    def answers(self) -> dict[str, Any]:
        """The cleaned answers as `decisions.tick` takes them."""
        names = (*ANSWERS, "valid_until")
        checks = {
            check.document_id: {
                name: self.cleaned_data[key]
                for name in names
                if (key := f"{name}_{check.document_id}") in self.cleaned_data
            }
            for check in self.checks
        }
        return {
            "person_checked": self.cleaned_data["person_checked"],
            "presented_by": self.presenter,
            "checks": checks,
        }

    @property
    def presenter(self) -> User | None:
        """The agent who brought the documents; None for the owner."""
        agent = self.agents.get(self.cleaned_data.get("presented_by", ""))
        return agent.user if agent else None


class ReasonForm(forms.Form):
    """Why something is done, in words that the owner or a colleague will read."""

    reason = forms.CharField(
        label=_("Reason, in words for the owner"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        error_messages={"required": _("Say why, in words for the owner.")},
    )


class ColleagueReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        error_messages={"required": _("Say why.")},
    )


class ReassignForm(ColleagueReasonForm):
    office = forms.ModelChoiceField(
        Office.objects.none(), label=_("Investigation office"), empty_label=_("Choose")
    )
    field_order = ["office", "reason"]

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["office"]
        choice.queryset = Office.objects.exclude(applications=application)


class RejectForm(forms.Form):
    """The reason's code, and words for the owner: those of the code unless others are typed."""

    code = forms.ChoiceField(
        label=_("Reason"), error_messages={"required": _("Choose the reason for the rejection.")}
    )
    reason = forms.CharField(
        label=_("In other words for the owner"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )

    def __init__(
        self, *args: Any, application: Application, templates: list[ReasonTemplate], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.language = application.language
        self.templates = {row.code: row for row in templates if row.use == ReasonUse.REJECT}
        choice: Any = self.fields["code"]
        choice.choices = [
            ("", gettext("Choose")),
            *[(code, str(row)) for code, row in self.templates.items()],
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        code = cleaned.get("code")
        if code == "other" and not cleaned.get("reason"):
            self.add_error("reason", gettext("Say why, in words for the owner."))
        elif code and not cleaned.get("reason"):
            cleaned["reason"] = self.templates[code].words(self.language)
        return cleaned


class ReturnForm(forms.Form):
    """What of an application the owner is to put right, each in a template's words or in typed ones."""

    reason = forms.CharField(
        label=_("To the owner, about the whole application"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        application: Application,
        templates: list[ReasonTemplate],
        documents: Iterable[Document] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.language = application.language
        current = application.documents.current() if documents is None else documents
        self.names = corrections.flaggable(current)
        self.templates = {row.code: row for row in templates if row.use == ReasonUse.FLAG}
        for name, label in self.names.items():
            self.add_flag(name, label)

    def add_flag(self, name: str, label: str) -> None:
        fitting = [row for row in self.templates.values() if row.about in ("", name)]
        # What is about this very field comes first.
        fitting.sort(key=lambda row: row.about == "")
        self.fields[f"flag_{name}"] = forms.BooleanField(label=label, required=False)
        self.fields[f"template_{name}"] = forms.ChoiceField(
            label=_("Words for the owner"),
            required=False,
            choices=[("", gettext("own words")), *[(row.code, str(row)) for row in fitting]],
            widget=forms.Select(attrs={"aria-label": f"{label}: {gettext('words from a template')}"}),
        )
        self.fields[f"words_{name}"] = forms.CharField(
            label=_("Words for the owner"),
            required=False,
            max_length=500,
            widget=forms.TextInput(attrs={"aria-label": f"{label}: {gettext('words for the owner')}"}),
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.names:
            if cleaned.get(f"flag_{name}") and not self.words(name):
                self.add_error(f"words_{name}", gettext("Say what is wrong with it, in words for the owner."))
        if not self.flags and not self.errors:
            self.add_error(None, gettext("Tick at least one field or document that is to be put right."))
        return cleaned

    def words(self, name: str) -> str:
        """Return what the owner is told about a field or document: typed words, else the template's."""
        typed: str = self.cleaned_data.get(f"words_{name}", "")
        template = self.templates.get(self.cleaned_data.get(f"template_{name}", ""))
        return typed or (template.words(self.language) if template else "")

    @property
    def flags(self) -> dict[str, str]:
        """The words for the owner, by the names of what was ticked, chosen or written about."""
        return {name: text for name in self.names if (text := self.words(name))}

    @property
    def codes(self) -> dict[str, str]:
        """The codes of the templates chosen, also where their words were put in others."""
        chosen = {name: self.cleaned_data.get(f"template_{name}", "") for name in self.flags}
        return {name: code for name, code in chosen.items() if code in self.templates}

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Return box, template and words of each field and document, as the page shows them."""
        return [
            (self[f"flag_{name}"], self[f"template_{name}"], self[f"words_{name}"]) for name in self.names
        ]


class MobileForm(forms.Form):
    """The owner's right mobile and why it is changed, then the code that was sent to it."""

    mobile = MobileField(label=_("New mobile"))
    reason = forms.CharField(
        label=_("Reason"), max_length=300, error_messages={"required": _("Say why the mobile is changed.")}
    )
    code = forms.CharField(
        label=_("Code that the owner has received"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}),
    )


class PeriodForm(forms.Form):
    """The days that figures are about: the last so many, or from one day to another, both in full."""

    DAYS = (7, 30, 90)
    USUAL = 30

    days = forms.TypedChoiceField(choices=[(days, days) for days in DAYS], coerce=int, required=False)
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and not self.errors:
            if last < first:
                self.add_error("last", gettext("The last day comes before the first."))
            elif (last - first).days >= MOST_DAYS:
                self.add_error("last", gettext("Choose a year at most."))
        elif (first or last) and not self.errors:
            self.add_error("last" if first else "first", gettext("Give both days, or neither."))
        return cleaned

    @property
    def choices(self) -> list[tuple[int, str]]:
        labels = (gettext("Last 7 days"), gettext("Last 30 days"), gettext("Last 90 days"))
        return list(zip(self.DAYS, labels, strict=True))

    @property
    def typed(self) -> list[forms.BoundField]:
        return [self["first"], self["last"]]

    @property
    def chosen_days(self) -> int | None:
        """How many last days were chosen; None where days were typed."""
        if self.errors or self.cleaned_data.get("first"):
            return None
        return self.cleaned_data["days"] or self.USUAL

    @property
    def period(self) -> Period:
        if self.chosen_days:
            return Period.of_last(self.chosen_days)
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


class QueueSearchForm(forms.Form):
    q = forms.CharField(
        label=_("Reference, licence, CR or establishment number, ID, mobile, or part of a name"),
        required=False,
        max_length=200,
        # A scanner types where the cursor is.
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "type": "search"}),
    )


class QueueFilterForm(forms.Form):
    """What narrows a tab of the queue. An office has the cities of its region to choose from."""

    sector = forms.ModelChoiceField(
        Sector.objects.all(), required=False, label=_("Sector"), empty_label=_("All")
    )
    authority = forms.ModelChoiceField(
        Authority.objects.all(), required=False, label=_("Licensing authority"), empty_label=_("All")
    )
    city = forms.ModelChoiceField(City.objects.none(), required=False, label=_("City"), empty_label=_("All"))
    flagged = forms.BooleanField(required=False, label=_("Flagged"))
    premium = forms.BooleanField(required=False, label=_("Premium service"))

    def __init__(self, *args: Any, offices: list[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities = City.objects.filter(region__office__in=offices) if offices else City.objects.all()
        choice: Any = self.fields["city"]
        choice.queryset = cities
