"""A vehicle rented out, and who rents it."""

from datetime import datetime
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationInfo, field_validator

from guests.kinds import fields
from guests.kinds.base import Kind, Shown
from guests.kinds.errors import refuse
from guests.kinds.people import Identified


class VehicleRental(Identified):
    contract_number: Annotated[fields.ShortText, Shown(_("Contract number"), is_code=True)]
    plate: Annotated[
        fields.ShortText, Shown(_("Plate"), _("Letters and digits, as on the plate: أ ب ج 1234."))
    ]
    driving_licence: Annotated[fields.ShortText, Shown(_("Driving licence number"), is_code=True)]
    picked_up_at: Annotated[
        fields.PastMoment,
        Shown(_("Picked up at"), _("Day and time: 2026-03-15 14:30."), input="moment", is_code=True),
    ]
    returned_at: Annotated[
        fields.PastMoment | None,
        Shown(
            _("Returned at"),
            _("Only once the vehicle is back: 2026-03-18 11:00."),
            input="moment",
            is_code=True,
        ),
    ] = None

    @field_validator("returned_at")
    @classmethod
    def returned_after_pick_up(cls, at: datetime | None, info: ValidationInfo) -> datetime | None:
        picked_up_at: datetime | None = info.data.get("picked_up_at")
        if at and picked_up_at and at < picked_up_at:
            refuse("before_arrival", "return")
        return at


VEHICLE_RENTAL = Kind(
    code="vehicle_rental",
    label=_("Vehicle rental"),
    new=_("Enter a rental"),
    model=VehicleRental,
    rows=(
        ("id_type", "id_number", "nationality"),
        ("full_name", "birth_date", "gender"),
        ("mobile", "driving_licence"),
        ("contract_number", "plate", "picked_up_at"),
    ),
    time="picked_up_at",
    leaves="returned_at",
    place="plate",
    urgency=1,
)
