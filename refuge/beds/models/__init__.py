"""Refuges, beds, and what takes a bed for a time."""

from refuge.beds.models.beds import Bed
from refuge.beds.models.occupancy import Closure, Hold, HoldEnd, Stay
from refuge.beds.models.refuges import AddressReveal, Refuge, RefugeAddress, RefugeChange, StaffingHours, SupportLevel

__all__ = [
    "AddressReveal",
    "Bed",
    "Closure",
    "Hold",
    "HoldEnd",
    "Refuge",
    "RefugeAddress",
    "RefugeChange",
    "StaffingHours",
    "Stay",
    "SupportLevel",
]
