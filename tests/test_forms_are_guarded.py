"""No form does its work twice or writes over what somebody else saved: each changing route says how it is guarded.

A new route stands in `GUARDED`, or a test fails with its name. What is said of a key or a version is tried out on every
form that the pages of the policy matrix show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from refuge.once import KEY
from tests.policy.cells import routes
from tests.policy.forms import Form, forms_of
from tests.policy.world import World
from tests.test_policy_matrix import hash_of_tables

if TYPE_CHECKING:
    from flask import Flask


class Guard(NamedTuple):
    """How a route is guarded."""

    kind: str
    """key: sent twice, it does its work once. version: it says what it was shown, and is refused if that has changed.
    state: it only moves a state that is checked where it is kept. harmless: nothing of somebody else's can be lost."""
    by: str
    """The field that its form carries; or why none is needed."""
    shown: bool = True
    """Whether a page of the matrix shows its form. Otherwise its own room's tests try it."""


ONCE = Guard("key", "key")
VERSION = Guard("version", "version")
SEEN = Guard("version", "seen")
GUARDED: dict[str, Guard] = {
    # Accounts
    "/account/digest": Guard("harmless", "her own choice: the last one stands"),
    "/account/password": Guard("state", "the old password is asked for"),
    "/account/sessions/<handle>/end": Guard("state", "a session ends once"),
    "/account/sessions/end": Guard("state", "a session ends once"),
    "/leave": Guard("harmless", "it signs her out"),
    "/people/<ref>/disable": Guard("state", "an account is open or not"),
    "/people/<ref>/enable": Guard("state", "an account is open or not"),
    "/people/<ref>/link": Guard("state", "a new link ends the one before"),
    "/people/<ref>/place": SEEN,
    "/people/<ref>/sign-out": Guard("state", "a session ends once"),
    "/people/agencies/new": Guard("state", "a network has one agency of a name"),
    "/people/networks/new": Guard("state", "there is one network of a name"),
    "/people/new": Guard("state", "one person signs in with an address"),
    "/people/officers": SEEN,
    "/sign-in": Guard("harmless", "it begins a session"),
    "/sign-out": Guard("harmless", "it ends her session"),
    "/welcome/<token>": Guard("state", "a link works once"),
    # Beds
    "/beds/<ref>/close": ONCE,
    "/beds/<ref>/edit": VERSION,
    "/beds/<ref>/open": SEEN._replace(shown=False),
    "/beds/<ref>/ready": SEEN._replace(shown=False),
    "/beds/<ref>/restore": VERSION._replace(shown=False),
    "/beds/<ref>/retire": VERSION,
    "/refuges/<ref>/address": ONCE,
    "/refuges/<ref>/address/change": VERSION,
    "/refuges/<ref>/beds/new": ONCE,
    "/refuges/<ref>/confirm": SEEN,
    "/refuges/<ref>/edit": VERSION,
    "/refuges/<ref>/preview": Guard("harmless", "it keeps nothing"),
    "/refuges/new": ONCE,
    # Referrals
    "/referrals/<ref>/edit": VERSION,
    "/referrals/<ref>/progress": VERSION,
    "/referrals/<ref>/same": SEEN._replace(shown=False),
    "/referrals/<ref>/withdraw": VERSION,
    "/referrals/drafts/<ref>": Guard("version", "base"),
    "/referrals/drafts/<ref>/discard": Guard("version", "saves"),
    "/referrals/drafts/<ref>/save": Guard("version", "base", shown=False),
    "/referrals/find": Guard("harmless", "it keeps nothing"),
    "/referrals/new": ONCE,
    # Matching and what follows
    "/asked/<ref>": VERSION,
    "/matches": ONCE,
    "/matches/<ref>/choose/<referral>": ONCE,
    "/matches/rules": VERSION,
    "/referrals/<ref>/admit": ONCE,
    "/referrals/<ref>/answer": Guard("version", "offer"),
    "/referrals/<ref>/hold": ONCE,
    "/referrals/<ref>/offer": ONCE,
    "/referrals/<ref>/release": VERSION,
    "/referrals/<ref>/renew": VERSION._replace(shown=False),
    "/referrals/<ref>/review": SEEN._replace(shown=False),
    "/referrals/<ref>/searches": ONCE,
    "/referrals/<ref>/turn-away": ONCE,
    "/residents/<ref>/dates": VERSION,
    "/residents/<ref>/move": VERSION,
    "/residents/<ref>/move-on": VERSION,
    "/turn-aways/<ref>": VERSION,
    "/turn-aways/<ref>/take-back": VERSION,
    # Replays and figures
    "/published/new": ONCE,
    "/published/public": Guard("state", "a choice has the number after the one that was shown, which is taken once"),
    "/replays/<ref>/publish": Guard("state", "it is published once"),
    "/replays/costs/<kind>": VERSION,
    "/replays/new": ONCE,
    "/statistics/figures/<code>": ONCE,
    "/statistics/harm": SEEN._replace(shown=False),
    "/statistics/mapping": Guard("state", "a version of the mapping is compared with a year's form once"),
    "/statistics/returns/<kind>/<since>": SEEN,
    "/statistics/returns/<kind>/due": SEEN,
    # Rota
    "/rota/days": ONCE._replace(shown=False),
    "/rota/days/<ref>/remove": Guard("state", "a day is there or not"),
    "/rota/days/bank-holidays": SEEN._replace(shown=False),
    "/rota/exceptions/<ref>/edit": VERSION,
    "/rota/exceptions/<ref>/withdraw": VERSION,
    "/rota/houses/<ref>/promises/new": ONCE,
    "/rota/houses/<ref>/rooms/new": ONCE,
    "/rota/houses/<ref>/travel": SEEN,
    "/rota/patterns/<ref>/end": VERSION,
    "/rota/promises/<ref>/end": VERSION,
    "/rota/rooms/<ref>/edit": VERSION,
    "/rota/workers/<ref>/away": ONCE,
    "/rota/workers/<ref>/edit": VERSION,
    "/rota/workers/<ref>/patterns/new": ONCE,
    "/rota/workers/<ref>/skills": ONCE._replace(shown=False),
    "/rota/workers/<ref>/skills/remove": Guard("state", "a skill is there or not"),
    "/rota/workers/new": ONCE,
    "/training/<ref>/attendance": SEEN._replace(shown=False),
    "/training/<ref>/book": Guard("state", "one person has one place"),
    "/training/<ref>/cancel-place": Guard("state", "a place is taken or not"),
    "/training/<ref>/edit": VERSION,
    "/training/<ref>/feedback": Guard("harmless", "her own word: the last one stands"),
    "/training/new": ONCE,
    # In-reach
    "/in-reach/book": ONCE._replace(shown=False),
    "/in-reach/feed": Guard("state", "a new address ends the one before"),
    "/in-reach/feed/end": Guard("state", "an address works or not"),
    "/in-reach/plans": ONCE,
    "/in-reach/plans/<ref>/accept": Guard("state", "nobody is in two sessions, and what was proposed is booked once"),
    "/in-reach/plans/<ref>/accept-all": Guard("state", "nobody is in two sessions"),
    "/in-reach/plans/<ref>/choose": ONCE._replace(shown=False),
    "/in-reach/series/<ref>/end": Guard("state", "a session is called off once"),
    "/in-reach/series/<ref>/change": VERSION,
    "/in-reach/sessions/<ref>/again": ONCE._replace(shown=False),
    "/in-reach/sessions/<ref>/came": VERSION._replace(shown=False),
    "/in-reach/sessions/<ref>/cancel": VERSION,
    "/in-reach/sessions/<ref>/interpreter": VERSION,
    "/in-reach/sessions/<ref>/join": VERSION._replace(shown=False),
    "/in-reach/sessions/<ref>/move": VERSION._replace(shown=False),
    "/in-reach/sessions/<ref>/outcome": VERSION._replace(shown=False),
    "/in-reach/sessions/<ref>/out": VERSION._replace(shown=False),
    "/in-reach/to-mend": Guard("version", "move", shown=False),
    # Her page
    "/care/<ref>/leaving/calls": ONCE,
    "/care/<ref>/leaving/discharge": VERSION,
    "/care/<ref>/leaving/discharge/agree": VERSION._replace(shown=False),
    "/care/<ref>/leaving/steps/<step>": VERSION,
    "/care/<ref>/leaving/tell": VERSION,
    "/care/<ref>/records/<written>/update": ONCE,
    "/care/<ref>/records/new/<kind>": ONCE,
    "/care/<ref>/risk/marac": ONCE,
    "/care/<ref>/risk/new": ONCE,
    "/care/<ref>/scores/<assessment>/correct": ONCE,
    "/care/<ref>/scores/new/<tool>": ONCE,
    "/care/<ref>/signposts/<signpost>/outcome": VERSION,
    "/care/<ref>/signposts/new": ONCE,
    "/care/<ref>/warnings/<warning>/end": Guard("state", "a warning ends once"),
    "/care/<ref>/warnings/new": ONCE,
    "/directory/<ref>": VERSION,
    "/directory/<ref>/end": VERSION,
    "/directory/new": Guard("state", "the directory has one service of a name"),
    "/feedback/ask": Guard("state", "each form that is opened takes one answer, and lapses"),
    "/feedback/new": ONCE,
    "/incidents/<ref>/close": VERSION,
    "/incidents/<ref>/steps/<step>": Guard("state", "a step is done once"),
    "/incidents/new": ONCE,
    "/say/<token>": Guard("state", "a form takes one answer"),
    "/tasks/<ref>/done": VERSION,
    "/tasks/<ref>/hand-over": VERSION,
    "/tasks/new": ONCE,
    # The support plan
    "/glass": Guard("state", "a plan that is open to her is not opened again"),
    "/plans/<ref>/agree": ONCE,
    "/plans/<ref>/apart/immigration": VERSION,
    "/plans/<ref>/apart/offence": VERSION,
    "/plans/<ref>/apart/perpetrator": VERSION,
    "/plans/<ref>/areas/<area>": VERSION,
    "/plans/<ref>/areas/<area>/goal": ONCE,
    "/plans/<ref>/goals/<goal>": VERSION,
    "/plans/<ref>/goals/<goal>/step": ONCE,
    "/plans/<ref>/notes/new": ONCE,
    "/plans/<ref>/people": ONCE,
    "/plans/<ref>/people/<worker>/end": Guard("state", "she works with her or not"),
    "/plans/<ref>/people/ask": ONCE,
    "/plans/<ref>/people/asked/<asking>/end": Guard("state", "what was asked is open or not"),
    "/plans/<ref>/review": ONCE,
    "/plans/<ref>/sessions/<need>": VERSION,
    "/plans/<ref>/sessions/<need>/end": ONCE,
    "/plans/<ref>/sessions/new": ONCE,
    "/plans/<ref>/sharing": ONCE,
    "/plans/<ref>/sharing/<sharing>/withdraw": Guard("state", "it is withdrawn once"),
    "/plans/<ref>/sharing/without": ONCE,
    "/plans/<ref>/steps/<step>": Guard("state", "a step is done or not"),
    "/plans/<ref>/times": ONCE,
    "/plans/<ref>/words": SEEN,
    "/plans/asked/<ref>": ONCE,
    "/plans/settings": SEEN,
    "/privacy/<ref>": Guard("state", "an opening is reviewed once"),
    "/privacy/<ref>/away": Guard("state", "an alert is put away once"),
    "/privacy/sample": Guard("state", "a week is looked through once"),
}
NEVER = "987654"
"""A number that no page was ever shown with."""
NUMBERED = {"version", "base", "saves"}
"""The fields that carry one; so does `seen` of what stands in words that are counted."""
NOTHING_YET = {
    "/referrals/drafts/<ref>", "/care/<ref>/leaving/tell", "/plans/<ref>/apart/immigration",
    "/plans/<ref>/apart/offence", "/plans/<ref>/apart/perpetrator",
}  # fmt: skip
"""Where these pages show that nothing is kept yet, which is also what a form says that says nothing."""
FIRST_WORDS = "/plans/<ref>/words"
"""Before her first words there is no plan, and nothing that a form could write over; its room tests it after them."""
DONE = {302, 303}


