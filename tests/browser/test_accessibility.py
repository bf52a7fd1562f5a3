"""Every page of every role, found by following its links, has no violation of WCAG 2.2 AA, wide and on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import PHONE, WIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import Site

PEOPLE = (
    "farah@wall.example",
    "asha@panahghar.example",
    "mary@lpt.example",
    "grace@council.example",
    "priya@helpline.example",
    "sam@system.example",
)
"""One person of each role."""
OPEN = ("/sign-in", "/sign-in?ended=idle", "/safety", "/no-such-page", "/welcome/no-such-link")
"""Pages that need no sign-in, and what an error looks like."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
REF = re.compile(r"\b[A-Z]{1,2}-\d{5}\b")
ONE_OF_MANY = re.compile(r"(/care/\*/(?:scores/new|records/new|leaving/steps)/|/plans/\*/areas/)\w+")
"""Forms made from a table, all drawn by the same template: one of each is enough."""
PAGES_AT_MOST = 350


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong on this page, a line each."""
    found = Axe().run(page, options=RULES).response["violations"]
    where = REF.sub("*", urlsplit(page.url).path)
    return [f"{where}: {rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def overflow(page: Page) -> list[str]:
    """Return a line if the page is wider than its window: on a phone nothing may need sideways scrolling."""
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{urlsplit(page.url).path}: {wider}px wider than the window"] if wider > 0 else []


def kinds_of_pages(page: Page, site: Site) -> Iterator[str]:
    """Follow links from Today and yield one address of each kind of page, opened, in the order found."""
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop(0)
        page.goto(site.at(path))
        hrefs = page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)")
        yield path
        for href in hrefs:
            parts = urlsplit(href)
            kind = ONE_OF_MANY.sub(r"\1*", REF.sub("*", parts.path)) + ("?" if parts.query else "")
            if href.startswith(site.url) and parts.path != "/leave" and kind not in seen:
                seen.add(kind)
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
        assert len(seen) < PAGES_AT_MOST, sorted(seen)


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)  # pages are the same on both engines
@pytest.mark.parametrize("email", PEOPLE)
def test_every_page_of_every_role_is_accessible(email: str, site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in(email)
    wrong: list[str] = []
    for _path in kinds_of_pages(page, site):
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # two whole numbers
            wrong += [f"{size['width']}: {line}" for line in violations(page) + overflow(page)]
    assert wrong == []


def test_every_open_page_is_accessible(site: Site, open_context: Callable[..., BrowserContext]) -> None:
    wrong: list[str] = []
    for size in (WIDE, PHONE):
        page = open_context(size).new_page()
        for path in OPEN:
            page.goto(site.at(path))
            wrong += [f"{size['width']}: {line}" for line in violations(page) + overflow(page)]
        page.goto(site.at("/sign-in"))
        page.get_by_role("button", name="Sign in").click()
        assert page.locator(".govuk-error-summary").count() == 1
        wrong += violations(page) + overflow(page)
    assert wrong == []
