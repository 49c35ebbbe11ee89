"""Whose ledger it is: an establishment's, or, before there is one, a licence's."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registration.models import Establishment, Licence, Owner
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
    """One chain of ledger entries. Where it ends is kept here: the next entry goes on from there.

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
    last_number = models.PositiveIntegerField(_("last number"), default=0, editable=False)
    last_hash = models.BinaryField(default=b"", editable=False)

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
    def number(self) -> str:
        """The establishment's number, or the licence's."""
        if self.establishment is not None:
            return self.establishment.number
        return self.licence.number if self.licence else ""
