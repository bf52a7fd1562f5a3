"""What hangs on the plans of the pilot's residents: scores, risk, children, tasks, one leaving in progress."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.audit.service import SYSTEM
from refuge.beds.models import Stay
from refuge.london import london_date
from refuge.referrals.models import Referral
from support_plans.categories import Category
from support_plans.incidents import NOTE, IncidentKind
from support_plans.kinds import KINDS
from support_plans.marac import RepeatDefinition
from support_plans.models import Giver, Judgement, Occasion, Task, TaskKind
from support_plans.scoring import TOOLS
from support_plans.service.assessing import AssessmentDetails, record_assessment
from support_plans.service.directory import ServiceDetails, keep_service, say_outcome, send_on
from support_plans.service.incidents import (
    FeedbackDetails,
    IncidentDetails,
    close_incident,
    do_step,
    keep_feedback,
    log_incident,
)
from support_plans.service.leavings import DischargeDetails, LeavingDetails, prepare, tell, write_discharge
from support_plans.service.records import RecordDetails, write_record
from support_plans.service.risks import MaracDetails, RiskDetails, add_caution, record_risk, refer_to_marac
from support_plans.service.sharing import SharingDetails, share
from support_plans.service.tasks import TaskDetails, finish_task, make_task

if TYPE_CHECKING:
    from refuge.accounts.models import Person
    from refuge.demo.loading import Loading

FARAH, JO, ASHA = "farah@wall.example", "jo@wall.example", "asha@panahghar.example"
MARY, DAWN, HELEN = "mary@lpt.example", "dawn@turning-point.example", "helen@new-dawn.example"
ALCOHOL, MOVING, CHILDREN, ALARM = "WALL/Room 5", "WALL/Room 1", "Panahghar/Flat 1", "Panahghar/Room 9"
YES = "yes"


def load_care(loading: Loading) -> None:
    """Add what hangs on the plans. Everybody is invented; days count from the day of loading."""
    loading.say("Loading scores, risk, children's records, tasks and a leaving …")
    _scores(loading)
    _risks(loading)
    _records(loading)
    _talked_with(loading)
    _tasks(loading)
    _leaving(loading)
    _house(loading)
    loading.db.flush()


def her(loading: Loading, bed: str) -> Referral:
    """Return the referral of the woman who lives in a bed now."""
    stay = select(Stay.referral_id).where(Stay.bed_id == loading.beds[bed].id, Stay.ended_at.is_(None))
    return loading.db.get_one(Referral, loading.db.scalars(stay).one())


def _by(loading: Loading, email: str, days: float) -> dict[str, Any]:
    return {"by": loading.people[email], "actor": SYSTEM, "at": loading.moment(days)}


def _scores(loading: Loading) -> None:
    start, review = Occasion.START, Occasion.REVIEW
    for days, occasion, phq, gad in (
        (-38, start, "323222121", "3232222"),
        (-20, review, "222122111", "2222121"),
        (-5, review, "121111110", "1211111"),
    ):
        _score(loading, MOVING, "PHQ_9", MARY, days, occasion, phq)
        _score(loading, MOVING, "GAD_7", MARY, days, occasion, gad)
    _score(loading, MOVING, "AUDIT", DAWN, -36, start, "3322111122")
    _score(loading, ALCOHOL, "AUDIT_C", DAWN, -84, start, "443")
    _score(loading, ALCOHOL, "AUDIT_C", DAWN, -9, review, "221")
    for days, occasion, told in ((-84, start, (20, 4, 5, 6)), (-9, review, (6, 11, 10, 12))):
        alcohol, mind, body, life = told
        answers = {"top_alcohol": alcohol, "top_psychological": mind, "top_physical": body, "top_quality": life}
        _keep(loading, ALCOHOL, "TOP", DAWN, days, AssessmentDetails(loading.day(days), occasion, answers))
    for days, total in ((-70, 24), (-30, 17)):
        details = AssessmentDetails(loading.day(days), review, {"core10_6": 0}, total)
        _keep(loading, ALCOHOL, "CORE_10", HELEN, days, details)
    _score(loading, ALARM, "PHQ_9", MARY, -0.1, start, "222211121")


def _score(loading: Loading, bed: str, tool: str, email: str, days: float, occasion: Occasion, points: str) -> None:
    answers = {item.key: int(point) for item, point in zip(TOOLS[tool].items, points, strict=True)}
    details = AssessmentDetails(
        loading.day(days), occasion, answers, looks_at_it=loading.people[email], note="Filled in together."
    )
    _keep(loading, bed, tool, email, days, details)


def _keep(loading: Loading, bed: str, tool: str, email: str, days: float, details: AssessmentDetails) -> None:
    record_assessment(loading.db, her(loading, bed), TOOLS[tool], details, **_by(loading, email, days))


def _risks(loading: Loading) -> None:
    for bed, email, days, count, judged, review, why in (
        (MOVING, FARAH, -40, 16, Judgement.HIGH, 12, "He has found her twice, and threatened her sister"),
        (ALCOHOL, JO, -80, 6, Judgement.HIGH, -3, "The count is low because she did not want to speak of him yet"),
        (CHILDREN, ASHA, -60, 9, Judgement.MEDIUM, 20, "Contact is about the children and goes through a solicitor"),
    ):
        at = loading.moment(days)
        details = RiskDetails(
            "DASH_RIC", "2009", london_date(at), count, judged, why, london_date(at) + timedelta(days=review - days)
        )
        record_risk(loading.db, her(loading, bed), details, **_by(loading, email, days))
    marac = MaracDetails(
        loading.day(-39), loading.day(-42), incident_criminal=False, criteria=("visible_high_risk",),
        definition=RepeatDefinition.ANY_ABUSE, reason="He waited outside her work two days in a row",
    )  # fmt: skip
    refer_to_marac(loading.db, her(loading, MOVING), marac, **_by(loading, FARAH, -39))
    add_caution(
        loading.db,
        her(loading, MOVING),
        "self_harm",
        "Look in on her after calls from court",
        **_by(loading, FARAH, -30),
    )
    add_caution(
        loading.db,
        her(loading, CHILDREN),
        "health",
        "The youngest has a nut allergy: pen in the office",
        **_by(loading, ASHA, -90),
    )


def _records(loading: Loading) -> None:
    for bed, kind, email, days, review, child, told in (
        (
            MOVING,
            "safety_plan",
            FARAH,
            -39,
            20,
            None,
            {
                "her_words": "A door that locks, and nobody asking.",
                "signs": "She does not eat, and sits on the stairs.",
                "herself": "Walks round the garden, rings her aunt.",
                "staff": "Knock, say your name, offer tea. By night: the same.",
                "avoid": "Do not stand in the doorway.",
            },
        ),
        (
            MOVING,
            "mh_assessment",
            MARY,
            -37,
            10,
            None,
            {
                "her_words": "I wake at four and cannot stop thinking.",
                "risk_self": "Thoughts at first, none for three weeks.",
                "summary": "Low mood after leaving; sleeps better since the second week.",
            },
        ),
        (
            MOVING,
            "mh_care_plan",
            MARY,
            -36,
            10,
            None,
            {
                "needs": "To sleep, and to go out alone.",
                "what": "Weekly 1-2-1, sleep diary.",
                "crisis": "The house by night, then the crisis line.",
            },
        ),
        (
            ALCOHOL,
            "recovery_plan",
            DAWN,
            -82,
            -2,
            None,
            {
                "her_words": "I want my mornings back.",
                "use": "Wine every evening, less at weekends now.",
                "naloxone": "not_asked",
                "steps": "Diary; two days without; group on Thursdays.",
                "lapse": "She rings Dawn the next morning.",
            },
        ),
        (
            ALCOHOL,
            "pre_therapy",
            HELEN,
            -60,
            None,
            None,
            {
                "course": "Staying grounded, six sessions",
                "planned": "6",
                "came": "5",
                "her_words": "I can stop a flashback now.",
            },
        ),
        (
            ALCOHOL,
            "readiness",
            HELEN,
            -20,
            15,
            None,
            {
                "service": "Trauma therapy",
                "wants": YES,
                "safe": YES,
                "stable": "no",
                "can_go": YES,
                "missing": "A month of steady days first; Dawn and Helen look again together.",
            },
        ),
        (
            CHILDREN,
            "child_needs",
            ASHA,
            -100,
            9,
            1,
            {
                "own_words": "“I miss my football.”",
                "feelings": "Quiet at first, laughs again.",
                "help": "Play worker on Tuesdays; a place in a team is sought.",
            },
        ),
        (
            CHILDREN,
            "child_school",
            ASHA,
            -110,
            None,
            1,
            {
                "place": "goes",
                "where": "An invented primary school",
                "safe": "Only her mother and Asha may collect her.",
            },
        ),
        (
            CHILDREN,
            "child_school",
            ASHA,
            -110,
            None,
            2,
            {"place": "asked", "safe": "Nobody collects him yet; the school has our number only."},
        ),
        (
            CHILDREN,
            "child_health_visitor",
            ASHA,
            -105,
            None,
            3,
            {"team": "Invented health visiting team", "immunised": YES, "note": "Sleeps through."},
        ),
        (
            CHILDREN,
            "child_contact",
            ASHA,
            -90,
            30,
            1,
            {
                "basis": "order",
                "how": "By letter through the solicitor.",
                "safe": "No address, no photographs.",
                "child": "Does not want to write yet.",
            },
        ),
    ):
        review_on = None if review is None else loading.day(review)
        details = RecordDetails(told, child, review_on)
        acting = _by(loading, email, days)
        write_record(loading.db, her(loading, bed), KINDS[kind], details, replaces=None, **acting)


def _talked_with(loading: Loading) -> None:
    """Let what an answer asked for on a day long past have been done that day; the one of today is still to do."""
    alarms = select(Task).where(Task.kind == TaskKind.ALARM, Task.due_on < loading.day(-1))
    for task in loading.db.scalars(alarms):
        days = (task.due_on - loading.day(0)).days
        finish_task(
            loading.db, task, "Talked with her, and we looked at her safety plan together", version=task.version,
            **_by(loading, MARY, days),
        )  # fmt: skip


def _tasks(loading: Loading) -> None:
    for owner, days, due, bed, what in (
        (FARAH, -6, -2, MOVING, "Ring housing about the tenancy date"),
        (JO, -2, 0, ALCOHOL, "Ask for a new bus pass"),
        (ASHA, -9, -5, CHILDREN, "Send the school form for the second child"),
        (ASHA, -1, 1, None, "Fire drill with everybody who is new"),
        (DAWN, -3, 1, ALCOHOL, "Write to the group that she comes on Thursday"),
        (MARY, -4, -1, MOVING, "Ask the practice whether they accept the handover"),
    ):
        _task(loading, owner, days, due, bed, what)
    done = _task(loading, JO, -5, -4, MOVING, "New key for the post box")
    finish_task(loading.db, done, "She has it", version=done.version, **_by(loading, JO, -4))


def _task(loading: Loading, owner: str, days: float, due: int, bed: str | None, what: str) -> Any:  # noqa: ANN401  a task
    person: Person = loading.people[owner]
    return make_task(
        loading.db, TaskDetails(what, loading.day(due)), owner=person,
        referral=None if bed is None else her(loading, bed), **_by(loading, owner, days),
    )  # fmt: skip


def _leaving(loading: Loading) -> None:
    """One discharge in progress: agreed with her, its handover written and not yet accepted, no senior's word yet."""
    db, woman = loading.db, her(loading, MOVING)
    acting = _by(loading, FARAH, -4)
    row = prepare(db, woman, **acting)
    details = LeavingDetails(loading.day(12), "SOC_TENANCY", "By text on her own number, mornings only", "")
    tell(db, woman, row, details, version=row.version, actor=SYSTEM, at=acting["at"])
    discharge = DischargeDetails(
        loading.day(-3), "I would like somebody to ring in the first week.", "gp",
        "Sleeps six hours. Takes her tablets herself. Wants a call in the first week.", "", None,
    )  # fmt: skip
    write_discharge(db, woman, None, discharge, version=0, **_by(loading, MARY, -3))
    for agency, categories in (
        ("Women's Aid Leicestershire", (Category.MENTAL_HEALTH, Category.SUBSTANCE_USE)),
        ("Leicestershire Partnership NHS Trust", (Category.SAFETY, Category.SUBSTANCE_USE)),
    ):
        told = SharingDetails(
            loading.agencies[agency].id, categories, "To work on one plan together", loading.at + timedelta(days=60),
            how_given="spoken",
        )  # fmt: skip
        share(db, woman, told, **_by(loading, FARAH, -35))


