"""Keys of the API, and the answers that it gives a second time."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models import Establishment
from shumoos.accounts.models import Role

REQUESTS_A_MINUTE = 600
MOST_A_MINUTE = 6000


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, user) -> "ApiKeyQuerySet":
        """Those of the owner's own establishments; nobody else sees any."""
        if user.role != Role.OWNER:
            return self.none()
        return self.filter(establishment__owner__user=user)

    def in_force(self) -> "ApiKeyQuerySet":
        return self.filter(revoked_at__isnull=True)


class ApiKey(models.Model):
    """What a program shows to send for an establishment. Kept is its hash alone: nobody can read it again.

    What a test key sends stays in the sandbox: it is never transferred, and gone the next day.
    """

    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="api_keys", verbose_name=_("establishment")
    )
    name = models.CharField(
        _("name"), max_length=60, help_text=_("Which program uses it: the hotel system at the reception.")
    )
    is_test = models.BooleanField(_("for trying out"), default=False)
    # The beginning, by which people tell one from another.
    prefix = models.CharField(_("begins with"), max_length=16)
    key_hash = models.CharField(max_length=64, unique=True)
    per_minute = models.PositiveIntegerField(
        _("requests a minute"),
        default=REQUESTS_A_MINUTE,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_A_MINUTE)],
    )
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    # None where an operator made it.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("revoked by")
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class KeptAnswer(models.Model):
    """What was answered to a request with an `Idempotency-Key`: the same request gets it again."""

    api_key = models.ForeignKey(ApiKey, models.PROTECT, related_name="answers", db_index=False)
    idempotency_key = models.CharField(max_length=255)
    # Over the request: its address, its kind of check and its body.
    request_sha256 = models.CharField(max_length=64)
    # The very bytes: JSON, which holds references and receipt numbers, but no record's content.
    answer = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [
            models.UniqueConstraint(fields=["api_key", "idempotency_key"], name="answer_once_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.api_key_id}:{self.pk}"
