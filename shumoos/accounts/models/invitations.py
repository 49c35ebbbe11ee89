"""Invitations: how everybody who works for the state, and the head of a company, comes to an account."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shumoos.accounts.models.people import Role, User
from shumoos.saudi.mobile import mask


class InvitationStatus(models.TextChoices):
    OPEN = "open", _("Sent")
    EXPIRED = "expired", _("Run out")
    ACCEPTED = "accepted", _("Accepted")
    REVOKED = "revoked", _("Revoked")


class Invitation(models.Model):
    """One person asked to make an account in one role. The key of its link stands in the text alone."""

    role = models.CharField(_("role"), max_length=20, choices=Role)
    # The office, authority or company, which stand on a higher floor: see `shumoos.accounts.posts`.
    place_type = models.ForeignKey(ContentType, models.PROTECT, null=True, blank=True, related_name="+")
    place_id = models.BigIntegerField(null=True, blank=True)
    place = GenericForeignKey("place_type", "place_id")
    full_name = models.CharField(_("full name"), max_length=150)
    mobile = models.CharField(_("mobile"), max_length=16)
    language = models.CharField(_("language"), max_length=2, default="ar")
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    invited_at = models.DateTimeField(_("invited at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    key_hash = models.CharField(max_length=64, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="invitation", verbose_name=_("user")
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mobile"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open_per_mobile",
                violation_error_message=_("This mobile has an invitation: send it again or revoke it."),
            ),
            models.UniqueConstraint(
                fields=["key_hash"], condition=~Q(key_hash=""), name="invitation_key_once"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, user__isnull=True)
                | Q(accepted_at__isnull=False, user__isnull=False, revoked_at__isnull=True),
                name="invitation_accepted_by_user",
            ),
            models.CheckConstraint(
                condition=Q(place_type__isnull=True, place_id__isnull=True)
                | Q(place_type__isnull=False, place_id__isnull=False),
                name="invitation_place_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def masked_mobile(self) -> str:
        return mask(self.mobile)

    @property
    def status(self) -> InvitationStatus:
        """Where it stands now."""
        if self.revoked_at is not None:
            return InvitationStatus.REVOKED
        if self.accepted_at is not None:
            return InvitationStatus.ACCEPTED
        is_over = self.expires_at <= timezone.now()
        return InvitationStatus.EXPIRED if is_over else InvitationStatus.OPEN
