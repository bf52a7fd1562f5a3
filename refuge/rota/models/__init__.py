"""Who works where and when, what each house is promised, and who was trained in what."""

from refuge.rota.models.calendar import AgencyRota, ClosureDay
from refuge.rota.models.patterns import (
    AWAY,
    ExceptionKind,
    ExceptionPlace,
    Pattern,
    PatternPlace,
    RotaException,
    weekdays_of,
)
from refuge.rota.models.places import CoverPromise, Promised, RoomHours, SessionRoom, Travel
from refuge.rota.models.training import Audience, Place, Workshop, WorkshopPlace
from refuge.rota.models.workers import DISCIPLINES_OF, Discipline, Gender, Worker, WorkerSkill

__all__ = [
    "AWAY",
    "DISCIPLINES_OF",
    "AgencyRota",
    "Audience",
    "ClosureDay",
    "CoverPromise",
    "Discipline",
    "ExceptionKind",
    "ExceptionPlace",
    "Gender",
    "Pattern",
    "PatternPlace",
    "Place",
    "Promised",
    "RoomHours",
    "RotaException",
    "SessionRoom",
    "Travel",
    "Worker",
    "WorkerSkill",
    "Workshop",
    "WorkshopPlace",
    "weekdays_of",
]
