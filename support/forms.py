"""What is typed at the desk, into tickets, and by whoever opens them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.documents import CleanFile, clean_upload
from registration.fields import ACCEPTED, LastFourField
from registration.models import Establishment, Licence
from shumoos.accounts.models import Role, User
from shumoos.saudi import digits
from support import numbers
from support.models import Category, Kind, Macro, Priority, Right, Ticket, TicketStatus
from support.models.feedback import NO, YES
from support.models.rights import RightsOutcome
from support.tickets import MOST_FILES

LONGEST = 4000


class Form(forms.Form):
    use_required_attribute = False


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Images and PDFs, several at once; its value is the list of the CleanFiles made of them."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": _("Files (optional)"),
                "help_text": _(
                    "Pictures or PDFs, up to five at once. Only whoever opened the ticket and the support "
                    "desk see them."
                ),
                "required": False,
                "allow_empty_file": True,
                **kwargs,
            }
        )

    def clean(self, data: Any, initial: Any = None) -> list[CleanFile]:
        uploads = [each for each in (data or []) if isinstance(each, UploadedFile)]
        if len(uploads) > MOST_FILES:
            raise ValidationError(gettext("At most %(most)d files at once.") % {"most": MOST_FILES})
        return [self.cleaned(upload, among=uploads) for upload in uploads]

    def cleaned(self, upload: UploadedFile, *, among: list[UploadedFile]) -> CleanFile:
        """Return what is made of one; a refusal says which of several it is about."""
        try:
            return clean_upload(upload)
        except ValidationError as refusal:
            if len(among) == 1:
                raise
            named = {"file": upload.name, "reason": " ".join(refusal.messages)}
            raise ValidationError(gettext("%(file)s: %(reason)s") % named) from refusal

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": ACCEPTED}


def message_field(label: Any, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=LONGEST,
        error_messages={"required": _("Write a message first.")},
    )


class DeskForm(Form):
    q = forms.CharField(
        label=_("What the caller has"),
        help_text=_(
            "Number of the application, ticket, licence, registration, establishment, bill or letter, "
            "mobile, ID, or the name."
        ),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "accesskey": "s"}),
    )


class CategoryField(forms.ModelChoiceField):
    """The categories that are offered, technical ones and administrative ones under their headings."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Category.objects.none(), to_field_name="code", label=_("Category"), **kwargs
        )

    def fill(self) -> None:
        """Read the choices, once for a page."""
        self.queryset = Category.objects.filter(is_offered=True)
        rows = list(self.queryset)
        groups = [
            (str(kind.label), [(row.code, row.name) for row in rows if row.kind == kind]) for kind in Kind
        ]
        self.choices = [("", gettext("Choose")), *groups]


class TicketForm(Form):
    """What a new ticket says."""

    category = CategoryField()
    subject = forms.CharField(label=_("Subject"), max_length=150)
    text = message_field(_("What happened"), 5)
    attached = FilesField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = self.fields["category"]
        assert isinstance(category, CategoryField)  # noqa: S101
        category.fill()


class AgentTicketForm(TicketForm):
    """An agent may say how urgent it is; otherwise the category does."""

    priority = forms.ModelChoiceField(
        label=_("Priority"),
        queryset=Priority.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("As usual for its category"),
    )
    field_order = ["category", "priority", "subject", "text", "attached"]

    def clean_priority(self) -> str:
        chosen = self.cleaned_data["priority"]
        return chosen.code if chosen else ""


class LicenceField(forms.ModelChoiceField):
    """One of the owner's licences, by the name and the number that stand on it."""

    def label_from_instance(self, obj: Licence) -> str:
        return f"{obj.name} ({obj.number})"


