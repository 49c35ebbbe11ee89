"""When our own intake, or the information centre, was away; and when each was last seen alive."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Part(models.TextChoices):
    INTAKE = "intake", _("Intake of records")
    CENTRE = "centre", _("Information centre")


class Heartbeat(models.Model):
    """When a part was last seen alive; one row each."""

    part = models.CharField(_("part"), max_length=8, choices=Part, unique=True)
    at = models.DateTimeField(_("last seen at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.part


class OutageQuerySet(models.QuerySet["Outage"]):
    def under_way(self) -> "OutageQuerySet":
        return self.filter(ended_at__isnull=True)

    def of_intake(self) -> "OutageQuerySet":
        return self.filter(part=Part.INTAKE)


class Outage(models.Model):
    """From when until when a part was away; without an end it still is."""

    part = models.CharField(_("part"), max_length=8, choices=Part)
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = OutageQuerySet.as_manager()

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["part"], condition=Q(ended_at__isnull=True), name="outage_one_of_a_part"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("began_at")),
                name="outage_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["part", "ended_at"], name="outage_by_end")]

    def __str__(self) -> str:
        return f"{self.part} {self.began_at:%Y-%m-%d %H:%M}"
