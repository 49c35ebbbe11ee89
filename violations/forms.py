"""What owners, supervisors and heads type into the pages of violations."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guests.models import GuestRecord, Submission
from registration.fields import DayField, DocumentField, LicenceNumberField
from registration.models import Application, Establishment, Licence
from shumoos.accounts.models import User
from shumoos.saudi import digits
from violations.models import Basis, CaseKind, Fault, Outcome, Schedule
from violations.objections import MOST_DOCUMENTS
from violations.schedules import STAGES

REASON = forms.Textarea({"rows": 3})


class AmountField(forms.DecimalField):
    """An amount in SAR, in either kind of digits, with or without a thousands separator."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 2, "min_value": Decimal("0.01"), **kwargs})
        self.widget = forms.TextInput({"dir": "ltr", "inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            # Not as other numbers, because a minus is not left out here.
            value = digits.strip_marks(digits.to_ascii(value)).strip()
            value = value.replace("٫", ".").replace(",", "").replace("٬", "")
        return super().to_python(value)


class Form(forms.Form):
    use_required_attribute = False


class ConfirmedForm(Form):
    """One whose first sending names what it leads to, `foreseen`, and whose second one does it."""

    foreseen: Any = None


class ObjectionForm(Form):
    text = forms.CharField(
        label=_("Grounds of the objection"),
        help_text=_("Say what is not right about the notice. The office reads it with the documents below."),
        max_length=5000,
        widget=forms.Textarea({"rows": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_DOCUMENTS + 1):
            self.fields[f"document_{number}"] = DocumentField(
                label=gettext("Document %(number)d (optional)") % {"number": number}, required=False
            )

    @property
    def documents(self) -> list[Any]:
        given = (self.cleaned_data.get(f"document_{number}") for number in range(1, MOST_DOCUMENTS + 1))
        return [document for document in given if document]


class WarnForm(ConfirmedForm):
    """A licence of the supervisor's own region, to be warned."""

    licence_number = LicenceNumberField(label=_("Licence number"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_licence_number(self) -> Licence:
        found = Licence.objects.visible_to(self.user).filter(number=self.cleaned_data["licence_number"])
        licences = list(found[:2])
        if not licences:
            raise ValidationError(gettext("Your region has no licence with this number."))
        if len(licences) > 1:
            raise ValidationError(gettext("Two authorities have a licence with this number."))
        return licences[0]


class OccurrenceForm(ConfirmedForm):
    """A fact: whose, when, what is wrong, and what it was seen in."""

    establishment = forms.CharField(
        label=_("Establishment number"), max_length=20, widget=forms.TextInput({"dir": "ltr"})
    )
    occurred_on = DayField(label=_("Occurred on"))
    fault = forms.ChoiceField(label=_("What sort of fault"), choices=Fault.choices)
    what = forms.CharField(label=_("What is wrong"), max_length=2000, widget=forms.Textarea({"rows": 4}))
    record = forms.CharField(
        label=_("Own reference of the guest record"),
        max_length=64,
        required=False,
        widget=forms.TextInput({"dir": "ltr"}),
        help_text=_("Fill in one of these three: what you have seen it in."),
    )
    submission = forms.CharField(
        label=_("Receipt number"), max_length=40, required=False, widget=forms.TextInput({"dir": "ltr"})
    )
    application = forms.CharField(
        label=_("Reference number of the application"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"dir": "ltr"}),
    )
    amount = AmountField(
        label=_("Amount in SAR, where it is less than the cap"),
        required=False,
        help_text=_("Leave it empty for the cap of the step."),
    )
    reason = forms.CharField(label=_("Why it is less"), max_length=300, required=False, widget=REASON)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_establishment(self) -> Establishment:
        number = digits.clean_number(self.cleaned_data["establishment"])
        found = Establishment.objects.visible_to(self.user).filter(number=number).first()
        if found is None:
            raise ValidationError(gettext("Your region has no establishment with this number."))
        return found

    def find(self, name: str, rows: Any) -> Any:
        typed = self.cleaned_data.get(name)
        if not typed or "establishment" not in self.cleaned_data:
            return None
        found = rows.filter(establishment=self.cleaned_data["establishment"]).first()
        if found is None:
            raise ValidationError(gettext("The establishment has nothing with this number."))
        return found

    def clean_record(self) -> GuestRecord | None:
        typed = self.cleaned_data.get("record", "").strip()
        return self.find("record", GuestRecord.objects.filter(client_reference=typed))

    def clean_submission(self) -> Submission | None:
        typed = digits.clean_number(self.cleaned_data.get("submission", ""))
        return self.find("submission", Submission.objects.filter(receipt=typed))

    def clean_application(self) -> Application | None:
        typed = digits.clean_number(self.cleaned_data.get("application", ""))
        return self.find("application", Application.objects.filter(reference=typed))

    def clean(self) -> dict[str, Any]:
        attached = ("record", "submission", "application")
        if not self.errors and not any(self.cleaned_data.get(name) for name in attached):
            self.add_error(
                "record", gettext("Say what it was seen in: a record, a receipt or an application.")
            )
        if establishment := self.cleaned_data.get("establishment"):
            licence = establishment.licences.order_by("-expires_on").first()
            if licence is None:
                self.add_error("establishment", gettext("This establishment has no licence."))
            self.cleaned_data["licence"] = licence
        return self.cleaned_data


class TakeUpForm(ConfirmedForm):
    """What a proposal is recorded as."""

    occurred_on = DayField(label=_("Occurred on"))
    what = forms.CharField(label=_("What is wrong"), max_length=2000, widget=forms.Textarea({"rows": 4}))
    amount = AmountField(
        label=_("Amount in SAR, where it is less than the cap"),
        required=False,
        help_text=_("Leave it empty for the cap of the step."),
    )
    reason = forms.CharField(label=_("Why it is less"), max_length=300, required=False, widget=REASON)


class ReasonForm(Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=REASON)


class AmountForm(Form):
    amount = AmountField(label=_("Amount in SAR"))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=REASON)


class PaymentForm(Form):
    amount = AmountField(label=_("Amount in SAR"))
    on = DayField(label=_("Paid on"))
    is_another = forms.BooleanField(
        label=_("This is another payment of the same amount and day"),
        label_suffix="",
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Once it is said it stays in sight: what is entered then may have become something else.
        if self.data.get("is_another"):
            ask_whether_another(self)


def ask_whether_another(form: forms.Form) -> None:
    form.fields["is_another"].widget = forms.CheckboxInput()


class RefundForm(Form):
    amount = AmountField(label=_("Amount in SAR"))
    reference = forms.CharField(
        label=_("Number of the transfer"), max_length=40, widget=forms.TextInput({"dir": "ltr"})
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=REASON)


class DecisionForm(Form):
    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome.choices, widget=forms.RadioSelect)
    reduced_by = AmountField(label=_("Reduced by, in SAR"), required=False)
    answer = forms.CharField(
        label=_("Reason of the decision"), max_length=2000, widget=forms.Textarea({"rows": 5})
    )

    def clean(self) -> dict[str, Any]:
        outcome = self.cleaned_data.get("outcome")
        if outcome and outcome != Outcome.REDUCED and self.cleaned_data.get("reduced_by"):
            self.add_error(
                "reduced_by",
                gettext("An amount goes with a reduction only: choose it, or empty the amount."),
            )
        return self.cleaned_data


class BankFileForm(Form):
    file = forms.FileField(
        label=_("The bank's file"),
        help_text=_("CSV in UTF-8 with the columns bank_reference, bill_number, amount and paid_on."),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
        allow_empty_file=True,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > 5 * 1024 * 1024:
            raise ValidationError(gettext("This file is larger than 5 MB. Split it."))
        return file


class YearForm(forms.Form):
    """The months that sums are about: of a year, this one by default."""

    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", gettext("The last day comes before the first."))
        elif first and last and (last - first).days > 5 * 366:
            self.add_error("last", gettext("Choose five years at most."))
        return self.cleaned_data


class ScheduleForm(forms.ModelForm):
    """A new schedule of one kind of case, with its steps."""

    use_required_attribute = False
    valid_from = DayField(label=_("Valid from"))

    class Meta:
        model = Schedule
        fields = [
            "valid_from",
            "warns_by_sweep",
            "window_months",
            "hijri_months",
            "objection_days",
            "payment_days",
            "correction_days",
        ]

    def __init__(self, *args: Any, kind: str, like: Schedule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = CaseKind(kind)
        self.instance.kind = self.kind
        about_data = self.kind == CaseKind.INACCURATE_DATA
        for name in (
            ("warns_by_sweep",) if about_data else ("window_months", "hijri_months", "correction_days")
        ):
            del self.fields[name]
        self.steps = [
            StepForm(*args, prefix=f"step{number}", stage=stage, about_data=about_data)
            for number, stage in enumerate(STAGES[self.kind], start=1)
        ]
        if like is not None:
            self.begin_with(like)

    def begin_with(self, like: Schedule) -> None:
        """Fill in what holds now."""
        for name in self.fields:
            if name != "valid_from":
                self.initial[name] = getattr(like, name)
        for form, step in zip(self.steps, like.steps.all(), strict=False):
            form.initial = {name: getattr(step, name) for name in form.fields}

    def is_valid(self) -> bool:
        return all([super().is_valid(), *[form.is_valid() for form in self.steps]])

    @property
    def values(self) -> list[dict[str, Any]]:
        return [
            {"days": None, **form.cleaned_data, "cap": form.cleaned_data.get("cap") or Decimal(0)}
            for form in self.steps
        ]


class StepForm(forms.Form):
    use_required_attribute = False

    days = forms.IntegerField(
        label=_("Days until the next step"), min_value=1, max_value=3650, required=False
    )
    cap = AmountField(label=_("Cap in SAR"), required=False, min_value=Decimal(0))
    basis = forms.ChoiceField(label=_("Basis"), choices=Basis.choices)
    notice_ar = forms.CharField(
        label=_("Notice in Arabic"),
        max_length=4000,
        widget=forms.Textarea({"rows": 5, "class": "vLargeTextField", "dir": "rtl", "lang": "ar"}),
    )
    notice_en = forms.CharField(
        label=_("Notice in English"),
        max_length=4000,
        widget=forms.Textarea({"rows": 5, "class": "vLargeTextField", "dir": "ltr", "lang": "en"}),
    )

    def __init__(self, *args: Any, stage: Any, about_data: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = stage.label
        if about_data:
            del self.fields["days"]

    def clean_notice_ar(self) -> str:
        return paragraphs(self.cleaned_data["notice_ar"])

    def clean_notice_en(self) -> str:
        return paragraphs(self.cleaned_data["notice_en"])


def paragraphs(typed: str) -> str:
    """Return a text with one empty line between its paragraphs, and none else."""
    found = [" ".join(part.split()) for part in typed.replace("\r\n", "\n").split("\n\n")]
    return "\n\n".join(part for part in found if part)
