"""The guards that the schema must hold after each migration: batch changes on SQLite drop triggers silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_BOTH_0002 = {"uq_stay_open", "uq_closure_open", "uq_stay_open_referral"}
_IN_ONE_NETWORK = ("stay", "hold", "conflict_pair", "possible_same", "refuge", "referral")
_NETWORK_IS_FIXED = ("agency", "refuge", "referral", "bed")
_KEPT_0004 = ("match_run", "rule_set")
_BOTH_0005 = {"uq_worker_agency_contact", "uq_closure_day_agency", "uq_closure_day_network"}
_IN_ONE_NETWORK_0005 = (
    "worker", "pattern_place", "exception_place", "closure_day", "travel", "workshop", "workshop_place",
)  # fmt: skip
_KEPT_PLANS = ("plan_change", "plan_agreement", "plan_progress", "plan_review", "plan_note", "shared_category")
_ONCE_PLANS = ("sharing", "broken_glass")
_OWNED_PLANS = (
    "session_need", "support_plan", "plan_change", "plan_area", "plan_goal", "plan_action", "plan_progress", "plan_review",
    "plan_note", "apart_record", "broken_glass", "sharing", "worker_allocation",
)  # fmt: skip
_BOTH_PLANS = {"uq_worker_allocation_open", "uq_worker_allocation_keyworker"}
_BOTH_0007 = {"uq_calendar_feed_live"}
_TIME_0007 = ("session_booking_worker", "session_booking_room", "session_booking_person")
_IN_ONE_NETWORK_0007 = ("session_booking", "session_booking_person")
_KEPT_0008 = (
    ("refuge_change", "update"), ("refuge_change", "delete"), ("match_run_content", "update"),
    ("asked_fact", "update"), ("asked_fact", "delete"),
)  # fmt: skip
_KEPT_CARE = ("assessment", "risk_assessment", "marac_referral", "care_record")
_ONCE_CARE = ("care_task", "care_warning")
_OWNED_CARE = (*_KEPT_CARE, *_ONCE_CARE)
_ASKED_0018 = ("in_one_network", "answered_by_whom_it_asks")
_KEPT_0014 = ("incident_escalation", "privacy_sample")
_KEPT_STATISTICS = ("edition", "edition_table", "edition_working", "kpi_target", "kpi_judgement")
_PERSONS_STATISTICS = ("kpi_target", "kpi_judgement")
_CHECKED_0019 = ("mapping_check", "public_page")
_BESIDE_FIGURES = ("harm_score", "return_setting", "return_sent")
_FITS_0017 = "session_booking_person_fits"
INVARIANTS: dict[str, dict[str, set[str]]] = {
    "0001": {"sqlite": set(), "postgresql": set()},
    "0002": {
        "sqlite": _BOTH_0002
        | {f"{table}_twice_{when}" for table in ("stay", "hold", "closure") for when in ("insert", "update")}
        | {f"{table}_taken_{when}" for table in ("stay", "hold", "closure") for when in ("insert", "update")}
        | {"stay_referral_twice_insert", "stay_referral_twice_update", "lived_in_bed_not_retired"}
        | {"audit_is_append_only_insert", "audit_is_append_only_update", "audit_is_append_only_delete"}
        | {f"{table}_in_one_network_{when}" for table in _IN_ONE_NETWORK for when in ("insert", "update")}
        | {f"{table}_network_is_fixed" for table in _NETWORK_IS_FIXED},
        "postgresql": _BOTH_0002
        | {"ex_stay_bed", "ex_hold_bed", "ex_closure_bed", "ex_stay_referral"}
        | {"stay.bed_not_taken", "hold.bed_not_taken", "closure.bed_not_taken"}
        | {"bed.lived_in_bed_not_retired"}
        | {"audit_event.audit_is_append_only", "audit_event.audit_is_not_emptied"}
        | {f"{table}.in_one_network" for table in _IN_ONE_NETWORK}
        | {f"{table}.network_is_fixed" for table in _NETWORK_IS_FIXED},
    },
    "0004": {
        "sqlite": {"uq_offer_open", "hold_referral_twice_insert", "hold_referral_twice_update"}
        | {f"{table}_kept_{what}" for table in _KEPT_0004 for what in ("update", "delete")},
        "postgresql": {"uq_offer_open", "ex_hold_referral"} | {f"{table}.kept" for table in _KEPT_0004},
    },
    "0005": {
        "sqlite": _BOTH_0005
        | {f"{table}_twice_{when}" for table in ("pattern", "rota_exception") for when in ("insert", "update")}
        | {f"{table}_in_one_network_{when}" for table in _IN_ONE_NETWORK_0005 for when in ("insert", "update")}
        | {"worker_network_is_fixed", "workshop_not_overbooked_insert", "workshop_not_overbooked_update"}
        | {"workshop_not_made_smaller"},
        "postgresql": _BOTH_0005
        | {"ex_pattern_worker", "ex_rota_exception_worker", "worker.network_is_fixed"}
        | {f"{table}.in_one_network" for table in _IN_ONE_NETWORK_0005}
        | {"workshop_place.workshop_not_overbooked", "workshop.workshop_not_made_smaller"},
    },
    "0006": {
        "sqlite": _BOTH_PLANS
        | {f"{table}_kept_{what}" for table in _KEPT_PLANS for what in ("update", "delete")}
        | {f"{table}_{what}" for table in _ONCE_PLANS for what in ("kept_delete", "said_once")}
        | {f"{table}_in_one_network_{when}" for table in _OWNED_PLANS for when in ("insert", "update")}
        | {f"sharing_not_for_ever_{when}" for when in ("insert", "update")},
        "postgresql": _BOTH_PLANS
        | {f"{table}.kept" for table in (*_KEPT_PLANS, *_ONCE_PLANS)}
        | {f"{table}.said_once" for table in _ONCE_PLANS}
        | {f"{table}.in_one_network" for table in _OWNED_PLANS},
    },
    "0007": {
        "sqlite": _BOTH_0007
        | {f"{name}_twice_{when}" for name in _TIME_0007 for when in ("insert", "update")}
        | {f"{table}_in_one_network_{when}" for table in _IN_ONE_NETWORK_0007 for when in ("insert", "update")}
        | {f"session_booking_room_of_its_house_{when}" for when in ("insert", "update")}
        | {"session_run_kept_update", "session_run_kept_delete", "session_run_content_kept_update"},
        "postgresql": _BOTH_0007
        | {f"ex_{name}" for name in _TIME_0007}
        | {f"{table}.in_one_network" for table in _IN_ONE_NETWORK_0007}
        | {"session_booking.room_of_its_house", "session_run.kept", "session_run_content.kept"},
    },
    "0008": {
        "sqlite": {"uq_turn_away_standing"} | {f"{table}_kept_{what}" for table, what in _KEPT_0008},
        "postgresql": {"uq_turn_away_standing"} | {f"{table}.kept" for table, _ in _KEPT_0008},
    },
    "0009": {
        "sqlite": {f"{table}_kept_{what}" for table in _KEPT_CARE for what in ("update", "delete")}
        | {f"{table}_{what}" for table in _ONCE_CARE for what in ("kept_delete", "said_once")}
        | {f"{table}_in_one_network_{when}" for table in _OWNED_CARE for when in ("insert", "update")}
        | {f"care_task_owned_in_its_agency_{when}" for when in ("insert", "update")},
        "postgresql": {f"{table}.kept" for table in _OWNED_CARE}
        | {f"{table}.said_once" for table in _ONCE_CARE}
        | {f"{table}.in_one_network" for table in _OWNED_CARE}
        | {"care_task.owned_in_its_agency"},
    },
    "0010": {"sqlite": {"uq_replay_under_way"}, "postgresql": {"uq_replay_under_way"}},
    "0011": {
        "sqlite": {f"{table}_kept_{what}" for table in _KEPT_STATISTICS for what in ("update", "delete")}
        | {f"{table}_in_one_network_insert" for table in _PERSONS_STATISTICS},
        "postgresql": {f"{table}.kept" for table in _KEPT_STATISTICS}
        | {f"{table}.in_one_network" for table in _PERSONS_STATISTICS},
    },
    "0012": {
        "sqlite": {f"{table}_kept_delete" for table in ("leaving", "leaving_step", "discharge")}
        | {f"{table}_in_one_network_{when}" for table in ("leaving", "discharge") for when in ("insert", "update")}
        | {"leaving_said_once", "discharge_by_its_agency_insert", "discharge_by_its_agency_update"},
        "postgresql": {f"{table}.kept" for table in ("leaving", "leaving_step", "discharge")}
        | {"leaving.in_one_network", "discharge.in_one_network", "leaving.said_once", "discharge.by_its_agency"},
    },
    "0013": {
        "sqlite": {f"{table}_kept_{what}" for table in ("incident_step", "feedback") for what in ("update", "delete")}
        | {f"{table}_kept_delete" for table in ("incident", "signpost", "directory_service")}
        | {
            f"{table}_in_one_network_{when}"
            for table in ("incident", "feedback", "signpost")
            for when in ("insert", "update")
        }
        | {f"incident_owned_in_its_agency_{when}" for when in ("insert", "update")}
        | {"incident_said_once", "uq_incident_step_once"},
        "postgresql": {
            f"{table}.kept" for table in ("incident_step", "feedback", "incident", "signpost", "directory_service")
        }
        | {f"{table}.in_one_network" for table in ("incident", "feedback", "signpost")}
        | {"incident.owned_in_its_agency", "incident.said_once", "uq_incident_step_once"},
    },
    "0014": {
        "sqlite": {f"{table}_kept_{what}" for table in _KEPT_0014 for what in ("update", "delete")}
        | {"incident_escalation_in_its_agency_insert", "privacy_sample_by_its_agency_insert"},
        "postgresql": {f"{table}.kept" for table in _KEPT_0014}
        | {"incident_escalation.in_its_agency", "privacy_sample.by_its_agency"},
    },
    "0015": {
        "sqlite": {f"{table}_kept_{what}" for table in _BESIDE_FIGURES for what in ("update", "delete")}
        | {f"{table}_in_one_network_insert" for table in _BESIDE_FIGURES},
        "postgresql": {f"{table}.kept" for table in _BESIDE_FIGURES}
        | {f"{table}.in_one_network" for table in _BESIDE_FIGURES},
    },
    "0016": {
        "sqlite": {"uq_address_reveal_key", "refuge_address_not_written_over"},
        "postgresql": {"uq_address_reveal_key", "refuge_address.address_not_written_over"},
    },
    "0017": {
        "sqlite": {f"{_FITS_0017}_insert", f"{_FITS_0017}_update", "session_booking_fits_update"},
        "postgresql": {"session_booking_person.who_comes_fits", "session_booking.who_comes_fits"},
    },
    "0018": {
        "sqlite": {
            "worker_asking_kept_delete",
            "worker_asking_asked_once",
            "uq_worker_asking_open",
            "feedback_link_used_once",
        }
        | {f"worker_asking_{name}_{when}" for name in _ASKED_0018 for when in ("insert", "update")},
        "postgresql": {
            "worker_asking.kept",
            "worker_asking.asked_once",
            "uq_worker_asking_open",
            "feedback_link.used_once",
        }
        | {f"worker_asking.{name}" for name in _ASKED_0018},
    },
    "0019": {
        "sqlite": {f"{table}_kept_{what}" for table in _CHECKED_0019 for what in ("update", "delete")}
        | {f"{table}_in_one_network_insert" for table in _CHECKED_0019},
        "postgresql": {f"{table}.kept" for table in _CHECKED_0019}
        | {f"{table}.in_one_network" for table in _CHECKED_0019},
    },
}
"""By the migration that adds them: names of partial unique indexes, exclusion constraints and triggers."""

_SQLITE = "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'index')"
_POSTGRES = """
SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()
UNION SELECT conname FROM pg_constraint WHERE contype = 'x' AND connamespace = current_schema()::regnamespace
UNION SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'
"""


def missing_invariants(connection: Connection, revision: str | None) -> set[str]:
    """Return the names that the schema should hold at this revision and does not."""
    engine = connection.dialect.name
    rows: Iterable[str] = connection.execute(text(_SQLITE if engine == "sqlite" else _POSTGRES)).scalars()
    there = set(rows)
    due = {
        name for at, names in INVARIANTS.items() if revision is not None and at <= revision for name in names[engine]
    }
    return due - there


def assert_invariants(connection: Connection, revision: str | None) -> None:
    """Raise RuntimeError if a guard of the schema was lost; the migration is undone then."""
    if missing := missing_invariants(connection, revision):
        message = f"The schema lost what keeps beds and audit safe: {', '.join(sorted(missing))}."
        raise RuntimeError(message)
