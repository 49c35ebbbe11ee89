"""The ledger of fines. What is owed is the sum of its entries; a correction is a new entry.

Every account's entries are a chain: numbered without gaps, each with the hash of the one before it and its
own over all that it says. `violations.chain` says over what, in Python and in SQL; the database holds every
entry to it.
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models import Licence
from shumoos.append_only import append_only, never_emptied
from shumoos.letters.models import Letter
from shumoos.templatetags.days import NO_BREAK, sar
from violations.chain import LINKS
from violations.models.accounts import Account
from violations.models.cases import Case
from violations.models.notices import Notice


class EntryKind(models.TextChoices):
    ASSESSMENT = "assessment", _("Assessment")
    RAISE = "raise", _("Raise")
    REDUCTION = "reduction", _("Reduction")
    WAIVER = "waiver", _("Waiver")
    PAYMENT = "payment", _("Payment")
    REFUND = "refund", _("Refund")
    # Of a payment that was entered wrongly, by its reference.
    REVERSAL = "reversal", _("Reversal of a payment")


FINES = [EntryKind.ASSESSMENT, EntryKind.RAISE]
RELIEFS = [EntryKind.REDUCTION, EntryKind.WAIVER]
DEBITS = [*FINES, EntryKind.REFUND, EntryKind.REVERSAL]
REFERRING = [EntryKind.PAYMENT, EntryKind.REFUND, EntryKind.REVERSAL]


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def visible_to(self, user) -> "LedgerEntryQuerySet":
        """The entries of the cases that this person may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def standing_payments(self) -> "LedgerEntryQuerySet":
        """The payments that no later entry has reversed."""
        reversals = LedgerEntry.objects.filter(kind=EntryKind.REVERSAL, account_id=OuterRef("account_id"))
        return self.filter(kind=EntryKind.PAYMENT).exclude(
            Exists(reversals.filter(reference=OuterRef("reference")))
        )


class LedgerEntry(models.Model):
    """One line of the ledger. Never changed, never deleted."""

    # What an entry names, a trigger holds to its case for all entries of a statement at once, and none of it
    # is ever deleted.
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="entries",
        verbose_name=_("account"),
        db_index=False,
        db_constraint=False,
    )
    number = models.PositiveIntegerField(_("number"))
    previous_hash = models.BinaryField(editable=False)
    hash = models.BinaryField(editable=False)
    licence = models.ForeignKey(
        Licence,
        models.PROTECT,
        related_name="ledger",
        verbose_name=_("licence"),
        db_index=False,
        db_constraint=False,
    )
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="entries", verbose_name=_("case"), db_constraint=False
    )
    # The notice that told the owner of the fine: one fine a notice.
    notice = models.OneToOneField(
        Notice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entry",
        verbose_name=_("notice"),
        db_constraint=False,
    )
    kind = models.CharField(_("kind"), max_length=12, choices=EntryKind)
    on = models.DateField(_("date"))
    # What is owed grows with a positive amount and shrinks with a negative one.
    amount = models.DecimalField(_("amount in SAR"), max_digits=12, decimal_places=2)
    cap = models.DecimalField(_("cap in SAR"), max_digits=12, decimal_places=2, null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("entered by"),
        db_index=False,
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # The document it rests on: notice, receipt or decision.
    letter = models.ForeignKey(
        Letter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("letter"),
    )
    # The bank's own reference of a payment, or the desk's.
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["id"]
        indexes = [
            # Entries come in the order of their days, so that a few lines say on which pages each of them is.
            BrinIndex(fields=["on"], name="entry_by_day", autosummarize=True, pages_per_range=32),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="entry_number_once"),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(kind=EntryKind.PAYMENT),
                name="entry_of_payment_once",
                violation_error_message=_("A payment with this reference has been entered already."),
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(kind=EntryKind.REVERSAL),
                name="entry_of_payment_reversed_once",
                violation_error_message=_("This payment has been reversed already."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=EntryKind.REVERSAL) | Q(by__isnull=False) & ~Q(reason=""),
                name="entry_of_reversal_has_reason",
                violation_error_message=_("Say why the payment is reversed."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=REFERRING) & ~Q(reference="") | ~Q(kind__in=REFERRING) & Q(reference=""),
                name="entry_of_payment_has_reference",
            ),
            models.CheckConstraint(
                condition=~Q(kind=EntryKind.ASSESSMENT) | Q(amount=F("cap")) | ~Q(reason=""),
                name="entry_below_cap_has_reason",
                violation_error_message=_("Say why the amount is less."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DEBITS, amount__gt=0) | ~Q(kind__in=DEBITS) & Q(amount__lt=0),
                name="entry_sign_follows_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=FINES) | Q(cap__isnull=False, amount__lte=F("cap")),
                name="entry_within_cap",
                violation_error_message=_("A fine cannot be above its cap."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FINES, notice__isnull=False)
                | ~Q(kind__in=FINES) & Q(notice__isnull=True),
                name="entry_of_fine_has_notice",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=RELIEFS) | Q(by__isnull=False) & ~Q(reason=""),
                name="entry_of_relief_has_reason",
                violation_error_message=_("Say why the fine is reduced or waived."),
            ),
        ]
        triggers = [
            append_only(),
            never_emptied(),
            # An entry that does not go on from the one before it, or names what its case has not, is refused;
            # and so is one that the fine of its case does not hold, so that the case's cap, a constraint
            # there, holds for what is entered here.
            pgtrigger.Trigger(
                name="entry_is_linked",
                level=pgtrigger.Statement,
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                referencing=pgtrigger.Referencing(new="new_entries"),
                declare=[("loose", "bigint"), ("astray", "bigint"), ("wrong", "bigint")],
                func=f"""
                    -- Planned anew each time: a plan for the empty tables of the first day would be kept.
                    EXECUTE $query$ {LINKS} $query$ INTO loose, astray, wrong;
                    IF loose IS NOT NULL THEN
                        RAISE check_violation USING
                            MESSAGE = format('Entry %s does not go on from the one before it.', loose),
                            CONSTRAINT = 'entry_is_linked';
                    END IF;
                    IF astray IS NOT NULL THEN
                        RAISE check_violation USING
                            MESSAGE = format('Entry %s names what is not of its case.', astray),
                            CONSTRAINT = 'entry_is_of_its_case';
                    END IF;
                    IF wrong IS NOT NULL THEN
                        RAISE check_violation USING
                            MESSAGE = format('The fine of case %s is not the sum of its entries.', wrong),
                            CONSTRAINT = 'fine_is_sum_of_entries';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        # In a line of crumbs the amount stays with its currency.
        return f"{self.get_kind_display()} · {sar(self.amount).replace(' ', NO_BREAK)}"
