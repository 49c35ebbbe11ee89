"""A guest's stay in a hotel, a furnished apartment or the like."""

from datetime import date, datetime
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationInfo, field_validator

from guests.kinds import fields
from guests.kinds.base import Kind, Shown
from guests.kinds.errors import refuse
from guests.kinds.people import Identified
from shumoos.saudi import calendar


class Lodging(Identified):
    room: Annotated[fields.ShortText | None, Shown(_("Room"), is_code=True)] = None
    arrived_at: Annotated[
        fields.PastMoment,
        Shown(_("Arrived at"), _("Day and time: 2026-03-15 14:30."), input="moment", is_code=True),
    ]
    departs_on: Annotated[
        fields.Day | None,
        Shown(_("Departs on"), _("The day the guest means to leave: 2026-03-18."), input="day", is_code=True),
    ] = None
    departed_at: Annotated[
        fields.PastMoment | None,
        Shown(
            _("Departed at"),
            _("Only once the guest has left: 2026-03-18 11:00."),
            input="moment",
            is_code=True,
        ),
    ] = None
    companion_of: Annotated[
        fields.Reference | None,
        Shown(
            _("Companion of"), _("The main guest's own reference, for family and companions."), is_code=True
        ),
    ] = None

    @field_validator("departs_on")
    @classmethod
    def departs_after_arrival(cls, day: date | None, info: ValidationInfo) -> date | None:
        arrived_at: datetime | None = info.data.get("arrived_at")
        if day and arrived_at:
            if day < arrived_at.date():
                refuse("before_arrival", "departure_day")
            if day > calendar.add_months(arrived_at.date(), 12 * fields.YEARS_BACK):
                refuse("out_of_range", "departure_day")
        return day

    @field_validator("departed_at")
    @classmethod
    def departed_after_arrival(cls, at: datetime | None, info: ValidationInfo) -> datetime | None:
        arrived_at: datetime | None = info.data.get("arrived_at")
        if at and arrived_at and at < arrived_at:
            refuse("before_arrival", "departure_day")
        return at

    @field_validator("companion_of")
    @classmethod
    def is_not_their_own_companion(cls, reference: str | None, info: ValidationInfo) -> str | None:
        if reference and reference == info.data.get("client_reference"):
            refuse("unknown_companion")
        return reference


LODGING = Kind(
    code="lodging",
    label=_("Lodging"),
    new=_("Enter a guest"),
    model=Lodging,
    rows=(
        ("id_type", "id_number", "nationality"),
        ("full_name", "birth_date", "gender"),
        ("mobile", "room"),
        ("arrived_at", "departs_on"),
    ),
    time="arrived_at",
    leaves="departed_at",
    until="departs_on",
    place="room",
    urgency=1,
    companion="companion_of",
    shared_with_companions=("room", "departs_on"),
    remembered=("nationality", "room"),
)
