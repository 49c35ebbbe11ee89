"""The record kinds. A new one is a file here, a line below, and its tests."""

from guests.kinds.base import Kind
from guests.kinds.lodging import LODGING

KINDS: dict[str, Kind] = {kind.code: kind for kind in (LODGING,)}
