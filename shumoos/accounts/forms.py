from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shumoos.accounts import invitations, people
from shumoos.accounts.models import Role, User
from shumoos.saudi import mobile
from shumoos.saudi.digits import strip_marks, to_ascii
from shumoos.saudi.errors import InvalidNumber

LANGUAGES = [("ar", "العربية"), ("en", "English")]


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "The user name or the password is not right. Please type them as they stand in the text message."
        ),
        "inactive": _("This account is closed."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        for name in ("username", "password"):
            self.fields[name].widget.attrs["dir"] = "ltr"

    def clean_username(self) -> str:
        return to_ascii(self.cleaned_data["username"]).strip().lower()

    def clean_password(self) -> str:
        """Take what was pasted around a temporary password off it: spaces and marks, of which it has none."""
        password = self.cleaned_data["password"]
        waiting = User.objects.filter(
            username=self.cleaned_data.get("username", ""), must_change_password=True
        )
        return strip_marks(password).strip() if waiting.exists() else password

    def confirm_login_allowed(self, user) -> None:
        super().confirm_login_allowed(user)
        if user.has_expired_password:
            raise ValidationError(
                _("This temporary password has run out. Ask the establishment's owner to send a new one.")
                if user.role == Role.STAFF
                else _(
                    "This temporary password has run out. Ask the investigation office to send a new one, or "
                    "choose one yourself under “Forgotten password”."
                ),
                code="expired",
            )


class OwnPasswordForm(SetPasswordForm):
    """A password typed twice, of which everything that is wrong is told at once.

    Django judges it only once both are the same.
    """

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.get("new_password1")
        if password and self.has_error("new_password2", "password_mismatch"):
            try:
                validate_password(password, self.user)
            except ValidationError as refusal:
                self.add_error("new_password1", refusal)
        return cleaned


class ChoosePasswordForm(OwnPasswordForm):
    """A new password in place of the temporary one, which cannot be chosen again."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["dir"] = "ltr"

    def clean_new_password1(self) -> str:
        password = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise ValidationError(_("Choose another password than the one you were sent."))
        return password

    def save(self, commit: bool = True, *, keep: int = 0) -> User:
        """Set the password; every session ends but for the one whose sign-in has the key `keep`."""
        people.choose_password(self.user, self.cleaned_data["new_password1"], keep=keep)
        return self.user


class LanguageForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["language"]
        labels = {"language": _("Language of text messages")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("Language of text messages"), choices=LANGUAGES)


class AuthenticatorCodeForm(forms.Form):
    """The code of the authenticator; where one is set up already, a recovery code will do."""

    code = forms.CharField(
        label=_("Code from the authenticator"),
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "one-time-code"}),
        error_messages={"required": _("Type the six digits that the authenticator shows.")},
    )

    use_required_attribute = False


class PasswordAgainForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"dir": "ltr", "autocomplete": "current-password"}),
    )

    use_required_attribute = False


class MobileForm(forms.Form):
    mobile = forms.CharField(
        label=_("New mobile"),
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "tel", "autocomplete": "tel"}),
    )

    use_required_attribute = False

    def clean_mobile(self) -> str:
        return clean_mobile(self.cleaned_data["mobile"])


class MobileCodesForm(forms.Form):
    """The codes to the mobile before, unless it was typed already, and to the new one."""

    old = forms.CharField(label=_("Code sent to your mobile as it is now"), max_length=20)
    new = forms.CharField(label=_("Code sent to the new mobile"), max_length=20)

    use_required_attribute = False

    def __init__(self, *args: Any, needs_old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_old:
            del self.fields["old"]
        for field in self.fields.values():
            field.widget.attrs |= {"dir": "ltr", "inputmode": "numeric", "autocomplete": "one-time-code"}


def clean_mobile(typed: str) -> str:
    try:
        return mobile.clean_saudi_mobile(typed)
    except InvalidNumber as refusal:
        raise ValidationError(_("Type a Saudi mobile number, such as 05XXXXXXXX.")) from refusal


class InviteForm(forms.Form):
    """Whom a head or an administrator invites; the choices are those that this person has."""

    role = forms.ChoiceField(label=_("Role"))
    place = forms.ChoiceField(
        label=_("Place of work"),
        required=False,
        help_text=_("The office, authority or company; empty for those who work for the whole portal."),
    )
    full_name = forms.CharField(label=_("Full name"), max_length=150)
    mobile = forms.CharField(
        label=_("Mobile"), widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "tel"}), max_length=40
    )
    language = forms.ChoiceField(label=_("Language of text messages"), choices=LANGUAGES)

    use_required_attribute = False

    def __init__(self, inviter: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inviter = inviter
        roles = invitations.roles_for(inviter)
        self.fields["role"] = forms.ChoiceField(
            label=self.fields["role"].label, choices=[(role.value, role.label) for role in roles]
        )
        self.places = {
            role: {f"{row._meta.label_lower}:{row.pk}": row for row in found}
            for role in roles
            if (found := invitations.places_for(inviter, role)) is not None
        }
        if inviter.role == Role.OWNER:
            # Owners invite their establishment's staff and nobody else.
            self.fields["role"].widget = forms.HiddenInput()
            self.fields["role"].initial = Role.STAFF
            self.fields["place"].label = _("Establishment")
        offered = {key: str(row) for rows in self.places.values() for key, row in rows.items()}
        is_one = len(roles) == len(offered) == 1
        is_needed = len(self.places) == len(roles)
        self.fields["place"] = forms.ChoiceField(
            label=self.fields["place"].label,
            help_text="" if is_needed else self.fields["place"].help_text,
            required=is_needed,
            error_messages={"required": _("Choose where a person of this role works.")},
            choices=[*([] if is_one else [("", _("Choose"))]), *offered.items()],
        )

    def clean_full_name(self) -> str:
        return " ".join(strip_marks(self.cleaned_data["full_name"]).split())

    def clean_mobile(self) -> str:
        return clean_mobile(self.cleaned_data["mobile"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        rows = self.places.get(cleaned.get("role", ""))
        cleaned["role"] = Role(cleaned["role"]) if "role" in cleaned else None
        if "place" in self.errors:
            return cleaned
        typed = cleaned["place"]
        if rows is not None and typed not in rows:
            self.add_error("place", _("Choose where a person of this role works."))
        elif rows is None and typed and cleaned["role"]:
            self.add_error("place", _("People of this role work for the whole portal: leave this empty."))
        else:
            cleaned["place"] = rows[typed] if rows is not None else None
        return cleaned


class AcceptForm(OwnPasswordForm):
    """The user name and the password that somebody who was invited chooses."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        min_length=4,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "username", "autocapitalize": "none"}),
        help_text=_("At least four letters or digits; you sign in with it."),
    )
    field_order = ["username", "new_password1", "new_password2"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["dir"] = "ltr"

    def clean_username(self) -> str:
        username = to_ascii(self.cleaned_data["username"]).strip().lower()
        if User.objects.filter(username=username).exists():
            raise ValidationError(_("This user name is taken. Choose another one."))
        # What the validators compare the password with.
        self.user.username = username
        return username
