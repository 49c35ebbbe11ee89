from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shumoos.accounts import people
from shumoos.accounts.models import User
from shumoos.saudi.digits import to_ascii


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

    def confirm_login_allowed(self, user) -> None:
        super().confirm_login_allowed(user)
        if user.has_expired_password:
            raise ValidationError(
                _("This temporary password has run out. Ask the investigation office to send a new one."),
                code="expired",
            )


class ChoosePasswordForm(SetPasswordForm):
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

    def save(self, commit: bool = True) -> User:
        people.choose_password(self.user, self.cleaned_data["new_password1"])
        return self.user


class LanguageForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["language"]
        labels = {"language": _("Language of text messages")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of text messages"), choices=[("ar", "العربية"), ("en", "English")]
        )
