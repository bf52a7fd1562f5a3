"""Who may do what to whose record: every route, every role and every relation, against a table written by hand.

A new route stands in `ORACLE`, or the first test fails with its name. What a role may enter is written here a second
time on purpose: a slip in the policy table, or a view that forgot to ask whose record it is, must contradict somebody.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import select

from refuge.accounts import service
from refuge.accounts.models import Person
from refuge.accounts.sessions import ServerSessions, hash_token, start_session
from refuge.audit.models import AuditEvent
from refuge.audit.service import SYSTEM
from refuge.beds.models import Hold, Stay
from refuge.database import Base, new_ref, now
from refuge.inreach.models import Booking, Series
from refuge.inreach.service.feeds import make_feed
from refuge.inreach.service.planning import keep_run, plan
from refuge.london import london_date
from refuge.permissions import EVERYONE, SIGNED_IN, Permission, Role, label_of, may
from refuge.placements.models import AskedAbout, Asking, Offer, OfferAnswer, TurnAway
from refuge.placements.service.matching import make_run
from refuge.referrals.models import Referral, ReferralDraft, ReferralState
from refuge.replays.models import Replay, ReplayState
from refuge.rota.models import ClosureDay, Place, WorkshopPlace
from refuge.statistics.models import Edition
from refuge.statistics.periods import quarter_of
from refuge.statistics.service.editions import publish
from support_plans.models import Assessment, CareRecord, Caution, Discharge, Signpost, TaskKind
from support_plans.service.tasks import add_task
from tests.builders import LONG_AGO, Pilot, add_bed, add_referral
from tests.inreach.rows import add_session, ask
from tests.rota.rows import add_exception, add_pattern, add_promise, add_room, add_worker, add_workshop
from tests.support_plans import matrix as plans
from tests.support_plans.rows import add_resident, worker_of
from tests.support_plans.served import add_incident, add_service, allocate, referral_of, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.routing import Rule

    from support_plans.models import Owned

READERS = {
    "W": "worker.wall", "M": "manager.wall", "P": "practitioner", "C": "commissioner", "R": "referrer",
    "A": "administrator",
}  # fmt: skip
ROLES = dict(zip(READERS, Role, strict=True))
NOBODY = "-"
ALL = "WMPCRA"
RELATIONS = ("own", "other", "hidden", "elsewhere")
"""Her own agency's (of a call: her own); another agency's of her network; the same, not shared; another network's."""
LET_IN = {200, 302, 303, 400, 409, 422}
"""What a page, a redirect to somewhere else than signing in, and the refusal of an empty form answer with."""


class Row(NamedTuple):
    """Which roles enter at all (the others: 403), and of those, who is let in to whose record (the others: 404)."""

    enter: str
    own: str = ""
    other: str = ""
    hidden: str = ""
    elsewhere: str = ""


