"""A practitioner's week on a phone with the keyboard alone: plan, accept, move one, mark attended; and the calendar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE
from tests.browser.hands import Keyboard
from tests.browser.test_accessibility import overflow, violations

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site

DAWN = "dawn@turning-point.example"


def sound(page: Page) -> None:
    """Fail if this page breaks a rule of accessibility or is wider than its window."""
    assert violations(page) + overflow(page) == []


def test_plan_my_week_accept_move_one_and_mark_attended(site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in(DAWN, PHONE)
    hand = Keyboard(page)
    page.goto(site.at("/in-reach"))
    sound(page)
    hand.press("See the plan")
    page.wait_for_url(re.compile(r"/in-reach/plans/SR-\d{5}"))
    sound(page)
    hand.reach(
        page.get_by_role("button", name=re.compile("^(Plan again|Mend the plan)")).first
    )  # what others did may touch it
    with page.expect_navigation():
        page.keyboard.press("Enter")
    sound(page)
    hand.reach(page.locator("form[action$='/accept'] button").first)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The session is booked.")).to_be_visible()
    hand.follow("See the session")
    page.wait_for_url(re.compile(r"/in-reach/sessions/S-\d{5}"))
    sound(page)
    hand.press("Move it to another time")
    hand.page.wait_for_url("**/move")
    sound(page)
    hand.reach(page.locator(".times__input").first)
    page.keyboard.press("Space")
    hand.press("Move it to this time")
    expect(page.get_by_text("Moved to")).to_be_visible()
    page.goto(site.at("/"))
    sound(page)
    hand.reach(page.locator("section[aria-labelledby=to-note] a").first)
    page.keyboard.press("Enter")
    hand.press("Attended")
    expect(page.get_by_text("The outcome is kept.")).to_be_visible()
    sound(page)


def test_the_calendar_is_drawn_under_our_policy_and_says_what_the_table_says(
    site: Site, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(DAWN, WIDE)
    page.goto(site.at("/in-reach"))
    Keyboard(page).press("Show as a calendar to drag")
    expect(page.locator(".ec-event").first).to_be_visible()
    sound(page)
    Keyboard(page).press("Show as a table")
    expect(page.locator("table.week")).to_be_visible()


def test_a_press_in_the_calendar_books_that_time_and_a_drag_moves_it_by_the_servers_rules(
    site: Site, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(DAWN, WIDE)
    page.goto(site.at("/in-reach/book"))
    page.locator("#woman").select_option(index=1)
    page.locator("#service").select_option(index=1)
    page.get_by_role("button", name="Show free times").click()
    free = page.locator(".times__input").last
    address, slot = page.url, free.get_attribute("value") or ""
    page.goto(f"{address}&slot={slot.replace('+', '%2B')}&from={slot[:10]}")
    chosen = page.locator(f".times__input[value='{slot}']")
    expect(chosen).to_be_checked()  # as a press in the calendar asks for it
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_text("The time is kept")).to_be_visible()
    booked = page.url.rsplit("/", 1)[-1]
    page.goto(site.at(f"/in-reach?on={slot[:10]}"))
    page.get_by_role("button", name="Show as a calendar to drag").click()
    mine = page.locator(".ec-event").filter(has_text="Booked: R-").last
    expect(mine).to_be_visible()
    sound(page)
    page.locator("#calendar-choice").select_option("worker:")
    expect(page.locator(".ec-event").first).to_be_visible()
    sound(page)
    page.goto(site.at(f"/in-reach?on={slot[:10]}&day=1&by=house#calendar"))
    expect(page.locator("#calendar-choice option:checked")).to_have_count(1)
    assert "house%3AH-" in page.url
    page.locator("#calendar-choice").select_option("worker:")
    mine = page.locator(".ec-event").filter(has_text="Booked: R-").last
    mine.scroll_into_view_if_needed()
    box = mine.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] - 40, steps=6)
    page.mouse.move(box["x"] + 20, box["y"] - 80, steps=6)
    page.mouse.up()
    expect(page.locator("#calendar-said")).to_have_text(
        re.compile(r"^(Moved to|Not moved\. .+ (has|needs|is|would|room) )")
    )
    page.goto(site.at(f"/in-reach/sessions/{booked}"))
    expect(page.get_by_role("heading", name=f"Session {booked}")).to_be_visible()
