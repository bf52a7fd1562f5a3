"""A commissioner finds the turn-aways for alcohol and drugs by keyboard, downloads the tables, and reaches no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.conftest import PHONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site


def tab_to(page: Page, words: str) -> None:
    """Press the tab key until the link or button with these words has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if words in (page.evaluate("document.activeElement.textContent") or ""):
            return
    raise AssertionError(f"No tab leads to {words}.")


def test_a_commissioner_finds_what_was_turned_away_by_keyboard_on_a_phone(
    site: Site, sign_in: Callable[..., Page]
) -> None:
    page = sign_in("grace@council.example")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # two whole numbers
    page.goto(site.at("/published"))
    tab_to(page, "/2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/published/SE-*")
    row = page.get_by_role("row", name="Alcohol or drugs").first
    assert row.is_visible()
    assert row.get_by_role("cell").count() == 5
    tab_to(page, "Tables (CSV)")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.endswith("-contract.csv")
    for path in ("/statistics", "/referrals", "/beds", "/residents", "/published/new", "/turn-aways", "/matches"):
        answer = page.goto(site.at(path))
        assert answer is not None
        assert answer.status == 403, path
