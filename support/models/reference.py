"""What administrators keep for the desk: how soon an answer is due, what tickets are about, usual words."""

from datetime import timedelta

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from registration.models.places import Named


class Kind(models.TextChoices):
    TECHNICAL = "technical", _("Technical")
    ADMINISTRATIVE = "administrative", _("Administrative")


class Priority(Named):
    """How soon a ticket is answered. The clock runs day and night, holidays included."""

    level = models.PositiveSmallIntegerField(
        _("level"), unique=True, help_text=_("1 is the most urgent; a late ticket moves towards it.")
    )
    hours = models.PositiveSmallIntegerField(_("hours to answer in"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = pgettext_lazy("one of them", "priority")
        verbose_name_plural = _("priorities")
        ordering = ["level"]
        constraints = [models.CheckConstraint(condition=Q(hours__gte=1), name="priority_gives_an_hour")]

    @property
    def time(self) -> timedelta:
        return timedelta(hours=self.hours)


class Category(Named):
    """What a ticket is about, and how urgent such tickets are unless somebody says otherwise."""

    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    priority = models.ForeignKey(
        Priority,
        models.PROTECT,
        to_field="code",
        db_column="priority",
        related_name="+",
        verbose_name=_("usual priority"),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_offered = models.BooleanField(
        _("offered"), default=True, help_text=_("Otherwise it is for old tickets and for the portal's own.")
    )

    class Meta:
        verbose_name = _("category of tickets")
        verbose_name_plural = _("categories of tickets")
        ordering = ["order", "id"]


class Macro(models.Model):
    """An answer that is given again and again, in both languages; the agent may change it before sending."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title_ar = models.CharField(_("title in Arabic"), max_length=100)
    title_en = models.CharField(_("title in English"), max_length=100)
    words_ar = models.TextField(_("words in Arabic"), max_length=2000)
    words_en = models.TextField(_("words in English"), max_length=2000)
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("usual answer")
        verbose_name_plural = _("usual answers")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" else self.title_ar

    def words(self, language: str) -> str:
        """The words in the language of whoever is to read them."""
        return self.words_en if language == "en" else self.words_ar
