"""A plan opened with her: her words, two goals, PHQ-9, consent for recovery only, sessions asked for, a review.

With a pointer on a wide window, and with the keyboard alone on a phone; every page on the way is read by axe.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from support_plans.scoring.phq9 import PHQ_9
from tests.browser.conftest import PHONE, WIDE
from tests.browser.hands import Keyboard, Mouse
from tests.browser.test_whole_path import sound

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site

WORKER = "jo@wall.example"
PLAN = re.compile(r"/plans/R-\d{5}(#.*)?$")
HANDS = {"pointer": (Mouse, WIDE, "WALL Room 9"), "keyboard": (Keyboard, PHONE, "WALL Room 7")}
"""How she does it, on which window, and with the woman of which bed."""


def open_her_plan(hand: Mouse, site: Site, bed: str) -> None:
    """Go from the residents to the plan of the woman who lives in this bed."""
    page = hand.page
    page.goto(site.at("/residents"))
    name = page.get_by_role("row").filter(has_text=bed).get_by_role("link").first.inner_text()
    hand.follow(name)
    page.wait_for_url("**/residents/W-*")
    hand.follow("Her support plan")
    page.wait_for_url(PLAN)
    sound(page)


def keep(hand: Mouse, button: str) -> None:
    """Read the form with axe, press its button, and read the page that it leads to."""
    sound(hand.page)
    hand.press(button)
    hand.page.wait_for_url(PLAN)
    sound(hand.page)


def fill_in_phq_9(hand: Mouse) -> None:
    """Fill in the nine questions with her, and come back to her plan."""
    page = hand.page
    hand.follow("Risk, scores, tasks and other records")
    page.wait_for_url(re.compile(r"/care/R-\d{5}$"))
    sound(page)
    hand.follow("Scores over time")
    page.wait_for_url("**/scores")
    hand.follow("PHQ-9")
    page.wait_for_url("**/scores/new/PHQ_9")
    for number, item in enumerate(PHQ_9.items, start=1):
        hand.answer(f"{number}. {item.words}", "Not at all" if number == len(PHQ_9.items) else "Several days")
    sound(page)
    hand.press("Keep it")
    page.wait_for_url(re.compile(r"/scores/AS-\d{5}$"))
    expect(page.get_by_text("Mild", exact=True)).to_be_visible()
    sound(page)
    hand.follow("Back to her scores")
    page.wait_for_url("**/scores")
    sound(page)
    hand.follow("Back to R-")
    page.wait_for_url(re.compile(r"/care/R-\d{5}$"))
    hand.follow("Her support plan")
    page.wait_for_url(PLAN)


@pytest.mark.browser
@pytest.mark.parametrize("how", HANDS)
def test_a_plan_is_opened_with_her_step_by_step(how: str, site: Site, sign_in: Callable[..., Page]) -> None:
    kind, size, bed = HANDS[how]
    hand = kind(sign_in(WORKER, size))
    page = hand.page
    open_her_plan(hand, site, bed)
    hand.follow("Write her words")
    page.wait_for_url("**/words")
    hand.type_into("What she wants from her time here", "I want my own kitchen")
    keep(hand, "Keep her words")
    expect(page.get_by_text("I want my own kitchen")).to_be_visible()
    hand.follow("Housing")
    page.wait_for_url("**/areas/housing")
    hand.type_into("Where she is now", "One room")
    keep(hand, "Keep this area")
    for goal in ("A flat with a kitchen", "A door that locks"):
        hand.follow("Add a goal")
        page.wait_for_url("**/areas/housing/goal")
        hand.type_into("What does she want to reach?", goal)
        hand.type_into("What is the next step?", "Ask the council together")
        keep(hand, "Keep the goal")
    expect(page.get_by_text("A door that locks", exact=False).first).to_be_visible()
    fill_in_phq_9(hand)
    hand.follow("What she agreed to share")
    page.wait_for_url("**/sharing")
    hand.answer("With which agency?", "Turning Point")
    hand.tick("Substance use")
    hand.type_into("What for?", "To plan her recovery")
    hand.answer("What did she say?", "She agrees")
    hand.choose("How did she agree?", "She said so, face to face")
    sound(page)
    hand.press("Keep what she said")
    expect(page.get_by_role("heading", name=re.compile("Turning Point: she agreed"))).to_be_visible()
    sound(page)
    hand.follow("Back to the plan")
    page.wait_for_url(PLAN)
    hand.follow("Ask for sessions")
    page.wait_for_url("**/sessions/new")
    hand.choose("Which session?", "Recovery session")
    hand.answer("Whose work is it?", "Recovery worker")
    keep(hand, "Ask for these sessions")
    expect(page.get_by_text("Recovery session (recovery worker)").first).to_be_visible()
    hand.press("Review the plan")
    page.wait_for_url("**/review")
    hand.answer("Was she there?", "Yes, we went through it together")
    next_review = page.get_by_role("group", name="When is the plan reviewed next?")
    for box, number in zip(next_review.get_by_role("textbox").all(), ("1", "6", "2027"), strict=True):
        box.focus()
        page.keyboard.type(number)
    keep(hand, "Keep the review")
    expect(page.get_by_text("The review is kept.")).to_be_visible()
