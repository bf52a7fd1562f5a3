"""A practitioner enters her leave on a phone: she is shown what it touches before it is saved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.database import now
from refuge.london import london_date
from tests.browser.conftest import PHONE
from tests.browser.test_accessibility import overflow, violations

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site


def test_leave_is_entered_on_a_phone_and_shows_what_it_touches_first(site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in("mary@lpt.example")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # two whole numbers
    page.goto(site.at("/rota/workers"))
    page.locator("#main-content").get_by_role("link", name="Mary O.").click()
    page.get_by_role("button", name="Enter leave").click()
    page.get_by_label("Leave", exact=True).check()
    day = london_date(now()) + timedelta(days=60)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_role("group", name="First day away").get_by_label(part).fill(str(value))
    last = day + timedelta(days=6)
    for part, value in (("Day", last.day), ("Month", last.month), ("Year", last.year)):
        page.get_by_role("group", name="Last day away").get_by_label(part).fill(str(value))
    page.get_by_role("button", name="Continue").press("Enter")
    page.get_by_role("heading", name="What this touches").wait_for()
    assert "WALL: no mental health practitioner" in page.locator(".rules__preview").inner_text()
    assert violations(page) + overflow(page) == []
    page.get_by_role("button", name="Save it").first.press("Enter")
    page.get_by_text("Kept for Mary O.: leave").wait_for()
