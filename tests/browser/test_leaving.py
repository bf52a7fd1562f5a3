"""Once she has left, nobody who presses Back sees what was on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from refuge.accounts.sessions import IDLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site

SECRET = "07700 900101"


def open_record(page: Page, site: Site) -> None:
    """Open the referral that shows the woman's safe number."""
    page.goto(site.at("/referrals"))
    links = page.locator("main a", has_text="R-")
    for place in [link.get_attribute("href") for link in links.all()]:
        page.goto(site.at(place or ""))
        if SECRET in page.inner_text("main"):
            return
    message = "No referral of the demonstration shows the number."
    raise AssertionError(message)


def back_shows_the_record(page: Page) -> bool:
    """Press Back several times and return whether the record ever shows."""
    for _ in range(4):
        page.go_back(wait_until="load")
        if SECRET in page.content():
            return True
    return False


def test_back_after_signing_out_shows_nothing(site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in("farah@wall.example")
    open_record(page, site)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()
    assert not back_shows_the_record(page)


@pytest.mark.parametrize("way", ["link", "shift"])
def test_back_after_leaving_shows_nothing(way: str, site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in("farah@wall.example")
    open_record(page, site)
    if way == "link":
        page.get_by_role("link", name="Leave this page").click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url("http://localhost:*/")
    assert not back_shows_the_record(page)


def test_a_page_left_alone_goes_blank_when_its_time_is_over(site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in("farah@wall.example")
    page.clock.install()
    open_record(page, site)
    page.clock.run_for(int(IDLE.total_seconds() + 2) * 1000)
    page.wait_for_url("**/sign-in?ended=idle")
    assert SECRET not in page.content()


def test_nothing_about_anybody_stays_in_the_browser(site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in("farah@wall.example")
    open_record(page, site)
    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,"
        " (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length]",
    )
    assert kept == [0, 0, 0, 0, 0]