class OwnTicketForm(TicketForm):
    """An owner's ticket is about one of their establishments.

    What is warned or fined for not subscribing is none yet: its licence is chosen, where they have one.
    """

    field_order = ["establishment", "licence", "category", "subject", "text", "attached"]

    def __init__(self, *args: Any, establishments: Any, licences: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if licences.exists():
            self.fields["licence"] = LicenceField(
                label=_("About a licence of yours without a subscription (optional)"),
                queryset=licences,
                required=False,
                empty_label=_("None"),
            )
        self.fields["establishment"] = forms.ModelChoiceField(
            label=_("Establishment"),
            queryset=establishments,
            initial=establishments.first(),
            empty_label=None,
        )
        self.order_fields(self.field_order)

    def establishment(self) -> Establishment:
        return self.cleaned_data["establishment"]


class MessageForm(Form):
    text = message_field(_("Message"))
    attached = FilesField()


class ReopenForm(Form):
    text = message_field(_("What is still wrong"), 3)


class RateForm(Form):
    stars = forms.TypedChoiceField(
        label=_("How was this ticket handled?"),
        choices=[
            (5, _("5 – very well")),
            (4, _("4 – well")),
            (3, _("3 – fairly")),
            (2, _("2 – badly")),
            (1, _("1 – very badly")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a number from 1 to 5.")},
    )
    words = forms.CharField(
        label=_("Why, if you want to say"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AnswerForm(Form):
    """An agent's answer. A usual one is put into the box by a button, and may be changed before sending."""

    macro = forms.ModelChoiceField(
        label=_("Usual answer"),
        queryset=Macro.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("Choose"),
    )
    text = message_field(_("Answer"), 5)
    attached = FilesField()
    by_text = forms.BooleanField(label=_("Send a text message, too"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        macro = self.fields["macro"]
        assert isinstance(macro, forms.ModelChoiceField)  # noqa: S101
        macro.queryset = Macro.objects.filter(is_offered=True)


class NoteForm(Form):
    text = message_field(_("Internal note"), 3)


class ChangeForm(Form):
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.all(), to_field_name="code", empty_label=None
    )
    priority = forms.ModelChoiceField(
        label=_("Priority"), queryset=Priority.objects.all(), to_field_name="code", empty_label=None
    )


class AssignForm(Form):
    to = forms.ModelChoiceField(
        label=_("Assigned to"),
        queryset=User.objects.filter(role=Role.SUPPORT, is_active=True).order_by("full_name", "pk"),
        required=False,
        empty_label=_("Nobody"),
    )


class OtherTicketForm(Form):
    """The number of another ticket, in either digits."""

    number = forms.CharField(
        label=_("Number of the other ticket"),
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Type the number of the other ticket.")},
    )

    def clean_number(self) -> Ticket:
        typed = digits.clean_number(self.cleaned_data["number"])
        if not numbers.is_valid(typed):
            raise ValidationError(gettext("This ticket number looks mistyped: its last digits do not fit."))
        ticket = Ticket.objects.select_related("application", "licence").filter(number=typed).first()
        if ticket is None:
            raise ValidationError(gettext("There is no ticket with this number."))
        return ticket


class NamedForm(Form):
    """What the caller names, of one of two numbers."""

    ending = LastFourField(
        label=_("Last four digits, as the caller names them"),
        error_messages={
            "required": _("Type the four digits that the caller names."),
            "invalid": _("Type four digits."),
        },
    )


class FilterForm(forms.Form):
    """What narrows the list of tickets; what does not exist narrows nothing."""

    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("All"),
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All")), *TicketStatus.choices], required=False
    )


class WhyForm(Form):
    """Why a page was useful or not."""

    reason = forms.ChoiceField(label=_("Why?"), required=False, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your words, if you want to add something"),
        help_text=_("No names, no numbers: this is not a ticket, and nobody can answer it."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, is_useful: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)  # noqa: S101
        reason.choices = [(one.value, one.label) for one in (YES if is_useful else NO)]


class RightForm(Form):
    """A request under the personal data law."""

    right = forms.ChoiceField(
        label=_("What you ask for"), choices=Right.choices, widget=forms.RadioSelect, initial=Right.COPY
    )
    text = forms.CharField(
        label=_("For a correction: what is wrong, and how it is right. For closing: why"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, establishments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["establishment"] = forms.ModelChoiceField(
            label=_("For closing: which establishment"),
            queryset=establishments,
            initial=establishments.first(),
            empty_label=None,
            required=False,
        )
        self.order_fields(["right", "text", "establishment"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("right") != Right.COPY and not cleaned.get("text", "").strip():
            self.add_error("text", gettext("Say it in some words."))
        return cleaned


class OutcomeForm(Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        # Only owners stop what they have asked for.
        choices=[(each.value, each.label) for each in (RightsOutcome.DONE, RightsOutcome.REFUSED)],
        widget=forms.RadioSelect,
        initial=RightsOutcome.DONE,
    )
    text = message_field(_("Answer"))


class RefusalForm(Form):
    answer = forms.CharField(label=_("Words for the desk"), max_length=500)
