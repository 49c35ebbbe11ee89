"""An authority's own licences as its officers look through them."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy

from registration.models import Authority, Licence
from registration.models.names import TooShort

PAGE = 50


class OwnerFlag(models.TextChoices):
    CHANGED = "changed", gettext_lazy("Changed by the register")
    OPEN = "open", gettext_lazy("Changed, and the establishment is still the former owner's")


class Source(models.TextChoices):
    REGISTER = "register", gettext_lazy("In the register")
    APPLICATION = "application", gettext_lazy("Only in an application")


class LicenceForm(forms.Form):
    """What is looked for among one authority's licences; nothing is asked for, so all may stay empty."""

    authority = forms.ModelChoiceField(
        Authority.objects.none(), label=gettext_lazy("Licensing authority"), required=False, empty_label=None
    )
    q = forms.CharField(
        label=gettext_lazy("Licence number or name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The whole number, or a part of the name in any spelling."),
    )
    owner = forms.ChoiceField(
        choices=[("", gettext_lazy("All")), *OwnerFlag.choices],
        label=gettext_lazy("Owner"),
        required=False,
    )
    source = forms.ChoiceField(
        choices=[("", gettext_lazy("All")), *Source.choices], label=gettext_lazy("Source"), required=False
    )

    use_required_attribute = False

    def __init__(self, *args: Any, authorities: list[Authority], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authorities = authorities
        thirds = ["q", "owner", "source"]
        if len(authorities) > 1:
            keys = [authority.pk for authority in authorities]
            self.fields["authority"].queryset = Authority.objects.filter(pk__in=keys)  # type: ignore[attr-defined]
            thirds.insert(0, "authority")
        else:
            del self.fields["authority"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        width = "col-md-6" if len(thirds) == 4 else "col-md-4"
        self.helper.layout = Layout(Div(*[Div(name, css_class=width) for name in thirds], css_class="row"))

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        if text:
            try:
                Licence.objects.called(text)
            except TooShort as refusal:
                raise ValidationError(str(refusal)) from refusal
        return text

    @property
    def chosen(self) -> Authority:
        """The authority whose licences are shown: the first one where none was chosen."""
        return getattr(self, "cleaned_data", {}).get("authority") or self.authorities[0]

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("q", "owner", "source"))


def find(authority: Authority, *, q: str = "", owner: str = "", source: str = "") -> models.QuerySet[Licence]:
    """Return the authority's licences that all of this holds for, newest first, with all that is shown.

    Raises TooShort where `q` is neither a number nor enough of a name.
    """
    found = Licence.objects.filter(authority=authority)
    if q:
        found = found.called(q)
    if owner:
        found = found.owner_changed()
    if owner == OwnerFlag.OPEN:
        found = found.with_other_owner()
    if source:
        found = found.filter(in_register=source == Source.REGISTER)
    # Subscriptions are named, because they belong to the app above.
    return (
        found.select_related("sector", "city", "establishment__owner")
        .prefetch_related("subscriptions")
        .defer("folded_names", "establishment__folded_names")
        .order_by("-pk")
    )


def page(found: models.QuerySet[Licence], before: int | None) -> tuple[list[Licence], int | None]:
    """Return the next licences below a key, and the key to go on from; None on the last page."""
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None
