"""A referral taken on the telephone, with the line to the server dropping in the middle: nothing typed is lost."""

from __future__ import annotations

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
SAVED, NOT_SAVED = "Saved", "Not saved"


def begin_call(hand: Mouse, number: str) -> None:
    """Take a referral from Today and type what comes first: how to reach her safely."""
    hand.press("Take a referral")
    hand.page.wait_for_url("**/referrals/drafts/*")
    hand.type_into("Safe number", number)
    hand.answer("May we leave a message?", "Yes")
    hand.type_into("Safe times to ring", "After nine, not Sundays")
    expect(hand.page.locator("[data-status]")).to_contain_text(SAVED)


def go_on_with_the_call(hand: Mouse, name: str) -> None:
    """Type the rest, in the order of the form."""
    hand.choose("Who rings?", "Police")
    hand.type_into("Name", name)
    hand.type_into("Age in years", "7")
    hand.choose("Girl or boy", "Boy")
    hand.answer("Is she pregnant?", "No")
    hand.answer("Mental health", "High")
    hand.answer("Alcohol", "No")
    hand.choose("Risk checklist used", "SafeLives DASH risk checklist (24 questions)")
    hand.type_into("How many answers were yes", "16")
    hand.answer("Your own judgement", "Medium")
    hand.tick("Melton")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["pointer", "keyboard"])
def test_a_call_survives_a_dropped_line(
    size: dict[str, int],
    kind: type[Mouse],
    site: Site,
    sign_in: Callable[..., Page],
) -> None:
    page = sign_in(WORKER, size)
    hand = kind(page)
    name = f"Invented {kind.__name__} {size['width']}"
    begin_call(hand, "07700 900144")
    status = page.locator("[data-status]")

    page.context.set_offline(True)
    go_on_with_the_call(hand, name)
    expect(status).to_contain_text(NOT_SAVED)
    assert violations(page) + overflow(page) == []
    page.context.set_offline(False)
    expect(status).to_contain_text(SAVED, timeout=40_000)

    # The woman's own line drops too: the page is closed, and the call goes on later from Today.
    page.close()
    page = sign_in(WORKER, size)
    hand.page = page
    page.get_by_role("link", name="Go on with the call").first.click()
    assert page.get_by_label("Name", exact=True).input_value() == name
    assert page.get_by_label("How many answers were yes").input_value() == "16"

    hand.press("Make the referral")
    expect(page.locator(".govuk-error-summary")).to_contain_text("other refuges")
    assert page.get_by_label("Name", exact=True).input_value() == name
    assert violations(page) + overflow(page) == []

    hand.answer("May the other refuges in the network see this, to find her a place?", "Yes")
    hand.press("Make the referral")
    page.wait_for_url(lambda url: "/drafts/" not in url)
    shown = page.inner_text("main")
    for fact in (name, "07700 900144", "After nine, not Sundays", "Melton", "High"):
        assert fact in shown
    page.goto(site.at("/"))
    assert page.get_by_role("link", name="Go on with the call").count() == 0


def test_what_was_typed_reaches_the_server_within_seconds_and_nowhere_else(
    site: Site,
    sign_in: Callable[..., Page],
) -> None:
    page = sign_in(WORKER)
    hand = Mouse(page)
    begin_call(hand, "07700 900155")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    address = page.url
    again = sign_in(WORKER)
    again.goto(address)
    assert again.get_by_label("Safe number", exact=True).input_value() == "07700 900155"
    other = sign_in("asha@panahghar.example")
    assert other.goto(address).status == 404  # type: ignore[union-attr]  # a page of this site always answers
    again.get_by_role("link", name="Discard this call").click()
    again.get_by_role("button", name="Discard").click()
    again.goto(address)
    assert "What was typed is gone" in again.inner_text("main")
    del site
