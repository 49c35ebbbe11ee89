"""People: users with one role each."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shumoos.saudi.mobile import mask


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    STAFF = "staff", _("Owner's staff")
    SUPERVISOR = "supervisor", _("Supervisor")
    HEAD = "head", _("Office head")
    AUTHORITY = "authority", _("Licensing authority officer")
    SUPPORT = "support", _("Support agent")
    PROVIDER = "provider", _("Provider agent")
    DIRECTORY = "directory", _("Directory reader")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


# Those who work in the Django admin.
ADMIN_ROLES = [Role.SUPERVISOR, Role.HEAD, Role.AUDITOR, Role.ADMINISTRATOR]
# Those who work for the state: they come by invitation, and a password alone opens nothing to them.
STAFF_ROLES: list["Role"] = [*ADMIN_ROLES, Role.AUTHORITY, Role.SUPPORT, Role.DIRECTORY]


class PersonManager(UserManager["User"]):
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """Create an administrator who may do everything; `manage.py createsuperuser` makes the first one."""
        user = self.model(
            username=username, role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True, **fields
        )
        user.set_password(password)
        user.save(using=self._db)
        return user


# django-otp, whose devices point here, says nothing of its types.
class User(AbstractUser):  # type: ignore[django-manager-missing]
    """A person who can sign in. What they may do comes from the group that bears their role's name."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]
    # Django's own, in the words that the portal has for them.
    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[AbstractUser.username_validator],
        error_messages={"unique": _("A user with that user name already exists.")},
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Whoever is not active cannot sign in.")
    )
    last_login = models.DateTimeField(_("last signed in"), null=True, blank=True)
    full_name = models.CharField(_("full name"), max_length=150)
    mobile = models.CharField(_("mobile"), max_length=16, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    language = models.CharField(_("language"), max_length=2, default="ar")
    must_change_password = models.BooleanField(_("must choose a new password"), default=False)
    password_expires_at = models.DateTimeField(_("password expires at"), null=True, blank=True)

    REQUIRED_FIELDS = ["full_name"]

    objects: ClassVar["PersonManager"] = PersonManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_staff=True, role__in=ADMIN_ROLES)
                | Q(is_staff=False) & ~Q(role__in=ADMIN_ROLES),
                name="user_in_the_admin_by_role",
                violation_error_message=_(
                    "Only supervisors, heads, auditors and administrators use the admin."
                ),
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=False) | Q(role=Role.ADMINISTRATOR),
                name="user_superuser_is_administrator",
                violation_error_message=_("Only an administrator can be a superuser."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name

    @property
    def masked_mobile(self) -> str:
        return mask(self.mobile) if self.mobile else ""

    @property
    def has_expired_password(self) -> bool:
        """Whether the temporary password sent by SMS has run out."""
        return self.password_expires_at is not None and self.password_expires_at <= timezone.now()
