"""Named reads of the rota; other rooms take theirs from here."""

from refuge.rota.queries.shifts import days_off, rota_of, shifts
from refuge.rota.queries.travel import travel_minutes
from refuge.rota.queries.workers import refuge_ids_of, visible_to, worker_of

__all__ = ["days_off", "refuge_ids_of", "rota_of", "shifts", "travel_minutes", "visible_to", "worker_of"]
