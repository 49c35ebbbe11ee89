"""What leads an owner back to an application that was begun and not sent."""

import secrets
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models.applications import Application, Status

VALID_FOR = timedelta(days=14)


def make_resume_key() -> str:
    """Return an unguessable key that is short enough for a text message."""
    return secrets.token_urlsafe(12)


class ResumeLinkQuerySet(models.QuerySet["ResumeLink"]):
    def valid(self) -> "ResumeLinkQuerySet":
        """Those sent within the last 14 days whose application is still a draft."""
        return self.filter(sent_at__gt=timezone.now() - VALID_FOR, application__status=Status.DRAFT)


class ResumeLink(models.Model):
    """The link by which an owner goes on with a draft in any browser, once a code has proved their mobile."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="resume_link")
    key = models.CharField(max_length=16, unique=True, default=make_resume_key)
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)

    objects = ResumeLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("resume link")
        verbose_name_plural = _("resume links")

    def __str__(self) -> str:
        return str(self.pk)
