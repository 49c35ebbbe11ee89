"""The supervisor's review of an application."""

from typing import cast

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registration.models import Application, Document, Office
from shumoos.saudi import calendar


class Decision(models.TextChoices):
    ACTIVATE = "activate", _("Activated")
    RETURN = "return", _("Returned for correction")
    REJECT = "reject", _("Rejected")
    RELEASE = "release", _("Released")
    WITHDRAW = "withdraw", _("Withdrawn")
    LAPSE = "lapse", _("Claim ended after a time without work")
    REASSIGN = "reassign", _("Given to another office")


class ReasonUse(models.TextChoices):
    FLAG = "flag", _("Return for correction")
    REJECT = "reject", _("Rejection")


class ReasonTemplateQuerySet(models.QuerySet["ReasonTemplate"]):
    def offered(self) -> "ReasonTemplateQuerySet":
        """Those that supervisors may still choose."""
        return self.filter(is_offered=True)


class ReasonTemplate(models.Model):
    """Words for the owner that come back again and again, in both languages; a rejection needs one's code."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    use = models.CharField(_("used for"), max_length=10, choices=ReasonUse)
    about = models.CharField(_("field or document"), max_length=40, blank=True)
    words_ar = models.CharField(_("words in Arabic"), max_length=300)
    words_en = models.CharField(_("words in English"), max_length=300)
    is_offered = models.BooleanField(_("offered"), default=True)

    objects = ReasonTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason template")
        verbose_name_plural = _("reason templates")
        ordering = ["use", "id"]

    def __str__(self) -> str:
        return self.words(get_language() or "ar")

    def words(self, language: str) -> str:
        """The words in the language of whoever is to read them."""
        return self.words_en if language == "en" else self.words_ar


class Review(models.Model):
    """One supervisor's work on one application, from claim to decision."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="reviews")
    # At which office: the application may go to another one after it.
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        related_name="+",
        verbose_name=_("investigation office"),
        # The index of its decisions begins with it.
        db_index=False,
        editable=False,
    )
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews", verbose_name=_("supervisor")
    )
    claimed_at = models.DateTimeField(_("claimed at"), default=timezone.now, editable=False)
    # When its supervisor last worked on it; see `activation.claims`.
    last_active_at = models.DateTimeField(_("last worked on at"), default=timezone.now, editable=False)
    # The agent who brought the documents in the owner's place.
    presented_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("documents presented by"),
    )
    # Since when its activation waits for the office head.
    proposed_at = models.DateTimeField(_("proposed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    person_checked = models.BooleanField(
        _("The person at the desk is the owner or their agent; their ID was checked."), default=False
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    rejection = models.ForeignKey(
        ReasonTemplate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reason's code"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        permissions = [
            ("decide", _("Can review and decide applications")),
            ("lead", _("Can confirm, reassign, reopen and take back from colleagues")),
            ("see_figures", _("Can see the figures of an office")),
        ]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["supervisor"], condition=Q(decision=""), name="review_open_of"),
            models.Index(
                fields=["last_active_at"],
                condition=Q(decision="", proposed_at__isnull=True),
                name="review_idle",
            ),
            models.Index(
                fields=["proposed_at"],
                condition=Q(decision="", proposed_at__isnull=False),
                name="review_proposed",
            ),
            # What an office has decided in a time, told from the index alone.
            models.Index(
                fields=["office", "decided_at"],
                include=["decision", "supervisor", "application"],
                condition=Q(decided_at__isnull=False),
                name="review_decided_at_office",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(decision=""),
                name="review_one_open_per_application",
                violation_error_message=_("Somebody else is reviewing this application."),
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | ~Q(decision="") & Q(decided_at__isnull=False),
                name="review_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.ACTIVATE) | Q(person_checked=True),
                name="review_activates_after_person_check",
                violation_error_message=_("Check the person's ID before activating."),
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=[Decision.RETURN, Decision.REJECT]) | ~Q(reason=""),
                name="review_refusal_has_reason",
                violation_error_message=_("Say why, in words for the owner."),
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.REJECT) | Q(rejection__isnull=False),
                name="review_rejection_has_code",
                violation_error_message=_("Choose the reason for the rejection."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | Q(decision=Decision.ACTIVATE) & ~Q(confirmed_by=F("supervisor")),
                name="review_confirmed_by_another",
                violation_error_message=_("Another person confirms what you have proposed."),
            ),
        ]
        triggers = [
            # What was decided is undone by another decision on record, and never by changing this one.
            pgtrigger.Protect(
                name="review_stays_decided",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
        ]

    @property
    def waits_for_head(self) -> bool:
        """Whether its activation is proposed and nobody has decided it yet."""
        return self.proposed_at is not None and not self.decision


class DocumentCheckQuerySet(models.QuerySet["DocumentCheck"]):
    def as_shown(self) -> "DocumentCheckQuerySet":
        """With their documents, in the order in which these stand beside them."""
        return self.select_related("document__kind").order_by("document__kind__order", "document_id")


class DocumentCheck(models.Model):
    """What the supervisor saw when comparing one document with its original."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="checks")
    document = models.ForeignKey(Document, models.PROTECT, related_name="checks")
    original_seen = models.BooleanField(_("original seen"), default=False)
    matches = models.BooleanField(_("matches the original"), default=False)
    legible = models.BooleanField(_("legible"), default=False)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = DocumentCheckQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "document"], name="check_once_a_document"),
        ]
        triggers = [
            # It says what was looked at before the decision.
            pgtrigger.Trigger(
                name="check_stays_decided",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                declare=[("key", "bigint")],
                func="""
                    key := CASE TG_OP WHEN 'INSERT' THEN NEW.review_id ELSE OLD.review_id END;
                    IF EXISTS (SELECT FROM activation_review WHERE id = key AND decided_at IS NOT NULL) THEN
                        RAISE EXCEPTION 'pgtrigger: Cannot change the checklist of a decided review';
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    @property
    def expires(self) -> bool:
        """Whether a document of this kind says until when it is valid."""
        return self.document.kind.expires

    @property
    def open_points(self) -> list[str]:
        """What is still to be ticked or typed, as the checklist calls it; nothing once it is complete."""
        wanted = ["original_seen", "matches", "legible", *(["valid_until"] if self.expires else [])]
        fields = [cast(models.Field, self._meta.get_field(name)) for name in wanted]
        return [str(field.verbose_name) for field in fields if not getattr(self, field.name)]

    @property
    def has_expired(self) -> bool:
        """Whether its last day is over; on the day `valid_until` the document is still valid."""
        return self.valid_until is not None and self.valid_until < calendar.today()
