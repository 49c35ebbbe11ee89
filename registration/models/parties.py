"""Owners, their establishments, the licences these hold, and the companies that serve them."""

from decimal import Decimal

from django.conf import settings
from django.contrib.admin import display
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from registration.models.names import TooShort, folded_column, is_named, names_index
from registration.models.places import Authority, City, Sector
from shumoos.saudi import calendar, digits


class Owner(models.Model):
    national_id = models.CharField(_("national ID or iqama"), max_length=10, unique=True)
    full_name = models.CharField(_("full name"), max_length=150)
    mobile = models.CharField(_("mobile"), max_length=16)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owner",
        verbose_name=_("user"),
    )

    class Meta:
        verbose_name = _("owner")
        verbose_name_plural = _("owners")
        indexes = [models.Index(fields=["mobile"], name="owner_of_mobile")]

    def __str__(self) -> str:
        return self.full_name


class EstablishmentQuerySet(models.QuerySet["Establishment"]):
    def named(self, text: str) -> "EstablishmentQuerySet":
        """Those whose names have every word of `text`, in any spelling. Raises TooShort."""
        return self.filter(is_named(text))

    def visible_to(self, user) -> "EstablishmentQuerySet":
        """The establishments that this person may see."""
        if user.role == "owner":
            return self.filter(owner__user=user)
        if user.role == "staff":
            return self.filter(staff=user)
        if user.role in ("supervisor", "head"):
            return self.filter(city__region__office__members=user)
        if user.role == "provider":
            # A mandate is about an establishment: its module imports this one.
            from registration.models.mandates import Mandate, Scope

            return self.filter(pk__in=Mandate.objects.held_by(user, Scope.SUBMIT_GUESTS).establishments())
        if user.role == "auditor":
            return self.all()
        return self.none()


