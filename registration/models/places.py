"""Where things are and who is in charge there: regions, cities, offices, authorities, sectors."""

from django.conf import settings
from django.contrib.admin import display
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class Named(models.Model):
    """What has a code and a name in each language."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    @display(description=_("name"))
    def name(self) -> str:
        """The name in the language in use."""
        return self.name_en if get_language() == "en" else self.name_ar


class Region(Named):
    class Meta:
        verbose_name = pgettext_lazy("one of them", "region")
        verbose_name_plural = _("regions")
        ordering = ["id"]


class City(Named):
    region = models.ForeignKey(Region, models.PROTECT, related_name="cities", verbose_name=_("region"))

    class Meta:
        verbose_name = pgettext_lazy("one of them", "city")
        verbose_name_plural = _("cities")
        ordering = ["id"]


class Office(Named):
    """The investigation office of a region's police."""

    region = models.OneToOneField(Region, models.PROTECT, related_name="office", verbose_name=_("region"))
    address_ar = models.CharField(_("address in Arabic"), max_length=200)
    address_en = models.CharField(_("address in English"), max_length=200)
    hours_ar = models.CharField(_("hours in Arabic"), max_length=100)
    hours_en = models.CharField(_("hours in English"), max_length=100)
    # Within so many of its working days the office decides; see `registration.office_time`.
    target_days = models.PositiveSmallIntegerField(
        _("working days to decide in"), default=2, validators=[MinValueValidator(1)]
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="offices", blank=True, verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("investigation office")
        verbose_name_plural = _("investigation offices")
        ordering = ["id"]

    @property
    def address(self) -> str:
        return self.address_en if get_language() == "en" else self.address_ar

    @property
    def hours(self) -> str:
        return self.hours_en if get_language() == "en" else self.hours_ar


class HolidayQuerySet(models.QuerySet["Holiday"]):
    def at(self, office_id: int | None) -> "HolidayQuerySet":
        """Those that hold at that office: its own, and everybody's."""
        return self.filter(Q(office=office_id) | Q(office__isnull=True))


class Holiday(models.Model):
    """A day on which offices do not work, or one of them does not."""

    day = models.DateField(_("day"))
    name_ar = models.CharField(_("name in Arabic"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150)
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="holidays",
        verbose_name=_("investigation office"),
        help_text=_("Empty for all offices."),
    )

    objects = HolidayQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "office"],
                name="holiday_once_an_office",
                nulls_distinct=False,
                violation_error_message=_("This day is a holiday already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_ar


class Authority(Named):
    """A licensing authority."""

    officers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="authorities", blank=True, verbose_name=_("officers")
    )

    class Meta:
        verbose_name = pgettext_lazy("one of them", "licensing authority")
        verbose_name_plural = _("licensing authorities")
        permissions = [("see_authority", _("Can see one's own authority's licences and letters"))]
        ordering = ["id"]


class Sector(Named):
    authority = models.ForeignKey(
        Authority, models.PROTECT, related_name="sectors", verbose_name=_("licensing authority")
    )
    record_kinds = ArrayField(models.CharField(max_length=30), default=list, verbose_name=_("record kinds"))
    needs_second_review = models.BooleanField(
        _("activation confirmed by the office head"),
        default=False,
        help_text=_("A supervisor's activation waits until the office head has confirmed it."),
    )

    class Meta:
        verbose_name = pgettext_lazy("one of them", "sector")
        verbose_name_plural = _("sectors")
        ordering = ["id"]