def _house(loading: Loading) -> None:
    """Add what happened in the houses, what was said of them, and a directory with one woman sent on."""
    _incidents(loading)
    for email, days, giver, rating, words, themes in (
        (FARAH, -20, Giver.RESIDENT, 4, "They knock. Nobody did before.", ("staff", "safety")),
        (FARAH, -6, Giver.RESIDENT, 3, "The kitchen is too small at six.", ("house",)),
        (ASHA, -10, Giver.PARTNER, 5, "One plan, and we hear of changes the same day.", ("communication",)),
    ):
        told = FeedbackDetails(giver, loading.day(days), rating, words, themes)
        keep_feedback(loading.db, told, **_by(loading, email, days))
    for name, kind, what, days in (
        ("Invented housing advice", "housing", "Tenancies and deposits; mornings.", -20),
        ("Invented mutual aid group", "mutual_aid", "Women only, Thursdays.", -200),
        ("Invented law centre", "legal", "Family law, free first hour.", -40),
    ):
        details = ServiceDetails(name, kind, what, "0000 000 0000")
        row = keep_service(loading.db, None, details, version=0, **_by(loading, FARAH, days))
        if kind == "housing":
            acting = _by(loading, FARAH, -15)
            sent = send_on(loading.db, her(loading, MOVING), row, "A flat near her aunt", **acting)
            on = loading.day(-8)
            say_outcome(
                loading.db, sent, "helped", on, "They found the tenancy", version=sent.version, actor=SYSTEM,
                at=loading.moment(-8),
            )  # fmt: skip


