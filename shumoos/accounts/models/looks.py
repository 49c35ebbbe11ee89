"""The record of who looked at what, sealed minute by minute. The database refuses every change to it."""

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shumoos.accounts import act_words
from shumoos.accounts.models.people import Role, User
from shumoos.append_only import append_only, never_emptied
from shumoos.saudi.calendar import RIYADH

# The space of our advisory locks in which every minute of the log has its own.
MINUTES = 20_261_125

# A line says which minute it is in under a lock that all writers of that minute share, and that the sealer
# needs for itself: so a minute is sealed when nobody writes in it any more, and nobody waits for anybody.
# Whoever comes with a minute that is sealed already gets the database's own time.
INTO_AN_OPEN_MINUTE = f"""
    LOOP
        minute := floor(extract(epoch FROM NEW.at) / 60);
        PERFORM pg_advisory_xact_lock_shared({MINUTES}, minute);
        SELECT max(number) INTO sealed FROM accounts_seal;
        EXIT WHEN sealed IS NULL OR minute > sealed;
        NEW.at := greatest(clock_timestamp(), to_timestamp((sealed + 1) * 60.0));
    END LOOP;
    RETURN NEW;
"""  # noqa: S608  put together from constants


class Look(models.Model):
    """One look at a person's data, or one change of it: who, what, whose, when, why, from where."""

    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    # Without a constraint of the database's: a line must not wait for whoever changes the person's row.
    by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="looks",
        verbose_name=_("by"),
        db_index=False,
        db_constraint=False,
    )
    role = models.CharField(_("role"), max_length=20, blank=True)
    # Where the person works: `office:RUH`, `authority:tourism`, `provider:3`.
    office = models.CharField(_("place of work"), max_length=60, blank=True)
    action = models.CharField(_("action"), max_length=60)
    subject = models.CharField(_("subject"), max_length=80)
    # The row whose person it is about: an application, an establishment, a licence, a user.
    whose = models.CharField(_("whose"), max_length=60, blank=True)
    # Of how many people something was shown.
    people = models.PositiveIntegerField(_("people"), default=1)
    # Room for who acts for whom under a mandate, with three long names.
    reason = models.CharField(_("reason"), max_length=600, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(_("request id"), max_length=36, blank=True)

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at", "id"], name="look_at"),
            models.Index(fields=["by", "at", "id"], name="look_of_person_at"),
            models.Index(fields=["subject", "at", "id"], name="look_of_subject_at"),
            models.Index(fields=["whose", "at", "id"], name="look_whose_at", condition=~models.Q(whose="")),
        ]
        triggers = [
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(
                name="into_an_open_minute",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("minute", "integer"), ("sealed", "integer")],
                func=INTO_AN_OPEN_MINUTE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"

    def get_role_display(self) -> str:
        """The role at that time, in words."""
        return str(Role(self.role).label) if self.role else ""

    def get_action_display(self) -> str:
        """What was done, in words."""
        return act_words.words_for(self.action)


class Seal(models.Model):
    """One closed minute of the log: how many lines it has, and the next link of the chain of hashes."""

    # Minutes since 1970; without gaps.
    number = models.PositiveIntegerField(_("minute"), primary_key=True)
    lines = models.PositiveIntegerField(_("lines"))
    digest = models.BinaryField(editable=False)
    hash = models.BinaryField(editable=False)
    sealed_at = models.DateTimeField(_("sealed at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("seal of the access log")
        verbose_name_plural = _("seals of the access log")
        ordering = ["-number"]
        triggers = [append_only(), never_emptied()]


class ReadingLimit(models.Model):
    """How much somebody of a role reads, and when, before the auditor is told. A role without one is not."""

    role = models.CharField(_("role"), max_length=20, choices=Role, unique=True)
    people_an_hour = models.PositiveIntegerField(_("people an hour"))
    # In Riyadh's time, Sunday to Thursday; empty for those who work round the clock.
    begins_at = models.TimeField(_("working hours begin"), null=True, blank=True)
    ends_at = models.TimeField(_("working hours end"), null=True, blank=True)

    class Meta:
        verbose_name = _("reading limit")
        verbose_name_plural = _("reading limits")
        ordering = ["role"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(begins_at__isnull=True, ends_at__isnull=True)
                # Said of both, because a comparison with nothing refuses nothing.
                | models.Q(begins_at__isnull=False, ends_at__isnull=False, begins_at__lt=models.F("ends_at")),
                name="reading_limit_hours_whole",
                violation_error_message=_("Working hours need a beginning, and an end after it."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class Unusual(models.TextChoices):
    MANY = "many", _("Many people in an hour")
    OUTSIDE = "outside", _("Outside working hours")


class UnusualReading(models.Model):
    """One hour in which somebody read more, or at another time, than is usual for their role."""

    # The hour's first moment.
    hour = models.DateTimeField(_("hour"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"), db_index=False)
    role = models.CharField(_("role"), max_length=20)
    kind = models.CharField(_("what is unusual"), max_length=10, choices=Unusual)
    looks = models.PositiveIntegerField(_("looks"))
    people = models.PositiveIntegerField(_("people"))

    class Meta:
        verbose_name = _("unusual reading")
        verbose_name_plural = _("unusual reading")
        ordering = ["-hour", "-id"]
        constraints = [models.UniqueConstraint(fields=["hour", "by", "kind"], name="unusual_once")]
        triggers = [append_only(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.by_id} {self.hour}"

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)

    @property
    def begins(self) -> str:
        """The hour as the auditor's search takes it."""
        return f"{timezone.localtime(self.hour, RIYADH):%Y-%m-%d %H:%M}"

    @property
    def ends(self) -> str:
        return f"{timezone.localtime(self.hour, RIYADH):%Y-%m-%d %H:59}"