class Establishment(models.Model):
    number = models.CharField(_("establishment number"), max_length=10, unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    commercial_registration = models.CharField(_("commercial registration"), max_length=10)
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="+", verbose_name=_("sector"))
    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    short_address = models.CharField(_("national address"), max_length=8, blank=True)
    owner = models.ForeignKey(Owner, models.PROTECT, related_name="establishments", verbose_name=_("owner"))
    staff = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="workplaces", blank=True, verbose_name=_("staff")
    )

    folded_names = folded_column()

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("establishment")
        verbose_name_plural = _("establishments")
        permissions = [("read_directory", _("Can read the directory of establishments"))]
        ordering = ["number"]
        indexes = [
            models.Index(fields=["commercial_registration"], name="establishment_by_registration"),
            names_index("establishment_names"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    @display(description=_("name"))
    def name(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name_ar


class LicenceQuerySet(models.QuerySet["Licence"]):
    def of_owner(self, user) -> "LicenceQuerySet":
        """Those that name the owner who this user is; none for anybody else."""
        owners = Owner.objects.filter(user_id=user.pk) if user.pk else Owner.objects.none()
        return self.filter(owner_national_id__in=owners.values("national_id"))

    def named(self, text: str) -> "LicenceQuerySet":
        """Those whose names have every word of `text`, in any spelling. Raises TooShort."""
        return self.filter(is_named(text))

    def called(self, text: str) -> "LicenceQuerySet":
        """Those with this number, or with a name that has every word of the text.

        Raises TooShort where the text is no number and holds too little of a name.
        """
        number = digits.clean_number(text).upper()
        try:
            return self.filter(Q(number=number) | is_named(text))
        except TooShort:
            if not any(char.isdigit() for char in number):
                raise
        return self.filter(number=number)

    def owner_changed(self) -> "LicenceQuerySet":
        """Those that their authority's register has given another owner."""
        return self.filter(owner_changed_at__isnull=False)

    def with_other_owner(self) -> "LicenceQuerySet":
        """Those whose register names another owner than the one their establishment belongs to."""
        return self.filter(establishment__isnull=False).exclude(
            owner_national_id=F("establishment__owner__national_id")
        )

    def current(self, on=None) -> "LicenceQuerySet":
        """Issued and not expired on that day."""
        on = on or calendar.today()
        return self.filter(issued_on__lte=on, expires_on__gte=on)

    def visible_to(self, user) -> "LicenceQuerySet":
        """The licences that this person may see."""
        if user.role == "owner":
            return self.filter(establishment__owner__user=user)
        if user.role == "authority":
            return self.filter(authority__officers=user)
        if user.role in ("supervisor", "head"):
            return self.filter(city__region__office__members=user)
        if user.role == "auditor":
            return self.all()
        return self.none()


class Licence(models.Model):
    """A licence as its authority's register has it, or, where it has none, as the applicant gave it."""

    # `licence_of_authority` finds an authority's licences.
    authority = models.ForeignKey(
        Authority,
        models.PROTECT,
        related_name="licences",
        verbose_name=_("authority"),
        db_index=False,
    )
    number = models.CharField(_("licence number"), max_length=40)
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="+", verbose_name=_("sector"))
    name_ar = models.CharField(_("name in Arabic"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    commercial_registration = models.CharField(_("commercial registration"), max_length=10)
    owner_name = models.CharField(_("owner's name"), max_length=150)
    owner_national_id = models.CharField(_("owner's national ID"), max_length=10)
    owner_mobile = models.CharField(_("owner's mobile"), max_length=16)
    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("expires on"))
    in_register = models.BooleanField(_("in the authority's register"), default=True)
    # The owner it was known under before the authority's register named another; see owner_changed_at.
    former_owner_name = models.CharField(_("former owner's name"), max_length=150, blank=True)
    former_owner_national_id = models.CharField(_("former owner's national ID"), max_length=10, blank=True)
    owner_changed_at = models.DateTimeField(_("owner changed at"), null=True, blank=True, editable=False)
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="licences",
        verbose_name=_("establishment"),
    )

    folded_names = folded_column()

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                name="licence_number_once_per_authority",
                violation_error_message=_("This authority already has a licence with this number."),
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")),
                name="licence_expires_after_issue",
                violation_error_message=_("A licence expires after the day it was issued."),
            ),
            models.CheckConstraint(
                condition=Q(owner_changed_at__isnull=True, former_owner_national_id="")
                | Q(owner_changed_at__isnull=False) & ~Q(former_owner_national_id=""),
                name="licence_changed_owner_keeps_former",
            ),
        ]
        indexes = [
            # An authority reads its licences from the newest on: all, or those with a flag, which are few.
            models.Index(fields=["authority", "-id"], name="licence_of_authority"),
            models.Index(
                fields=["authority", "-id"],
                condition=Q(owner_changed_at__isnull=False),
                name="licence_owner_changed",
            ),
            models.Index(
                fields=["authority", "-id"], condition=Q(in_register=False), name="licence_applied_for_only"
            ),
            # An owner sees the violations of their licences also before they have an establishment.
            models.Index(fields=["owner_national_id"], name="licence_of_owner"),
            names_index("licence_names"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    @display(description=_("name"))
    def name(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name_ar


class ProviderQuerySet(models.QuerySet["Provider"]):
    def served_by(self, user) -> "ProviderQuerySet":
        """The company this person is an agent of now; none once they have been ended."""
        return self.filter(memberships__user=user, memberships__ended_at__isnull=True)


class Provider(models.Model):
    """A company that offers the premium service on owners' behalf."""

    name_ar = models.CharField(_("name in Arabic"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    commercial_registration = models.CharField(_("commercial registration"), max_length=10, unique=True)
    fee = models.DecimalField(
        _("usual fee in SAR"),
        max_digits=8,
        decimal_places=2,
        default=Decimal("700.00"),
        validators=[MinValueValidator(0)],
    )
    agents = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="ProviderAgent",
        related_name="providers",
        blank=True,
        verbose_name=_("agents"),
    )

    objects = ProviderQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one of them", "provider")
        verbose_name_plural = _("providers")

    def __str__(self) -> str:
        return self.name

    @property
    @display(description=_("name"))
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_ar


class ProviderAgent(models.Model):
    """Somebody's time as an agent of a provider company. Whoever comes back gets another row."""

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="memberships", verbose_name=_("provider")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("agent")
    )
    is_head = models.BooleanField(_("head of the company"), default=False)
    added_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at__isnull=True),
                name="agent_of_one_provider",
                violation_error_message=_("This person is an agent of a company already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
