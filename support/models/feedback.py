"""What visitors think of the public pages. No row says who they are."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    FOUND = "found", _("I found what I needed")
    CLEAR = "clear", _("It is clear and short")
    MISSING = "missing", _("What I looked for is not here")
    UNCLEAR = "unclear", _("I do not understand it")
    WRONG = "wrong", _("Something on it is wrong")
    BROKEN = "broken", _("Something does not work")
    OTHER = "other", _("Something else")


YES = [Reason.FOUND, Reason.CLEAR, Reason.OTHER]
NO = [Reason.MISSING, Reason.UNCLEAR, Reason.WRONG, Reason.BROKEN, Reason.OTHER]


class PageAnswer(models.Model):
    """One visitor's answer about one page: yes or no, and why."""

    # The name of the view: an address could hold what somebody typed.
    page = models.CharField(_("page"), max_length=80)
    is_useful = models.BooleanField(_("useful"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True)
    words = models.CharField(_("in their words"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=2, default="ar")
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    # Tells answers of one visitor apart from others' on one day; emptied the day after.
    visitor = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("answer about a page")
        verbose_name_plural = _("answers about pages")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visitor", "page"], condition=~Q(visitor=""), name="page_answered_once_a_day"
            ),
        ]
        indexes = [models.Index(fields=["page", "-at"], name="answer_about_page")]

    def __str__(self) -> str:
        return f"{self.page}: {self.is_useful}"
