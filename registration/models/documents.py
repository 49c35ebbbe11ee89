"""The documents that prove an application, kept encrypted."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models.applications import Application
from registration.storage import random_name


class DocumentKind(models.TextChoices):
    LICENCE = "licence", _("Licence copy")
    LETTER = "letter", _("Licensing authority's letter")
    OWNER_ID = "owner_id", _("Owner's national ID")


class Document(models.Model):
    application = models.ForeignKey(Application, models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    file = models.FileField(_("file"), upload_to=random_name, max_length=60)
    content_type = models.CharField(_("content type"), max_length=30)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    is_current = models.BooleanField(_("current"), default=True)
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(is_current=True),
                name="document_one_current_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(content_type__in=["image/jpeg", "application/pdf"]), name="document_type_is_safe"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
