"""How a person uses a page: with a pointer, or with the keyboard alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


class Mouse:
    """Takes the call with a pointer: clicks and types where she clicked."""

    def __init__(self, page: Page) -> None:
        """Use this page."""
        self.page = page

    def field(self, label: str) -> Locator:
        """Return the first field whose label begins so: a row adds for screen readers which row it is."""
        return self.page.get_by_label(re.compile(r"^\s*" + re.escape(label))).first

    def type_into(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self.field(label).click()
        self.page.keyboard.type(text)

    def choose(self, label: str, word: str) -> None:
        """Choose a word of a list."""
        self.field(label).select_option(label=word)

    def question(self, words: str) -> Locator:
        """Return the group of answers beside a question."""
        return self.page.locator("fieldset, [role=radiogroup]").filter(has_text=words).last

    def answer(self, question: str, word: str) -> None:
        """Choose one of the answers beside a question."""
        self.question(question).get_by_text(word, exact=True).click()

    def tick(self, word: str) -> None:
        """Tick the first box with this word."""
        self.field(word).check(force=True)

    def press(self, button: str) -> None:
        """Press a button, or a link that looks like one."""
        self.page.get_by_role("button", name=button).first.click()

    def follow(self, link: str) -> None:
        """Follow a link."""
        self.open(self.page.get_by_role("link", name=link).first)

    def open(self, wanted: Locator) -> None:
        """Open what this leads to."""
        wanted.click()


class Keyboard(Mouse):
    """Takes the call with the keyboard alone: Tab to each thing in turn, never the pointer."""

    MOST_STEPS = 400

    def _go_to(self, wanted: Locator) -> None:
        target = wanted.element_handle()
        for _ in range(self.MOST_STEPS):
            if self.page.evaluate("wanted => document.activeElement === wanted", target):
                return
            self.page.keyboard.press("Tab")
        message = f"Tab never came to {wanted}."
        raise AssertionError(message)

    def reach(self, wanted: Locator) -> None:
        """Press Tab until this is in focus."""
        self._go_to(wanted)

    def type_into(self, label: str, text: str) -> None:
        self._go_to(self.field(label))
        self.page.keyboard.type(text)

    def choose(self, label: str, word: str) -> None:
        self._go_to(self.field(label))
        self.page.keyboard.type(word)

    def answer(self, question: str, word: str) -> None:
        radios = self.question(question).get_by_role("radio")
        words = [radio.evaluate("radio => radio.labels[0].innerText.trim()") for radio in radios.all()]
        start = next((number for number, radio in enumerate(radios.all()) if radio.is_checked()), 0)
        self._go_to(radios.nth(start))
        if not radios.nth(start).is_checked():
            self.page.keyboard.press("Space")
        for _ in range((words.index(word) - start) % len(words)):
            self.page.keyboard.press("ArrowDown")
        assert radios.nth(words.index(word)).is_checked()

    def tick(self, word: str) -> None:
        box = self.field(word)
        self._go_to(box)
        self.page.keyboard.press("Space")
        assert box.is_checked()

    def press(self, button: str) -> None:
        self._go_to(self.page.get_by_role("button", name=button).first)
        self.page.keyboard.press("Enter")

    def open(self, wanted: Locator) -> None:
        self._go_to(wanted)
        self.page.keyboard.press("Enter")
