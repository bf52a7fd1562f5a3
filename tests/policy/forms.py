"""The forms of pages, read as a browser reads them: where each leads, and what a mere press of its button sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.exceptions import HTTPException

from tests.policy.cells import kind_of, routes
from tests.policy.oracle import ORACLE
from tests.policy.world import World

NEEDS_A_BED = "/referrals/<ref>/hold"


@dataclass
class Form:
    """One form of a page."""

    page: str
    """The path of the page that shows it."""
    action: str
    reader: str = ""
    sends: dict[str, list[str]] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Reads the forms of a page that are sent by POST."""

    def __init__(self, page: str) -> None:
        """Begin with nothing read."""
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""
        self._pressed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in what is sent of a control."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method", "").lower() == "post":
            self._form, self._pressed = Form(self.page, (told.get("action") or self.page).split("?")[0]), False
            self.forms.append(self._form)
        if self._form is None:
            return
        name, kind, value = told.get("name", ""), told.get("type", "text"), told.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in told or self._select not in self._form.sends):
            self._form.sends[self._select] = [value]
        elif tag == "textarea":
            self._area = name
            self._form.sends.setdefault(name, [""])
        elif tag == "button" or (tag == "input" and kind == "submit"):
            if name and not self._pressed:
                self._form.sends.setdefault(name, []).append(value)
            self._pressed = True
        elif tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in told):
            self._form.sends.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        """Take in what stands in a box of several lines."""
        if self._form is not None and self._area:
            self._form.sends[self._area] = [self._form.sends[self._area][0] + data]

    def handle_endtag(self, tag: str) -> None:
        """Leave a control, or the form."""
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""


def forms_of(world: World) -> dict[str, list[Form]]:
    """Return the forms that pages of the reader's own show, by the rule of the route that each is sent to."""
    found: dict[str, list[Form]] = {}
    match = world.app.url_map.bind("localhost")
    for method, route in routes(world.app):
        row = ORACLE[method, route.rule]
        if method != "GET" or route.rule in {"/leave", "/static/<path:filename>"}:
            continue
        reader = (row.own or row.enter)[0]
        path = world.fresh_path(route.rule, (kind_of(route.rule), reader, "own"))
        if route.rule == NEEDS_A_BED:
            path += "?bed=" + world.path("/beds/<ref>", reader, "own").removeprefix("/beds/")
        answer = world.browser(reader).get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page = FormReader(path)
        page.feed(answer.text)
        for form in page.forms:
            form.reader = reader
            try:
                leads_to, _ = match.match(form.action, method="POST", return_rule=True)
            except HTTPException:
                message = f"{route.rule} shows a form that leads nowhere: {form.action}"
                raise AssertionError(message) from None
            found.setdefault(leads_to.rule, []).append(form)
    return found