@pytest.fixture
def world(app: Flask) -> World:
    """The network of the matrix on this test's own database."""
    return World(app)


def test_every_changing_route_says_how_it_is_guarded(app: Flask) -> None:
    there = {rule.rule for method, rule in routes(app) if method != "GET"}
    assert there - set(GUARDED) == set(), f"Say in GUARDED how these are guarded: {sorted(there - set(GUARDED))}"
    assert set(GUARDED) - there == set(), f"These routes are gone; take them out: {sorted(set(GUARDED) - there)}"
    assert {guard.kind for guard in GUARDED.values()} == {"key", "version", "state", "harmless"}


def test_every_form_carries_what_it_says_and_does_nothing_twice_or_on_what_has_changed(world: World) -> None:
    found = forms_of(world)
    wrong: list[str] = []
    tried = 0
    for rule, guard in GUARDED.items():
        if guard.kind not in {"key", "version"}:
            continue
        forms = [form for form in found.get(rule, []) if form.sends.get(guard.by, [""]) != [""]]
        bare = [form.page for form in found.get(rule, []) if guard.by not in form.sends]
        wrong += [f"{rule}: its form on {page} carries no {guard.by}" for page in bare]
        if bool(forms) is not guard.shown:
            wrong.append(f"{rule}: shown={bool(forms)}, not {guard.shown}")
        for form in forms:
            wrong += _tried(world, rule, guard, form)
            tried += 1
    assert wrong == [], "\n".join(wrong)
    assert tried > 90


