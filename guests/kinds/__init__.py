"""The record kinds. A new one is a file here, a line below, and its tests."""

from guests.kinds.base import Kind
from guests.kinds.lodging import LODGING
from guests.kinds.purchases import GOLD_PURCHASE, USED_GOODS
from guests.kinds.vehicle_rental import VEHICLE_RENTAL

KINDS: dict[str, Kind] = {kind.code: kind for kind in (LODGING, VEHICLE_RENTAL, GOLD_PURCHASE, USED_GOODS)}
