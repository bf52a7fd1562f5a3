"""One referral from the phone call to a bed and out of it again, and another that no bed can take, step by step.

With a pointer and with the keyboard alone, wide and on a phone; every page on the way is read by axe.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE
from tests.browser.hands import Keyboard, Mouse
from tests.browser.test_accessibility import overflow, violations

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site

WORKER = "jo@wall.example"
MANAGER = "farah@wall.example"
SHARE = "May the other refuges in the network see this, to find her a place?"


def sound(page: Page) -> None:
    """Fail if this page breaks a rule of accessibility or is wider than its window."""
    assert violations(page) + overflow(page) == []


def call(hand: Mouse, name: str) -> None:
    """Begin a call: how to reach her safely, who rings, who she is."""
    hand.press("Take a referral")
    hand.page.wait_for_url("**/referrals/drafts/*")
    sound(hand.page)
    hand.type_into("Safe number", "07700 900166")
    hand.choose("Who rings?", "Police")
    hand.type_into("Name", name)


def needs(hand: Mouse, **levels: str) -> None:
    """Answer what support she needs."""
    for need in ("mental_health", "self_harm", "alcohol", "drugs"):
        words = {"self_harm": "Self-harm"}.get(need, need.replace("_", " ").capitalize())
        hand.answer(words, levels.get(need, "No"))


def send(hand: Mouse) -> str:
    """Send the referral; return its ref."""
    hand.answer(SHARE, "Yes")
    hand.press("Make the referral")
    hand.page.wait_for_url(re.compile(r"/referrals/R-\d{5}$"))
    sound(hand.page)
    return hand.page.url.rsplit("/", 1)[-1]


def hold_a_bed_of_wall(hand: Mouse) -> None:
    """Ask whether she can come, and hold the first bed of WALL that says yes or ask."""
    page = hand.page
    hand.press("Can we take her?")
    page.wait_for_url("**/beds")
    expect(page.locator(".can-answer")).to_be_visible()
    sound(page)
    hand.press("Hold")
    page.wait_for_url(re.compile(r"/referrals/R-\d{5}$"))
    expect(page.get_by_role("heading", name=re.compile("WALL .* is held for her"))).to_be_visible()
    sound(page)


def offer_and_admit(hand: Mouse) -> None:
    """Offer her the bed, note that she accepts, and that she has come."""
    page = hand.page
    hand.press("Offer it to her")
    page.wait_for_url("**/offer")
    sound(page)
    hand.answer("How did you tell her?", "On her safe number")
    hand.press("She has been told")
    page.wait_for_url(re.compile(r"/referrals/R-\d{5}$"))
    sound(page)
    hand.press("Note her answer")
    page.wait_for_url("**/answer")
    sound(page)
    hand.answer("What does she answer?", "She accepts")
    hand.type_into("In her words", "Yes. I can be there by six.")
    hand.press("Save her answer")
    page.wait_for_url(re.compile(r"/referrals/R-\d{5}$"))
    sound(page)
    hand.press("She has moved in")
    page.wait_for_url("**/admit")
    sound(page)
    hand.press("She has moved in")
    expect(page.locator(".govuk-error-summary")).to_contain_text("check")
    sound(page)
    hand.tick("I decide to admit her although a check is not done")
    hand.type_into("Why is it right all the same?", "She is at the door, and was here before")
    hand.press("She has moved in")
    page.wait_for_url(re.compile(r"/residents/W-\d{5}$"))
    expect(page.get_by_text("Lives here", exact=True)).to_be_visible()
    sound(page)


def leave(hand: Mouse) -> None:
    """Note that she has left."""
    page = hand.page
    hand.press("She has left")
    page.wait_for_url("**/move-on")
    sound(page)
    hand.choose("Where did she go?", "Council or housing association tenancy")
    hand.answer("Was it planned?", "No")
    hand.answer("Why?", "She was ready to move on")
    hand.press("She has left")
    page.wait_for_url(re.compile(r"/residents/W-\d{5}$"))
    expect(page.get_by_text("Has left", exact=True)).to_be_visible()
    sound(page)


def make_ready(hand: Mouse, site: Site, bed: str) -> None:
    """Say on the board that the bed is clean: it is free again."""
    page = hand.page
    page.goto(site.at("/beds"))
    sound(page)
    hand.open(page.locator("a.bed--closed").filter(has_text=bed.removeprefix("WALL ")).first)
    page.wait_for_url(re.compile(r"/beds/B-\d{5}$"))
    sound(page)
    hand.press("Open again")
    page.wait_for_load_state()
    expect(page.locator(".bed--free")).to_be_visible()
    sound(page)
    hand.follow("Who would this bed fit?")
    page.wait_for_url("**/fits")
    sound(page)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["pointer", "keyboard"])
def test_from_the_phone_call_to_a_bed_and_on(
    size: dict[str, int],
    kind: type[Mouse],
    site: Site,
    sign_in: Callable[..., Page],
) -> None:
    page = sign_in(MANAGER, size)
    hand = kind(page)
    call(hand, f"Invented Path {kind.__name__} {size['width']}")
    needs(hand, alcohol="Medium", mental_health="Medium")
    ref = send(hand)
    hold_a_bed_of_wall(hand)
    offer_and_admit(hand)
    stay = page.url
    bed = page.locator(".page-head .quiet").inner_text()
    page.goto(site.at(f"/referrals/{ref}"))
    assert "Placed" in page.inner_text("main")
    page.goto(stay)
    leave(hand)
    make_ready(hand, site, bed)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["pointer", "keyboard"])
def test_from_the_phone_call_to_a_turn_away_whose_reason_was_proposed(
    size: dict[str, int],
    kind: type[Mouse],
    site: Site,
    sign_in: Callable[..., Page],
) -> None:
    page = sign_in(WORKER, size)
    hand = kind(page)
    call(hand, f"Invented Away {kind.__name__} {size['width']}")
    for area in ("Leicester", "Charnwood (Loughborough)", "Hinckley and Bosworth"):
        hand.tick(area)
    send(hand)
    hand.press("Can we take her?")
    page.wait_for_url("**/beds")
    expect(page.locator(".can-answer")).to_contain_text("No")
    sound(page)
    hand.follow("Back to R-")
    page.wait_for_url(re.compile(r"/referrals/R-\d{5}$"))
    hand.follow("Turn away")
    page.wait_for_url("**/turn-away")
    sound(page)
    chosen = page.locator("input[name=reason]:checked")
    assert chosen.evaluate("radio => radio.labels[0].innerText.trim()") == "Location unsafe for this woman"
    hand.answer("Who ended it?", "We could not offer a safe place")
    hand.press("Turn her away")
    page.wait_for_url(re.compile(r"/(referrals/R|turn-aways/T)-\d{5}$"))
    assert "Location unsafe for this woman" in page.inner_text("main")
    sound(page)
    del site


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["pointer", "keyboard"])
def test_from_a_proposal_through_a_choice_to_a_held_bed_that_is_let_go(
    size: dict[str, int],
    kind: type[Mouse],
    site: Site,
    sign_in: Callable[..., Page],
) -> None:
    page = sign_in(MANAGER, size)
    hand = kind(page)
    page.goto(site.at("/matches"))
    expect(page.locator(".match .why .yes").first).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Not placed: [1-9]"))).to_be_visible()
    sound(page)
    hand.open(page.locator("summary", has_text="Why not, bed by bed").first)
    sound(page)
    hand.open(page.get_by_role("link", name=re.compile("Choose another")).last)
    page.wait_for_url("**/choose/R-*")
    ref = page.url.rsplit("/", 1)[-1]
    sound(page)
    hand.answer("Which bed?", "None for now")
    hand.press("Choose, and work out the rest again")
    page.wait_for_url(re.compile(r"/matches/M-\d{5}#R-\d{5}$"))
    expect(page.locator(f"#{ref}")).to_contain_text("None for now: somebody decided so")
    sound(page)
    hand.press("Hold this bed")
    page.wait_for_url(re.compile(r"/referrals/R-\d{5}$"))
    expect(page.get_by_role("heading", name=re.compile("is held for her"))).to_be_visible()
    hand.follow("Let this bed go")
    page.wait_for_url("**/release")
    sound(page)
    hand.answer("Why do you let it go?", "It was held by mistake")
    hand.press("Let this bed go")
    page.wait_for_url(re.compile(r"/referrals/R-\d{5}$"))
    expect(page.get_by_role("heading", name=re.compile("is held for her"))).to_have_count(0)
    page.goto(site.at("/matches"))
    hand.open(page.locator(f"#{ref}").get_by_role("link", name=re.compile("Choose a bed")))
    page.wait_for_url("**/choose/R-*")
    hand.answer("Which bed?", "Let matching propose again")
    hand.press("Choose, and work out the rest again")
    page.wait_for_url(re.compile(r"/matches/M-\d{5}#R-\d{5}$"))
