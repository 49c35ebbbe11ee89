"""What owners were told at each step, and what became of it."""

from datetime import date, timedelta
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shumoos.letters.models import Letter
from shumoos.saudi.calendar import show_both
from violations.models.cases import Case
from violations.models.occurrences import Occurrence
from violations.models.schedules import CaseKind, Stage

NO_LETTER = """
    RAISE foreign_key_violation USING
        MESSAGE = format('There is no letter %s.', {}), CONSTRAINT = 'notice_has_its_letter';
"""


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> "NoticeQuerySet":
        """Those of the cases that this person may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def orders_for(self, user: Any) -> "NoticeQuerySet":
        """The suspension orders addressed to the authority of one of its officers; an auditor reads all."""
        orders = self.filter(stage=Stage.SUSPENDED)
        if user.role == "authority":
            return orders.filter(case__licence__authority__officers=user)
        return orders if user.role == "auditor" else self.none()


class Notice(models.Model):
    """What the owner was told at one step, with its numbered letter."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices", verbose_name=_("case"))
    # The fact that it is about, in a case of inaccurate data.
    occurrence = models.OneToOneField(
        Occurrence, models.PROTECT, null=True, blank=True, related_name="notice", verbose_name=_("occurrence")
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage)
    issued_on = models.DateField(_("issued on"))
    # As of that day; empty where no step follows, and where an application is with the office.
    due_on = models.DateField(_("due on"), null=True, blank=True)
    # What this notice adds to the case's fine.
    amount = models.DecimalField(_("amount in SAR"), max_digits=12, decimal_places=2, default=0)
    # The supervisor who issued it; nobody where the sweep did.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("issued by")
    )
    # Held to the letters that there are by triggers, for all notices of a statement at once.
    letter = models.OneToOneField(
        Letter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notice",
        verbose_name=_("letter"),
        db_constraint=False,
    )
    annulled_on = models.DateField(_("annulled on"), null=True, blank=True)
    # A suspension order's end, and the letter that told the licensing authority of it.
    lifted_on = models.DateField(_("lifted on"), null=True, blank=True)
    lifting_letter = models.OneToOneField(
        Letter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("letter of lifting")
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["id"]
        permissions = [("see_orders", _("Can see the suspension orders of one's own authority"))]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "stage"],
                condition=Q(occurrence__isnull=True),
                name="notice_once_a_stage",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="notice_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True) | Q(stage=Stage.SUSPENDED, lifted_on__gte=F("issued_on")),
                name="notice_lifted_is_an_order",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(stage=Stage.SUSPENDED), name="notice_of_suspension"),
        ]
        triggers = [
            pgtrigger.Protect(name="notice_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="notice_has_its_letter",
                level=pgtrigger.Statement,
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                referencing=pgtrigger.Referencing(new="new_notices"),
                declare=[("missing", "bigint")],
                func=f"""
                    -- Planned anew each time: a plan for the empty tables of the first day would be kept.
                    EXECUTE $query$
                        SELECT min(notice.letter_id)
                        FROM new_notices AS notice
                        WHERE notice.letter_id IS NOT NULL AND (
                            SELECT letter.id FROM letters_letter AS letter WHERE letter.id = notice.letter_id
                        ) IS NULL
                    $query$ INTO missing;
                    IF missing IS NOT NULL THEN
                        {NO_LETTER.format("missing")}
                    END IF;
                    RETURN NULL;
                """,  # noqa: S608  put together from constants
            ),
            pgtrigger.Trigger(
                name="notice_gets_its_letter",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange("letter"),
                func=f"""
                    IF NEW.letter_id IS NOT NULL
                       AND NOT EXISTS (SELECT FROM letters_letter WHERE letters_letter.id = NEW.letter_id)
                    THEN
                        {NO_LETTER.format("NEW.letter_id")}
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}, {show_both(self.issued_on, get_language() or 'ar')}"

    @property
    def objection_until(self) -> date:
        """The last day on which its owner may object; needs the case's schedule."""
        return self.issued_on + timedelta(days=self.case.schedule.objection_days)

    @property
    def is_warning_to_annul(self) -> bool:
        """Whether it is a warning for not subscribing that stands, in a case that runs: a head may annul it.

        The notice of an occurrence goes with the occurrence.
        """
        return (
            self.stage == Stage.WARNED
            and self.annulled_on is None
            and self.case.kind == CaseKind.NOT_SUBSCRIBED
            and self.case.closed_on is None
        )
