"""A page becomes a PDF that can be read back, and reads nothing but our own files."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from refuge.paper import HERE, NotOurs, pdf, static_file


def test_a_page_becomes_a_pdf_with_its_words_and_its_title() -> None:
    made = PdfReader(BytesIO(pdf("<html lang=en><title>My plan</title><body><h1>Zoë’s plan</h1></body></html>")))
    assert made.metadata is not None
    assert made.metadata.title == "My plan"
    assert "Zoë’s plan" in made.pages[0].extract_text()


def test_our_own_files_can_be_read() -> None:
    assert static_file(f"{HERE}static/fonts/inter-latin.woff2").is_file()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "https://example.org/static/app.css",
        "paper://elsewhere/static/app.css",
        f"{HERE}static/../../wsgi.py",
        f"{HERE}static/%2e%2e/%2e%2e/etc/passwd",
        f"{HERE}static/app.js",
        f"{HERE}app.css",
    ],
)
def test_nothing_else_can(url: str) -> None:
    with pytest.raises(NotOurs):
        static_file(url)


def test_a_page_that_asks_for_more_is_made_without_it() -> None:
    made = PdfReader(
        BytesIO(pdf('<html lang=en><p>Hello</p><img src="file:///etc/hostname"><img src="https://example.org/x.png">'))
    )
    assert made.pages[0].extract_text().strip() == "Hello"
    assert list(made.pages[0].images) == []
