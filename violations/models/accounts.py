"""Whose ledger it is: an establishment's, or, before there is one, a licence's."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registration.models import Establishment, Licence, Owner
from violations.chain import START
from violations.models.among import among


class AccountQuerySet(models.QuerySet["Account"]):
    def visible_to(self, user: Any) -> "AccountQuerySet":
        """Those whose cases this person may see.

        An owner's are looked up from their side, by one way after the other: a condition with all of them
        would read every account there is.
        """
        accounts = Account.objects.order_by()
        if user.role == "owner":
            owners = Owner.objects.filter(user=user)
            own = accounts.filter(establishment__owner__in=owners).values("pk")
            licensed = accounts.filter(licence__establishment__owner__in=owners).values("pk")
            national_ids = owners.values("national_id")
            registered = accounts.filter(licence__owner_national_id__in=national_ids).values("pk")
            return self.filter(among("id", own.union(licensed, registered)))
        if user.role in ("supervisor", "head"):
            return self.filter(
                Q(establishment__city__region__office__members=user)
                | Q(licence__city__region__office__members=user)
            )
        return self.all() if user.role == "auditor" else self.none()


class Account(models.Model):
    """Whose fines one chain of ledger entries is of.

    A case stays with the account it was opened on, also when its licence has got an establishment since.
    """

    licence = models.OneToOneField(
        Licence, models.PROTECT, null=True, blank=True, related_name="account", verbose_name=_("licence")
    )
    establishment = models.OneToOneField(
        Establishment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="account",
        verbose_name=_("establishment"),
    )

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(licence__isnull=False) ^ Q(establishment__isnull=False), name="account_is_of_one"
            ),
        ]
        triggers = [pgtrigger.Protect(name="account_never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        named = self.establishment or self.licence
        return named.name if named else ""

    @property
    def entry_count(self) -> int:
        """How many entries its chain has, which is the number of the last."""
        return self.end.number if hasattr(self, "end") else 0

    @property
    def number(self) -> str:
        """The establishment's number, or the licence's."""
        if self.establishment is not None:
            return self.establishment.number
        return self.licence.number if self.licence else ""


class ChainEnd(models.Model):
    """The last entry of an account's chain: the next one goes on from there, and who holds it writes it.

    Apart from the accounts, most of which never have an entry: a sweep writes these side by side.
    """

    # No entry is accepted on an account that its case has not, and no account is ever deleted.
    account = models.OneToOneField(
        Account,
        models.PROTECT,
        primary_key=True,
        db_constraint=False,
        related_name="end",
        verbose_name=_("account"),
    )
    number = models.PositiveIntegerField(_("number"), default=0, editable=False)
    hash = models.BinaryField(default=START, editable=False)

    class Meta:
        verbose_name = _("end of an account")
        verbose_name_plural = _("ends of accounts")
        triggers = [pgtrigger.Protect(name="end_never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.number}"