def _tried(world: World, rule: str, guard: Guard, form: Form) -> list[str]:
    """Return what is wrong with a form: stale or bare it changes something, or its key is none."""
    if guard.kind == "key":
        return _twice(world, rule, form)
    said = []
    before = hash_of_tables(world)
    numbered = guard.by in NUMBERED or form.sends[guard.by][0].isdecimal()
    stales: list[list[str]] = [[NEVER if numbered else "stale"]] if rule != FIRST_WORDS else []
    if rule not in {*NOTHING_YET, FIRST_WORDS}:
        stales.append([])
    for stale in stales:
        answer = world.browser(form.reader).post(form.action, data={**form.sends, guard.by: stale})
        if answer.status_code >= 500 or hash_of_tables(world) != before:
            said.append(f"{rule}: {answer.status_code} with {guard.by}={stale}")
            before = hash_of_tables(world)
    return said


def _twice(world: World, rule: str, form: Form) -> list[str]:
    if not KEY.fullmatch(form.sends["key"][0]):
        return [f"{rule}: its key is none"]
    first = world.browser(form.reader).post(form.action, data=form.sends)
    after = hash_of_tables(world)
    second = world.browser(form.reader).post(form.action, data=form.sends)
    if first.status_code in DONE and second.location != first.location:
        return [f"{rule}: {second.status_code} to {second.location}, not where the first led: {first.location}"]
    if hash_of_tables(world) != after:
        return [f"{rule}: a second press did something again ({first.status_code}, {second.status_code})"]
    return []