def _incidents(loading: Loading) -> None:
    db, farah, asha = loading.db, loading.people[FARAH], loading.people[ASHA]
    happened = loading.moment(-9)
    broken = IncidentDetails(IncidentKind.INCIDENT, "The back gate was found open in the morning.", happened, farah)
    row = log_incident(db, broken, referral=None, **_by(loading, FARAH, -9))
    do_step(db, row, NOTE, "Lock changed, cameras looked at", **_by(loading, FARAH, -8.9))
    outcome = "A spring closes the gate now; it is on the evening round."
    close_incident(db, row, outcome, version=row.version, **_by(loading, FARAH, -8))
    concern = IncidentDetails(
        IncidentKind.CONCERN, "A partner was told a date that had changed.", loading.moment(-2), asha
    )
    log_incident(db, concern, referral=None, **_by(loading, ASHA, -0.9))
    late = IncidentDetails(IncidentKind.NOT_BACK, "She said she would be back by eight.", loading.moment(-0.12), farah)
    missing = log_incident(db, late, referral=her(loading, ALCOHOL), **_by(loading, FARAH, -0.1))
    do_step(db, missing, "room", "", **_by(loading, FARAH, -0.098))
    do_step(db, missing, "ring", "", **_by(loading, FARAH, -0.09))