EVERYBODY = Row(ALL + NOBODY)
OWN_BED = Row("WM", own="WM")
OWN_REFUGE = Row("M", own="M")
OWN_REFERRAL = Row("WMR", own="WMR")
OWN_CALL = Row("WMR", own="WMR")
OPEN_REFERRAL = Row("WM", own="WM", other="WM")
"""What is done about a bed that is held: a third refuge is let in to read that nothing is hers to do (409)."""
OF_THE_NETWORK = Row("WM", own="WM", other="WM", hidden="WM")
ANY_PERSON = Row("A", "A", "A", "A", "A")
WORKS_WITH_HER = Row("WMP", own="WMP")
"""The staff of her refuge, and a practitioner who is allocated to her; what they open, their own agency wrote."""
ANY_OF_NETWORK = Row("WMP", own="WMP", other="WMP", hidden="WMP")
"""A worker, a house or a workshop: the whole network sees where it stands in the rota."""
OWN_WORKER = Row("MP", own="MP")
"""What is changed about a worker, or about a workshop: only by people of her agency, or of the one that holds it."""
A_SESSION = Row("WMP", own="WMP")
"""A refuge: in its own house; a practitioner: of her own agency's worker. Of another's, to read that it is not hers."""
A_PLAN = Row("WMP", own="WMP", other="WMP", hidden="WMP")
AN_EDITION = Row("MC", own="MC", other="MC", hidden="MC")
"""What was published is the network's: whoever made it, commissioners and managers of the network read it."""
ORACLE: dict[tuple[str, str], Row] = {
    ("GET", "/"): Row(ALL),
    ("GET", "/health"): EVERYBODY,
    ("GET", "/static/<path:filename>"): EVERYBODY,
    # Accounts
    ("GET", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in"): EVERYBODY,
    ("POST", "/sign-out"): Row(ALL),
    ("GET", "/signed-out"): EVERYBODY,
    ("GET", "/leave"): EVERYBODY,
    ("POST", "/leave"): EVERYBODY,
    ("GET", "/safety"): EVERYBODY,
    ("GET", "/welcome/<token>"): Row(ALL + NOBODY, own=ALL + NOBODY),
    ("POST", "/welcome/<token>"): Row(ALL + NOBODY, own=ALL + NOBODY),
    ("GET", "/account"): Row(ALL),
    ("GET", "/account/password"): Row(ALL),
    ("POST", "/account/password"): Row(ALL),
    ("POST", "/account/sessions/<handle>/end"): Row(ALL, own=ALL),
    ("POST", "/account/sessions/end"): Row(ALL),
    ("GET", "/people"): Row("A"),
    ("GET", "/people/new"): Row("A"),
    ("POST", "/people/new"): Row("A"),
    ("GET", "/people/agencies/new"): Row("A"),
    ("POST", "/people/agencies/new"): Row("A"),
    ("GET", "/people/networks/new"): Row("A"),
    ("POST", "/people/networks/new"): Row("A"),
    ("GET", "/people/<ref>"): ANY_PERSON,
    ("GET", "/people/<ref>/place"): ANY_PERSON,
    ("POST", "/people/<ref>/place"): ANY_PERSON,
    ("POST", "/people/<ref>/disable"): ANY_PERSON,
    ("POST", "/people/<ref>/enable"): ANY_PERSON,
    ("POST", "/people/<ref>/link"): ANY_PERSON,
    ("POST", "/people/<ref>/sign-out"): ANY_PERSON,
    # Beds
    ("GET", "/beds"): Row("WMP"),
    ("GET", "/beds/print"): Row("WMP"),
    ("GET", "/beds/<ref>"): Row("WMP", own="WM"),
    ("GET", "/beds/<ref>/close"): OWN_BED,
    ("POST", "/beds/<ref>/close"): OWN_BED,
    ("POST", "/beds/<ref>/open"): OWN_BED,
    ("GET", "/beds/<ref>/ready"): OWN_BED,
    ("POST", "/beds/<ref>/ready"): OWN_BED,
    ("GET", "/beds/<ref>/edit"): OWN_REFUGE,
    ("POST", "/beds/<ref>/edit"): OWN_REFUGE,
    ("GET", "/beds/<ref>/retire"): OWN_REFUGE,
    ("POST", "/beds/<ref>/retire"): OWN_REFUGE,
    ("GET", "/refuges"): Row("WMPC"),
    ("GET", "/refuges/<ref>"): Row("WMPC", own="WMPC", other="WMPC", hidden="WMPC"),
    ("GET", "/refuges/new"): Row("M"),
    ("POST", "/refuges/new"): Row("M"),
    ("GET", "/refuges/<ref>/edit"): OWN_REFUGE,
    ("POST", "/refuges/<ref>/edit"): OWN_REFUGE,
    ("POST", "/refuges/<ref>/preview"): OWN_REFUGE,
    ("POST", "/refuges/<ref>/confirm"): OWN_BED,
    ("GET", "/refuges/<ref>/beds/new"): OWN_REFUGE,
    ("POST", "/refuges/<ref>/beds/new"): OWN_REFUGE,
    ("GET", "/refuges/<ref>/address"): OWN_BED,
    ("POST", "/refuges/<ref>/address"): OWN_BED,
    ("GET", "/refuges/<ref>/address/change"): OWN_REFUGE,
    ("POST", "/refuges/<ref>/address/change"): OWN_REFUGE,
    # Referrals
    ("GET", "/referrals"): Row("WMR"),
    ("POST", "/referrals/find"): Row("WMR"),
    ("POST", "/referrals/new"): Row("WMR"),
    ("GET", "/referrals/<ref>"): Row("WMR", own="WMR", other="WM"),
    ("GET", "/referrals/<ref>/edit"): OWN_REFERRAL,
    ("POST", "/referrals/<ref>/edit"): OWN_REFERRAL,
    ("GET", "/referrals/<ref>/progress"): Row("WMR", own="WMR", other="WM"),
    ("POST", "/referrals/<ref>/progress"): Row("WMR", own="WMR", other="WM"),
    ("GET", "/referrals/<ref>/withdraw"): OWN_REFERRAL,
    ("POST", "/referrals/<ref>/withdraw"): OWN_REFERRAL,
    ("POST", "/referrals/<ref>/same"): Row("WM", own="WM", other="WM"),
    ("GET", "/referrals/drafts/<ref>"): OWN_CALL,
    ("POST", "/referrals/drafts/<ref>"): OWN_CALL,
    ("POST", "/referrals/drafts/<ref>/save"): OWN_CALL,
    ("GET", "/referrals/drafts/<ref>/token"): OWN_CALL,
    ("GET", "/referrals/drafts/<ref>/discard"): OWN_CALL,
    ("POST", "/referrals/drafts/<ref>/discard"): OWN_CALL,
    # Matching
    ("GET", "/matches"): Row("WM"),
    ("POST", "/matches"): Row("WM"),
    ("GET", "/matches/<ref>"): OF_THE_NETWORK,
    ("GET", "/matches/<ref>/choose/<referral>"): Row("WM", own="WM", other="WM"),
    ("POST", "/matches/<ref>/choose/<referral>"): Row("WM", own="WM", other="WM"),
    ("GET", "/matches/rules"): Row("WM"),
    ("POST", "/matches/rules"): Row("M"),
    ("GET", "/referrals/<ref>/beds"): Row("WM", own="WM", other="WM"),
    ("GET", "/beds/<ref>/fits"): OF_THE_NETWORK,
    # Holding, moving in and on
    ("GET", "/referrals/<ref>/hold"): OPEN_REFERRAL,
    ("POST", "/referrals/<ref>/hold"): OPEN_REFERRAL,
    ("POST", "/referrals/<ref>/renew"): OPEN_REFERRAL,
    ("GET", "/referrals/<ref>/release"): OPEN_REFERRAL,
    ("POST", "/referrals/<ref>/release"): OPEN_REFERRAL,
    ("GET", "/asked/<ref>"): Row("WM", own="WM"),
    ("POST", "/asked/<ref>"): Row("WM", own="WM"),
    ("GET", "/referrals/<ref>/offer"): OPEN_REFERRAL,
    ("POST", "/referrals/<ref>/offer"): OPEN_REFERRAL,
    ("GET", "/referrals/<ref>/answer"): OPEN_REFERRAL,
    ("POST", "/referrals/<ref>/answer"): OPEN_REFERRAL,
    ("GET", "/referrals/<ref>/admit"): OPEN_REFERRAL,
    ("POST", "/referrals/<ref>/admit"): OPEN_REFERRAL,
    ("GET", "/residents"): Row("WM"),
    ("GET", "/residents/<ref>"): OWN_BED,
    ("GET", "/residents/<ref>/dates"): OWN_BED,
    ("POST", "/residents/<ref>/dates"): OWN_BED,
    ("GET", "/residents/<ref>/move"): OWN_BED,
    ("POST", "/residents/<ref>/move"): OWN_BED,
    ("GET", "/residents/<ref>/move-on"): OWN_BED,
    ("POST", "/residents/<ref>/move-on"): OWN_BED,
    # What hangs on a plan
    ("GET", "/care/<ref>"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/scores"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/scores/<assessment>"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/scores/new/<tool>"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/scores/new/<tool>"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/scores/<assessment>/correct"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/scores/<assessment>/correct"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/risk"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/risk/new"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/risk/new"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/risk/marac"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/risk/marac"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/warnings/new"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/warnings/new"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/warnings/<warning>/end"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/warnings/<warning>/end"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/records"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/children"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/records/<written>"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/records/new/<kind>"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/records/new/<kind>"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/records/<written>/update"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/records/<written>/update"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/leaving"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/leaving/tell"): OWN_BED,
    ("POST", "/care/<ref>/leaving/tell"): OWN_BED,
    ("GET", "/care/<ref>/leaving/calls"): OWN_BED,
    ("POST", "/care/<ref>/leaving/calls"): OWN_BED,
    ("GET", "/care/<ref>/leaving/steps/<step>"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/leaving/steps/<step>"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/leaving/discharge"): Row("WMP", own="P"),
    ("POST", "/care/<ref>/leaving/discharge"): Row("WMP", own="P"),
    ("POST", "/care/<ref>/leaving/discharge/agree"): Row("WMP", own="P"),
    ("GET", "/care/<ref>/signposts"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/signposts/new"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/signposts/new"): WORKS_WITH_HER,
    ("GET", "/care/<ref>/signposts/<signpost>/outcome"): WORKS_WITH_HER,
    ("POST", "/care/<ref>/signposts/<signpost>/outcome"): WORKS_WITH_HER,
    ("GET", "/directory"): Row("WMP"),
    ("GET", "/directory/new"): Row("WMP"),
    ("POST", "/directory/new"): Row("WMP"),
    ("GET", "/directory/<ref>"): Row("WMP", own="WMP", other="WMP", hidden="WMP"),
    ("POST", "/directory/<ref>"): Row("WMP", own="WMP", other="WMP", hidden="WMP"),
    ("POST", "/directory/<ref>/end"): Row("WMP", own="WMP", other="WMP", hidden="WMP"),
    ("GET", "/incidents"): Row("WMP"),
    ("GET", "/incidents/new"): Row("WMP"),
    ("POST", "/incidents/new"): Row("WMP"),
    ("GET", "/incidents/<ref>"): Row("WMP", own="WMP"),
    ("POST", "/incidents/<ref>/steps/<step>"): Row("WMP", own="WMP"),
    ("POST", "/incidents/<ref>/close"): Row("WMP", own="WMP"),
    ("GET", "/feedback"): Row("WMP"),
    ("GET", "/feedback/new"): Row("WMP"),
    ("POST", "/feedback/new"): Row("WMP"),
    ("GET", "/tasks"): Row("WMP"),
    ("GET", "/tasks/new"): Row("WMP"),
    ("POST", "/tasks/new"): Row("WMP"),
    ("GET", "/tasks/<ref>"): Row("WMP", own="WMP"),
    ("POST", "/tasks/<ref>/done"): Row("WMP", own="WMP"),
    ("POST", "/tasks/<ref>/hand-over"): Row("WMP", own="WMP"),
    ("GET", "/huddle"): Row("WMP"),
    ("GET", "/account/digest"): Row("WMP"),
    ("POST", "/account/digest"): Row("WMP"),
    # Rota
    ("GET", "/rota"): Row("WMP"),
    ("GET", "/rota/workers"): Row("WMP"),
    ("GET", "/rota/workers/new"): Row("MP"),
    ("POST", "/rota/workers/new"): Row("MP"),
    ("GET", "/rota/workers/<ref>"): ANY_OF_NETWORK,
    ("GET", "/rota/workers/<ref>/edit"): OWN_WORKER,
    ("POST", "/rota/workers/<ref>/edit"): OWN_WORKER,
    ("GET", "/rota/workers/<ref>/skills"): OWN_WORKER,
    ("POST", "/rota/workers/<ref>/skills"): OWN_WORKER,
    ("POST", "/rota/workers/<ref>/skills/remove"): OWN_WORKER,
    ("GET", "/rota/workers/<ref>/patterns/new"): OWN_WORKER,
    ("POST", "/rota/workers/<ref>/patterns/new"): OWN_WORKER,
    ("GET", "/rota/workers/<ref>/away"): OWN_WORKER,
    ("POST", "/rota/workers/<ref>/away"): OWN_WORKER,
    ("GET", "/rota/patterns/<ref>/end"): OWN_WORKER,
    ("POST", "/rota/patterns/<ref>/end"): OWN_WORKER,
    ("GET", "/rota/exceptions/<ref>/withdraw"): OWN_WORKER,
    ("POST", "/rota/exceptions/<ref>/withdraw"): OWN_WORKER,
    ("GET", "/rota/days"): Row("WMP"),
    ("POST", "/rota/days"): Row("MP"),
    ("POST", "/rota/days/<ref>/remove"): OWN_WORKER,
    ("POST", "/rota/days/bank-holidays"): Row("MP"),
    ("GET", "/rota/cover"): Row("WMPC"),
    ("GET", "/rota/houses"): Row("WMP"),
    ("GET", "/rota/houses/<ref>"): ANY_OF_NETWORK,
    ("GET", "/rota/houses/<ref>/rooms/new"): OWN_REFUGE,
    ("POST", "/rota/houses/<ref>/rooms/new"): OWN_REFUGE,
    ("GET", "/rota/rooms/<ref>/edit"): OWN_REFUGE,
    ("POST", "/rota/rooms/<ref>/edit"): OWN_REFUGE,
    ("GET", "/rota/houses/<ref>/promises/new"): OWN_REFUGE,
    ("POST", "/rota/houses/<ref>/promises/new"): OWN_REFUGE,
    ("GET", "/rota/promises/<ref>/end"): OWN_REFUGE,
    ("POST", "/rota/promises/<ref>/end"): OWN_REFUGE,
    ("GET", "/rota/houses/<ref>/travel"): OWN_REFUGE,
    ("POST", "/rota/houses/<ref>/travel"): OWN_REFUGE,
    # Training
    ("GET", "/training"): Row("WMP"),
    ("GET", "/training/totals"): Row("WMPC"),
    ("GET", "/training/new"): Row("MP"),
    ("POST", "/training/new"): Row("MP"),
    ("GET", "/training/<ref>"): ANY_OF_NETWORK,
    ("GET", "/training/<ref>/edit"): OWN_WORKER,
    ("POST", "/training/<ref>/edit"): OWN_WORKER,
    ("POST", "/training/<ref>/book"): ANY_OF_NETWORK,
    ("POST", "/training/<ref>/cancel-place"): ANY_OF_NETWORK,
    ("POST", "/training/<ref>/attendance"): OWN_WORKER,
    ("GET", "/training/<ref>/feedback"): Row("WMP", own="WMP"),
    ("POST", "/training/<ref>/feedback"): Row("WMP", own="WMP"),
    # Turning away
    ("GET", "/referrals/<ref>/turn-away"): Row("WM", own="WM"),
    ("POST", "/referrals/<ref>/turn-away"): Row("WM", own="WM"),
    ("GET", "/referrals/<ref>/searches"): Row("WM", own="WM", other="WM"),
    ("POST", "/referrals/<ref>/searches"): Row("WM", own="WM", other="WM"),
    ("GET", "/referrals/<ref>/review"): Row("WM", own="WM"),
    ("POST", "/referrals/<ref>/review"): Row("WM", own="WM"),
    ("GET", "/turn-aways"): Row("M"),
    ("GET", "/turn-aways/<ref>"): Row("WM", own="WM"),
    ("POST", "/turn-aways/<ref>"): Row("WM", own="WM"),
    # What would have helped: the relation of a commissioner is the network; hidden is one that was not published
    ("GET", "/replays"): Row("MC"),
    ("GET", "/replays/new"): Row("M"),
    ("POST", "/replays/new"): Row("M"),
    ("GET", "/replays/costs"): Row("MC"),
    ("GET", "/replays/costs/<kind>"): Row("M", own="M", other="M", hidden="M", elsewhere="M"),
    ("POST", "/replays/costs/<kind>"): Row("M", own="M", other="M", hidden="M", elsewhere="M"),
    ("GET", "/replays/<ref>"): Row("MC", own="MC", other="MC", hidden="M"),
    ("GET", "/replays/<ref>/progress"): Row("MC", own="MC", other="MC", hidden="M"),
    ("POST", "/replays/<ref>/publish"): Row("M", own="M", other="M", hidden="M"),
    # In-reach
    ("GET", "/in-reach"): Row("WMP"),
    ("GET", "/in-reach/calendar.json"): Row("WMP"),
    ("GET", "/in-reach/book"): Row("WMP"),
    ("POST", "/in-reach/book"): Row("WMP"),
    ("GET", "/in-reach/sessions/<ref>"): A_SESSION,
    ("POST", "/in-reach/sessions/<ref>/outcome"): A_SESSION,
    ("POST", "/in-reach/sessions/<ref>/came"): A_SESSION,
    ("POST", "/in-reach/sessions/<ref>/interpreter"): A_SESSION,
    ("GET", "/in-reach/sessions/<ref>/cancel"): A_SESSION,
    ("POST", "/in-reach/sessions/<ref>/cancel"): A_SESSION,
    ("GET", "/in-reach/sessions/<ref>/move"): A_SESSION,
    ("POST", "/in-reach/sessions/<ref>/move"): A_SESSION,
    ("GET", "/in-reach/series/<ref>"): A_SESSION,
    ("GET", "/in-reach/plans"): Row("WMP"),
    ("POST", "/in-reach/plans"): Row("WMP"),
    ("GET", "/in-reach/plans/<ref>"): A_PLAN,
    ("POST", "/in-reach/plans/<ref>/accept"): A_PLAN,
    ("POST", "/in-reach/plans/<ref>/accept-all"): A_PLAN,
    ("GET", "/in-reach/plans/<ref>/choose"): A_PLAN,
    ("POST", "/in-reach/plans/<ref>/choose"): A_PLAN,
    ("GET", "/in-reach/feed"): Row("WMP"),
    ("POST", "/in-reach/feed"): Row("WMP"),
    ("POST", "/in-reach/feed/end"): Row("WMP"),
    ("GET", "/calendar/<token>.ics"): Row(ALL + NOBODY, own=ALL + NOBODY),
    ("GET", "/turn-aways/<ref>/take-back"): Row("WM", own="WM"),
    ("POST", "/turn-aways/<ref>/take-back"): Row("WM", own="WM"),
    # Figures
    ("GET", "/statistics"): Row("M"),
    ("GET", "/statistics/by"): Row("M"),
    ("GET", "/statistics/referrals"): Row("M"),
    ("GET", "/statistics/paper"): Row("M"),
    ("GET", "/statistics/figures/<code>"): Row("M"),
    ("POST", "/statistics/figures/<code>"): Row("M"),
    ("GET", "/published"): Row("MC"),
    ("GET", "/published/new"): Row("M"),
    ("POST", "/published/new"): Row("M"),
    ("GET", "/published/<ref>"): AN_EDITION,
    ("GET", "/published/<ref>/figures/<code>"): AN_EDITION,
    ("GET", "/published/<ref>/csv"): AN_EDITION,
    ("GET", "/published/<ref>/ods"): AN_EDITION,
    ("GET", "/published/<ref>/pdf"): AN_EDITION,
    ("GET", "/published/<ref>/return"): AN_EDITION,
}
"""Written by hand: never made from the policy table that it checks."""
ORACLE |= {route: Row(who, own=who if about else "") for route, (who, about) in plans.ENTERS.items()}

AUDITED = {
    "/people": "people.listed",
    "/people/<ref>": "person.seen",
    "/beds": "board.seen",
    "/beds/print": "board.seen",
    "/beds/<ref>": "bed.seen",
    "/referrals": "referral.listed",
    "/referrals/<ref>": "referral.seen",
    "/referrals/<ref>/edit": "referral.seen",
    "/referrals/<ref>/progress": "referral.seen",
    "/referrals/drafts/<ref>": "draft.seen",
    "/referrals/<ref>/hold": "referral.seen",
    "/asked/<ref>": "referral.seen",
    "/referrals/<ref>/offer": "referral.seen",
    "/referrals/<ref>/answer": "referral.seen",
    "/referrals/<ref>/admit": "referral.seen",
    "/residents": "residents.listed",
    "/residents/<ref>": "resident.seen",
    "/residents/<ref>/dates": "resident.seen",
    "/residents/<ref>/move": "resident.seen",
    "/residents/<ref>/move-on": "resident.seen",
    "/referrals/<ref>/turn-away": "referral.seen",
    "/referrals/<ref>/searches": "referral.seen",
    "/referrals/<ref>/review": "referral.seen",
    "/turn-aways/<ref>": "turn_away.seen",
    "/care/<ref>": "care.seen",
    "/care/<ref>/scores": "assessments.listed",
    "/care/<ref>/scores/<assessment>": "assessment.seen",
    "/care/<ref>/scores/new/<tool>": "resident.seen",
    "/care/<ref>/scores/<assessment>/correct": "assessment.seen",
    "/care/<ref>/risk": "risk.seen",
    "/care/<ref>/risk/new": "resident.seen",
    "/care/<ref>/risk/marac": "resident.seen",
    "/care/<ref>/warnings/new": "resident.seen",
    "/care/<ref>/warnings/<warning>/end": "caution.seen",
    "/care/<ref>/records": "records.listed",
    "/care/<ref>/children": "children.seen",
    "/care/<ref>/records/<written>": "record.seen",
    "/care/<ref>/records/new/<kind>": "resident.seen",
    "/care/<ref>/records/<written>/update": "record.seen",
    "/care/<ref>/leaving": "leaving.seen",
    "/care/<ref>/leaving/tell": "leaving.seen",
    "/care/<ref>/leaving/calls": "leaving.seen",
    "/care/<ref>/leaving/steps/<step>": "leaving.seen",
    "/care/<ref>/leaving/discharge": "discharge.seen",
    "/care/<ref>/signposts": "signposts.listed",
    "/care/<ref>/signposts/new": "resident.seen",
    "/care/<ref>/signposts/<signpost>/outcome": "signpost.seen",
    "/incidents": "incidents.listed",
    "/incidents/<ref>": "incident.seen",
    "/tasks": "tasks.listed",
    "/tasks/<ref>": "task.seen",
    "/huddle": "huddle.seen",
    "/rota": "rota.seen",
    "/rota/workers": "workers.listed",
    "/rota/workers/<ref>": "worker.seen",
    "/rota/cover": "cover.seen",
    "/training/<ref>": "workshop.seen",
    "/turn-aways/<ref>/take-back": "turn_away.seen",
    "/statistics/referrals": "referral.listed",
    "/matches": "match.seen",
    "/matches/<ref>": "match.seen",
    "/matches/<ref>/choose/<referral>": "referral.matched",
    "/referrals/<ref>/beds": "referral.matched",
    "/beds/<ref>/fits": "bed.matched",
    "/in-reach": "week.seen",
    "/in-reach/calendar.json": "week.seen",
    "/in-reach/book": "session.offered",
    "/in-reach/sessions/<ref>": "session.seen",
    "/in-reach/sessions/<ref>/cancel": "session.seen",
    "/in-reach/sessions/<ref>/move": "session.seen",
    "/in-reach/series/<ref>": "series.seen",
    "/in-reach/plans/<ref>": "session_plan.seen",
    "/in-reach/plans/<ref>/choose": "session.offered",
}
"""Pages that show somebody's record, and the event that each leaves."""
AUDITED |= plans.AUDITED
SHOWS_NOBODY = {
    "/in-reach/plans", "/in-reach/feed",
    "/people/new", "/people/agencies/new", "/people/networks/new", "/people/<ref>/place",
    "/beds/<ref>/close", "/beds/<ref>/ready", "/beds/<ref>/edit", "/beds/<ref>/retire",
    "/refuges", "/refuges/<ref>", "/refuges/new", "/refuges/<ref>/edit", "/refuges/<ref>/beds/new",
    "/refuges/<ref>/address", "/refuges/<ref>/address/change",
    "/referrals/<ref>/withdraw", "/referrals/<ref>/release",
    "/referrals/drafts/<ref>/token", "/referrals/drafts/<ref>/discard",
    "/turn-aways", "/matches/rules", "/tasks/new", "/account/digest",
    "/directory", "/directory/new", "/directory/<ref>", "/incidents/new", "/feedback", "/feedback/new",
    "/replays", "/replays/new", "/replays/<ref>", "/replays/<ref>/progress", "/replays/costs", "/replays/costs/<kind>",
    "/rota/workers/new", "/rota/workers/<ref>/edit", "/rota/workers/<ref>/skills", "/rota/workers/<ref>/patterns/new",
    "/rota/workers/<ref>/away", "/rota/patterns/<ref>/end", "/rota/exceptions/<ref>/withdraw", "/rota/days",
    "/rota/houses", "/rota/houses/<ref>", "/rota/houses/<ref>/rooms/new", "/rota/rooms/<ref>/edit",
    "/rota/houses/<ref>/promises/new", "/rota/promises/<ref>/end", "/rota/houses/<ref>/travel",
    "/training", "/training/totals", "/training/new", "/training/<ref>/edit", "/training/<ref>/feedback",
    "/statistics", "/statistics/by", "/statistics/paper", "/statistics/figures/<code>", "/published", "/published/new",
    "/published/<ref>", "/published/<ref>/figures/<code>", "/published/<ref>/csv", "/published/<ref>/ods",
    "/published/<ref>/pdf", "/published/<ref>/return",
}  # fmt: skip
SHOWS_NOBODY |= plans.SHOWS_NOBODY
"""Pages behind a permission that show no person's record: forms, what houses offer, a question before an act."""


def routes(app: Flask) -> list[tuple[str, Rule]]:
    """Return every method of every rule of the application, but HEAD and OPTIONS, which follow GET."""
    found = [(method, rule) for rule in app.url_map.iter_rules() for method in rule.methods or () if method in METHODS]
    return sorted(found, key=lambda pair: (pair[1].rule, pair[0]))


METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


class World(plans.PlanWorld):
    """The small network, and things in it that stand in each relation to a reader."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database = app.extensions["database"]
        app.config["WTF_CSRF_ENABLED"] = False
        with self.database.write() as db:
            Pilot().person(db, "administrator").password_hash = "never used"
            stay_of = add_referral(db, "worker.wall")
            bed = Pilot().bed(db, "WALL", "Room 1")
            db.add(Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=stay_of.id, started_at=LONG_AGO))
        self._browsers: dict[str, FlaskClient] = {}
        self._paths: dict[tuple[str, str, str], str] = {}

    def fresh_browser(self, reader: str) -> FlaskClient:
        """Return a new browser, signed in as this reader unless she is nobody."""
        browser = self.app.test_client()
        if reader != NOBODY:
            with self.database.write() as db:
                token = start_session(db, Pilot().person(db, READERS[reader]), at=now())
            browser.set_cookie(ServerSessions.token_cookie(self.app), token)
        return browser

    def browser(self, reader: str) -> FlaskClient:
        """Return a browser of this reader that nothing has changed."""
        if reader not in self._browsers:
            self._browsers[reader] = self.fresh_browser(reader)
        return self._browsers[reader]

    def forget_browsers(self) -> None:
        """Sign everybody in anew from here on."""
        self._browsers.clear()

    def path(self, rule: str, reader: str, relation: str) -> str:
        """Return a path of this rule to a thing that stands in this relation to the reader."""
        key = (kind_of(rule), reader, relation)
        if key not in self._paths:
            self._paths[key] = self.fresh_path("<>", key)
        return filled(rule, self._paths[key])

    def fresh_path(self, rule: str, key: tuple[str, str, str]) -> str:
        """Return a path to a thing that nothing has touched."""
        kind, reader, relation = key
        if kind == "none":
            return rule
        with self.database.write() as db:
            made = getattr(self, f"_{kind}")(db, READERS.get(reader, "worker.wall"), relation)
        return filled(rule, made)

    @staticmethod
    def _static(_db: Session, _reader: str, _relation: str) -> str:
        return "app.css"

    @staticmethod
    def _bed(db: Session, _reader: str, relation: str) -> str:
        refuge = Pilot().refuge(db, REFUGES[relation])
        return add_bed(db, refuge, f"Room {uuid4().hex[:12]}").ref

    @staticmethod
    def _stay(db: Session, _reader: str, relation: str) -> str:
        return Pilot().bed(db, REFUGES[relation], "Room 1").ref

    @staticmethod
    def _resident(db: Session, _reader: str, relation: str) -> str:
        bed = add_bed(db, Pilot().refuge(db, REFUGES[relation]), f"Room {uuid4().hex[:12]}")
        worker = {"own": "worker.wall", "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        referral = add_referral(db, worker, shared=relation != "hidden", state=ReferralState.PLACED)
        row = Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=referral.id, started_at=LONG_AGO)
        db.add(row)
        return row.ref

    @classmethod
    def _held(cls, db: Session, reader: str, relation: str) -> str:
        """Hold a bed of the same refuge, offered, against a barrier, with the reader as second person if it is hers."""
        ref = cls._referral(db, reader, relation)
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()
        bed = add_bed(db, Pilot().refuge(db, REFUGES[relation]), f"Room {uuid4().hex[:12]}")
        colleague = {"worker.wall": "manager.wall", "manager.wall": "worker.wall"}.get(reader, "manager.wall")
        who = {"own": colleague, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        second = {"own": reader, "elsewhere": "manager.elsewhere"}.get(relation, "manager.panahghar")
        by, other = (Pilot().person(db, name).id for name in (who, second))
        at = now()
        hold = Hold(bed_id=bed.id, referral_id=referral.id, from_at=at, until_at=at + timedelta(hours=5), held_by_id=by)
        referral.state = ReferralState.HELD
        db.add(hold)
        db.flush()
        db.add(
            Offer(
                ref=new_ref(db, Offer), hold_id=hold.id, made_by_id=by, made_at=at, told_how="in_person",
                answer=OfferAnswer.OPEN,
            ),
        )  # fmt: skip
        db.add(
            Asking(
                ref=new_ref(db, Asking), about=AskedAbout.HOLD, referral_id=referral.id, bed_id=bed.id, hold_id=hold.id,
                reason="x" * 10, by_id=by, second_id=other, at=at,
            ),
        )  # fmt: skip
        return ref

    @classmethod
    def _question(cls, db: Session, reader: str, relation: str) -> str:
        """Ask the reader, if it is hers; somebody else otherwise."""
        ref = cls._held(db, reader, relation)
        asked = select(Asking.ref).join(Referral, Referral.id == Asking.referral_id).where(Referral.ref == ref)
        return db.scalars(asked).one()

    @staticmethod
    def _refuge(db: Session, _reader: str, relation: str) -> str:
        return Pilot().refuge(db, REFUGES[relation]).ref

    @staticmethod
    def _referral(db: Session, reader: str, relation: str) -> str:
        makers = {
            "own": reader,
            "other": "worker.panahghar",
            "hidden": "worker.panahghar",
            "elsewhere": "worker.elsewhere",
        }
        return add_referral(db, makers[relation], shared=relation != "hidden").ref

    @classmethod
    def _run(cls, db: Session, _reader: str, relation: str) -> str:
        person = Pilot().person(db, "worker.elsewhere" if relation == "elsewhere" else "worker.panahghar")
        return make_run(db, person.network_id, by=person, actor=SYSTEM, at=now()).ref

    @classmethod
    def _choice(cls, db: Session, reader: str, relation: str) -> str:
        referral = cls._referral(db, reader, relation)
        return f"{cls._run(db, reader, 'own')} {referral}"

    @classmethod
    def _turn_away(cls, db: Session, reader: str, relation: str) -> str:
        ref = cls._referral(db, reader, relation)
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        referral.state, referral.closed_at = ReferralState.TURNED_AWAY, now()
        row = TurnAway(
            ref=new_ref(db, TurnAway), referral_id=referral.id, ended_by="service", reason="C01", contributing=[],
            barriers={}, decided_by_id=referral.taken_by_id, decided_at=now(),
        )  # fmt: skip
        db.add(row)
        return row.ref

    @classmethod
    def _her(cls, db: Session, reader: str, relation: str) -> str:
        """Let a woman live there; of the reader's own women, a practitioner is allocated to her."""
        referral = add_resident(db, REFUGES[relation])
        if relation == "own" and reader == "practitioner":
            allocate(db, referral, reader)
        return referral.ref

    @classmethod
    def _written(cls, db: Session, reader: str, relation: str, kind: type[Owned] | str) -> str:
        """Return her ref with that of something that the reader's agency wrote, or with a word that the path takes."""
        ref = cls._her(db, reader, relation)
        if isinstance(kind, str):
            return f"{ref} {kind}"
        writer = {"own": reader, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        by, referral = Pilot().person(db, writer), referral_of(db, ref)
        row = written(db, kind, referral, by)
        return f"{ref} {row.ref}"

    @classmethod
    def _care_tool(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, "PHQ_9")

    @classmethod
    def _care_step(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, "safe_contact")

    @classmethod
    def _care_discharge(cls, db: Session, reader: str, relation: str) -> str:
        """Let the reader have written a discharge; where she may not, somebody of the trust."""
        ref = cls._her(db, reader, relation)
        by = Pilot().person(db, "practitioner")
        if relation != "elsewhere":
            db.add(
                Discharge(
                    referral_id=referral_of(db, ref).id, agency_id=by.agency_id, category="mental_health",
                    practitioner_id=by.id, pathway="gp",
                ),
            )  # fmt: skip
        return ref

    @classmethod
    def _care_signpost(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, Signpost)

    @staticmethod
    def _service(db: Session, reader: str, relation: str) -> str:
        who = {"own": reader, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        return add_service(db, Pilot().person(db, who)).ref

    @staticmethod
    def _incident(db: Session, reader: str, relation: str) -> str:
        who = {"own": reader, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        return add_incident(db, Pilot().person(db, who)).ref

    @classmethod
    def _incident_step(cls, db: Session, reader: str, relation: str) -> str:
        return f"{cls._incident(db, reader, relation)} note"

    @classmethod
    def _care_kind(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, "safety_plan")

    @classmethod
    def _care_assessment(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, Assessment)

    @classmethod
    def _care_warning(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, Caution)

    @classmethod
    def _care_record(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, CareRecord)

    @classmethod
    def _task(cls, db: Session, reader: str, relation: str) -> str:
        owner = {"own": reader, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        person = Pilot().person(db, owner)
        return add_task(
            db, TaskKind.ASKED, "Ring", london_date(now()), owner=person, actor=SYSTEM, at=now(), by=person
        ).ref  # fmt: skip

    wanted = ""
    """A session that the newest plan of this world was asked for."""
    _days = count(2)
    """Days from now, each used once: one worker has one session at a time."""

    @classmethod
    def _booking(cls, db: Session, reader: str, relation: str) -> str:
        """Book a woman of the house with a worker: of a practitioner's own agency, or of another."""
        mine = reader if reader == "practitioner" else "recovery"
        worker = worker_of(db, {"own": mine, "elsewhere": "worker.elsewhere"}.get(relation, "counsellor"))
        woman, at = add_resident(db, REFUGES[relation]), now() + timedelta(days=next(cls._days))
        return add_session(db, worker, REFUGES[relation], at, woman).ref

    @classmethod
    def _series(cls, db: Session, reader: str, relation: str) -> str:
        booking = db.scalars(select(Booking).where(Booking.ref == cls._booking(db, reader, relation))).one()
        person = db.get_one(Person, booking.made_by_id)
        series = Series(
            ref=new_ref(db, Series), network_id=person.network_id, weekday=0, minute=600, minutes=50, every_weeks=1,
            from_on=LONG_AGO.date(), until_on=LONG_AGO.date(), skipped={}, made_by_id=person.id, made_at=now(),
        )  # fmt: skip
        db.add(series)
        db.flush()
        booking.series_id = series.id
        return series.ref

    @classmethod
    def _session_plan(cls, db: Session, _reader: str, relation: str) -> str:
        person = Pilot().person(db, "worker.elsewhere" if relation == "elsewhere" else "worker.wall")
        need = ask(db, add_resident(db), "practitioner", how_many=1, every_days=None)
        made = keep_run(db, plan(db, person.network_id, at=now()), by=person, actor=SYSTEM, at=now())
        cls.wanted = f"{need.ref}.{need.earliest_on}"
        return made.ref

    @staticmethod
    def _feed(db: Session, _reader: str, relation: str) -> str:
        person = Pilot().person(db, "recovery")
        token = make_feed(db, worker_of(db, "recovery"), by=person, actor=SYSTEM, at=now())
        return token if relation == "own" else f"nothing-{relation}"

    @staticmethod
    def _priced(_db: Session, _reader: str, _relation: str) -> str:
        return "one_more_bed"

    @staticmethod
    def _replay(db: Session, _reader: str, relation: str) -> str:
        by = Pilot().person(db, "manager.elsewhere" if relation == "elsewhere" else "manager.wall")
        at = now()
        row = Replay(
            ref=new_ref(db, Replay), network_id=by.network_id, asked_by_id=by.id, asked_at=at, first=date(2025, 4, 1),
            last=date(2026, 3, 31), changes=[], draws=0, seed=1, state=ReplayState.DONE, steps=1, done=1, ended_at=at,
            answer={"gains": [], "check": {"sought": 0, "placed_really": 0, "placed_here": 0, "placed_both": 0,
                                           "placed_under": {}}},
        )  # fmt: skip
        if relation != "hidden":
            row.published_at, row.published_by_id = at, by.id
        db.add(row)
        return row.ref

    @staticmethod
    def _draft(db: Session, reader: str, relation: str) -> str:
        colleague = {"worker.wall": "manager.wall", "manager.wall": "worker.wall", "referrer": "other.referrer"}
        makers = {
            "own": reader, "other": colleague.get(reader, "worker.wall"), "hidden": "worker.panahghar",
            "elsewhere": "worker.elsewhere",
        }  # fmt: skip
        person = Pilot().person(db, makers[relation])
        draft = ReferralDraft(
            ref=new_ref(db, ReferralDraft), person_id=person.id, agency_id=person.agency_id, typed={},
            started_at=now(), saved_at=now(),
        )  # fmt: skip
        db.add(draft)
        return draft.ref

    @staticmethod
    def _person(db: Session, reader: str, relation: str) -> str:
        agencies = {"other": "Wall agency", "hidden": "Panahghar agency", "elsewhere": "Elsewhere agency"}
        own = Pilot().person(db, reader)
        agency = own.agency if relation == "own" else Pilot().agency(db, agencies[relation])
        role = own.role if relation == "own" else Role.REFUGE_WORKER
        made = new_ref(db, Person)
        service.add_person(db, agency, role, name=made, email=f"{made.lower()}@example.org", by=SYSTEM, at=now())
        return db.scalars(select(Person.ref).where(Person.name == made)).one()

    @staticmethod
    def _session(db: Session, reader: str, relation: str) -> str:
        owner = {"own": reader, "other": "worker.panahghar", "hidden": "recovery", "elsewhere": "worker.elsewhere"}
        return hash_token(start_session(db, Pilot().person(db, owner[relation]), at=now()))[:16]

    @staticmethod
    def _kpi(_db: Session, _reader: str, _relation: str) -> str:
        return "K07"

    @classmethod
    def _explained(cls, db: Session, reader: str, relation: str) -> str:
        return f"{cls._edition(db, reader, relation)} K07"

    @staticmethod
    def _edition(db: Session, _reader: str, relation: str) -> str:
        """Publish a quarter without anything in it, once for a network: nothing can change an edition."""
        person = Pilot().person(db, "worker.elsewhere" if relation == "elsewhere" else "manager.panahghar")
        made = db.scalar(select(Edition.ref).where(Edition.network_id == person.network_id))
        if made is not None:
            return made
        quarter = quarter_of(date(2019, 5, 1))
        return publish(db, person.network_id, quarter, by=SYSTEM, name="Somebody", at=now()).ref

    @staticmethod
    def _link(db: Session, _reader: str, relation: str) -> str:
        person = Pilot().person(db, "recovery")
        return service.make_link(db, person, by=SYSTEM, at=now()) if relation == "own" else f"nothing-{relation}"

    @staticmethod
    def _rota_worker(db: Session, reader: str, relation: str) -> str:
        return add_worker(db, PEOPLE_OF.get(relation, reader), person_id=None).ref

    @classmethod
    def _pattern(cls, db: Session, reader: str, relation: str) -> str:
        worker = add_worker(db, PEOPLE_OF.get(relation, reader), person_id=None)
        return add_pattern(db, worker, REFUGES[relation]).ref

    @classmethod
    def _exception(cls, db: Session, reader: str, relation: str) -> str:
        worker, at = add_worker(db, PEOPLE_OF.get(relation, reader), person_id=None), now()
        return add_exception(db, worker, at, at + timedelta(days=2)).ref

    @staticmethod
    def _closure_day(db: Session, reader: str, relation: str) -> str:
        person = Pilot().person(db, PEOPLE_OF.get(relation, reader))
        kept = db.scalars(select(ClosureDay.on).where(ClosureDay.agency_id == person.agency_id)).all()
        row = ClosureDay(
            ref=new_ref(db, ClosureDay), network_id=person.network_id, agency_id=person.agency_id, name="Away day",
            on=max([*kept, now().date()]) + timedelta(days=1),
        )  # fmt: skip
        db.add(row)
        return row.ref

    @staticmethod
    def _session_room(db: Session, _reader: str, relation: str) -> str:
        return add_room(db, REFUGES[relation], name=f"Room {uuid4().hex[:12]}").ref

    @staticmethod
    def _promise(db: Session, _reader: str, relation: str) -> str:
        return add_promise(db, REFUGES[relation]).ref

    @staticmethod
    def _workshop(db: Session, reader: str, relation: str) -> str:
        """Make a workshop of yesterday that the reader attended, if it is hers."""
        by = Pilot().person(db, PEOPLE_OF.get(relation, reader))
        begun = now() - timedelta(days=1)
        row = add_workshop(
            db, network_id=by.network_id, held_by_id=by.agency_id, from_at=begun, until_at=begun + timedelta(hours=3)
        )
        place = {"person_id": by.id, "state": Place.ATTENDED, "booked_by_id": by.id, "booked_at": LONG_AGO}
        db.add(WorkshopPlace(workshop_id=row.id, **place))
        return row.ref


PEOPLE_OF = {"other": "recovery", "hidden": "recovery", "elsewhere": "worker.elsewhere"}
"""Whose worker, day or workshop it is, unless it is of the reader's own agency."""
REFUGES = {"own": "WALL", "other": "Panahghar", "hidden": "Panahghar", "elsewhere": "Elsewhere"}


def filled(rule: str, made: str) -> str:
    """Return a rule with what was made in the place of its variables: one part for each, if there are several."""
    parts = made.split(" ") if rule.count("<") > 1 else [made]
    for part in parts:
        rule = re.sub(r"<[^>]*>", part, rule, count=1)
    return rule


CARE = {
    "<tool>": "care_tool", "<kind>": "care_kind", "<assessment>": "care_assessment", "<warning>": "care_warning",
    "<written>": "care_record", "<signpost>": "care_signpost", "<step>": "care_step", "/discharge": "care_discharge",
}  # fmt: skip
"""Part of a path about a resident -> what it names, beside her."""


def kind_of(rule: str) -> str:
    """Return what the variable part of a rule names."""
    if "<" not in rule:
        return "none"
    if (of_plan := plans.kind_of(rule)) is not None:
        return of_plan
    if rule.endswith(("/renew", "/release", "/offer", "/answer")):
        return "held"
    if rule.startswith("/incidents/") and "<step>" in rule:
        return "incident_step"
    for variable, kind in CARE.items():
        if rule.startswith("/care/") and variable in rule:
            return kind
    kinds = {
        "/care/": "her", "/tasks/": "task", "/directory/": "service", "/incidents/": "incident",
        "/replays/costs/": "priced", "/replays/": "replay",
        "/static/": "static", "/rota/workers/": "rota_worker", "/rota/patterns/": "pattern",
        "/rota/days/": "closure_day", "/rota/exceptions/": "exception", "/rota/houses/": "refuge",
        "/rota/rooms/": "session_room", "/rota/promises/": "promise", "/training/": "workshop",
        "/beds/": "bed", "/refuges/": "refuge", "/referrals/drafts/": "draft",
        "/asked/": "question", "/statistics/figures/": "kpi", "/published/<ref>/figures/": "explained",
        "/published/": "edition",
        "/turn-aways/": "turn_away", "/residents/": "resident", "/matches/<ref>/choose/": "choice", "/matches/": "run",
        "/in-reach/sessions/": "booking", "/in-reach/series/": "series", "/in-reach/plans/": "session_plan",
        "/calendar/": "feed",
        "/referrals/": "referral", "/people/": "person", "/account/sessions/": "session", "/welcome/": "link",
    }  # fmt: skip
    return next(kind for start, kind in kinds.items() if rule.startswith(start))


NOBODYS = {"none", "static", "kpi"}
"""Kinds of things that stand in no relation to anybody."""


def relations_of(rule: str) -> tuple[str, ...]:
    """Return the relations in which a rule's thing can stand: one, where it names none."""
    return ("own",) if kind_of(rule) in NOBODYS else RELATIONS


def expected(row: Row, rule: str, reader: str, relation: str) -> str:
    """Return what must happen: in, forbidden, missing or sign-in."""
    if reader == NOBODY and NOBODY not in row.enter:
        return "sign-in"
    if reader not in row.enter:
        return "forbidden"
    if kind_of(rule) in NOBODYS:
        return "in"
    return "in" if reader in getattr(row, relation) else "missing"


def answered(status: int, location: str | None) -> str:
    """Return what did happen, in the same words."""
    if status == 302 and (location or "").startswith("/sign-in"):
        return "sign-in"
    return "in" if status in LET_IN else {403: "forbidden", 404: "missing"}.get(status, str(status))


@pytest.fixture
def world(app: Flask) -> World:
    """The network of the matrix on this test's own database."""
    return World(app)


def cells(app: Flask) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield every cell of the matrix: method, rule, reader, relation, and what must happen."""
    for method, route in routes(app):
        row = ORACLE[method, route.rule]
        for reader in (*READERS, NOBODY):
            for relation in relations_of(route.rule):
                yield method, route.rule, reader, relation, expected(row, route.rule, reader, relation)


def test_every_route_is_labelled_and_stands_in_the_oracle(app: Flask) -> None:
    there = {(method, rule.rule) for method, rule in routes(app)}
    unlabelled = {rule.rule for _, rule in routes(app) if label_of(app.view_functions[rule.endpoint]) is None}
    assert unlabelled == set(), f"Label these views, or nobody enters: {sorted(unlabelled)}"
    assert there - set(ORACLE) == set(), f"Say in ORACLE who may enter: {sorted(there - set(ORACLE))}"
    assert set(ORACLE) - there == set(), f"These routes are gone; take them out: {sorted(set(ORACLE) - there)}"


def test_the_policy_table_says_what_the_oracle_says(app: Flask) -> None:
    wrong = []
    for method, route in routes(app):
        label = label_of(app.view_functions[route.endpoint])
        if isinstance(label, Permission):
            by_policy = {reader for reader, role in ROLES.items() if may(role, label)}
        else:
            by_policy = set(ALL) | ({NOBODY} if label == EVERYONE else set())
            assert label in {EVERYONE, SIGNED_IN}
        if by_policy != set(ORACLE[method, route.rule].enter):
            wrong.append(f"{method} {route.rule}: the policy lets in {''.join(sorted(by_policy))}")
    assert wrong == []


def test_everybody_gets_in_where_she_may_and_nowhere_else(world: World) -> None:
    wrong, count = [], 0
    for method, rule, reader, relation, must in cells(world.app):
        count += 1
        if must == "in" and (method != "GET" or rule == "/leave"):
            browser, path = world.fresh_browser(reader), world.fresh_path(rule, (kind_of(rule), reader, relation))
            if rule.startswith("/account/"):
                world.forget_browsers()  # what she does here ends her sessions elsewhere
        else:
            browser, path = world.browser(reader), world.path(rule, reader, relation)
        told = {"other": world.path("/referrals/<ref>", reader, "own")[11:]} if rule.endswith("/same") else None
        with browser.open(path, method=method, data=told) as answer:
            did = answered(answer.status_code, answer.location)
        if did != must:
            wrong.append(f"{method} {rule} by {reader} ({relation}): {did} instead of {must}")
    assert wrong == [], "\n".join(wrong)
    assert count > 1000


def hash_of_tables(world: World) -> str:
    """Return a hash of all that the database holds, but for sessions and the audit chain."""
    found = hashlib.sha256()
    with world.database.reading() as db:
        for table in Base.metadata.sorted_tables:
            if table.name not in {"web_session", "audit_event"}:
                rows = sorted(repr(tuple(row)) for row in db.execute(select(table)))
                found.update(repr((table.name, rows)).encode())
    return found.hexdigest()


def test_a_get_changes_nothing_however_often(world: World) -> None:
    asked = [
        (world.browser(reader), world.path(rule, reader, relation), rule)
        for method, rule, reader, relation, must in cells(world.app)
        if method == "GET" and must == "in" and rule != "/leave"
    ]
    changed, before = set(), hash_of_tables(world)
    for browser, path, rule in asked:
        browser.get(path).close()
        browser.get(path).close()
        if (after := hash_of_tables(world)) != before:
            changed.add(rule)
            before = after
    assert changed == set(), f"These pages changed something: {sorted(changed)}"


def test_every_read_of_a_persons_record_leaves_an_event(world: World) -> None:
    behind = {
        rule.rule
        for method, rule in routes(world.app)
        if method == "GET" and isinstance(label_of(world.app.view_functions[rule.endpoint]), Permission)
    }
    assert behind == set(AUDITED) | SHOWS_NOBODY, "Say in AUDITED or in SHOWS_NOBODY what these pages show"
    silent = []
    for rule, action in AUDITED.items():
        row = ORACLE["GET", rule]
        reader = next(one for one in "WPMA" if one in (row.own or row.enter))
        kind = "stay" if rule == "/beds/<ref>" else kind_of(rule)
        path = world.fresh_path(rule, (kind, reader, "own"))
        if rule == "/in-reach/plans/<ref>/choose":
            path += f"?session={world.wanted}"
        if rule == "/referrals/<ref>/hold":
            path += "?bed=" + world.path("/beds/<ref>", reader, "own").removeprefix("/beds/")
        before = events_of(world)
        assert world.browser(reader).get(path).status_code == 200
        if action not in events_of(world)[len(before) :]:
            silent.append(rule)
    assert silent == []


def events_of(world: World) -> list[str]:
    """Return the actions of the audit chain."""
    with world.database.reading() as db:
        return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)))


def unsafe(world: World) -> Iterator[tuple[str, str, str, str]]:
    """Yield each changing route with a reader who may use it and a path of hers, but for leaving."""
    for method, route in routes(world.app):
        row = ORACLE[method, route.rule]
        if method != "GET" and route.rule != "/leave":
            reader = NOBODY if NOBODY in row.enter else row.enter[0]
            yield method, route.rule, reader, world.path(route.rule, reader, "own")


def test_no_form_of_another_site_or_another_session_changes_anything(world: World) -> None:
    asked = [(method, rule, world.browser(reader), path) for method, rule, reader, path in unsafe(world)]
    world.app.config["WTF_CSRF_ENABLED"] = True
    page = world.browser("P").get("/account").text
    stolen = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    before, wrong = hash_of_tables(world), []
    for method, rule, browser, path in asked:
        tries = {
            "no token": (browser.open(path, method=method), 400),
            "token of another session": (browser.open(path, method=method, data={"csrf_token": stolen}), 400),
            "another site": (browser.open(path, method=method, headers={"Sec-Fetch-Site": "cross-site"}), 403),
            "a sister site": (browser.open(path, method=method, headers={"Sec-Fetch-Site": "same-site"}), 403),
            "another origin": (browser.open(path, method=method, headers={"Origin": "https://evil.example"}), 403),
        }
        wrong += [f"{rule}, {what}: {got.status_code}" for what, (got, due) in tries.items() if got.status_code != due]
    assert wrong == []
    assert hash_of_tables(world) == before


def test_a_view_without_a_label_lets_in_nobody(world: World) -> None:
    world.app.view_functions["home.today"] = lambda: "a secret"
    answers = [world.browser(reader).get("/") for reader in READERS]
    assert [answer.status_code for answer in answers] == [403] * len(READERS)
    assert world.browser(NOBODY).get("/").status_code == 302


def test_an_administrator_of_the_system_sees_no_client_data() -> None:
    hers = {permission for permission in Permission if may(Role.SYSTEM_ADMINISTRATOR, permission)}
    assert hers == {Permission.PERSON_MANAGE}
    assert all(not may(role, Permission.PERSON_MANAGE) for role in Role if role is not Role.SYSTEM_ADMINISTRATOR)


def test_a_commissioner_reads_nobodys_record() -> None:
    assert {permission for permission in Permission if may(Role.COMMISSIONER, permission)} == {
        Permission.REFUGE_SEE, Permission.COVER_SEE, Permission.TRAINING_COUNT, Permission.REPLAY_SEE,
        Permission.EDITION_READ,
    }  # fmt: skip
