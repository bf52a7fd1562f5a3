"""Paper: a page of HTML becomes a PDF. It reads our own static files and nothing else, on no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from flask import make_response

if TYPE_CHECKING:
    from flask import Response

STATIC = Path(__file__).parent.parent / "build" / "static"
HERE = "paper://allocations/"
"""Where a page of paper believes that it is. Nothing answers there."""
TYPES = {".css": "text/css", ".png": "image/png", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


class NotOurs(ValueError):  # noqa: N818  a refusal, read by whoever looks at a page with a hole
    """A page asked for something that is not one of our static files."""


def static_file(url: str) -> Path:
    """Return the static file that a page may read at this address. Raise NotOurs for everything else."""
    parts = urlsplit(url)
    path = (STATIC / unquote(parts.path).removeprefix("/static/")).resolve()
    ours = f"{parts.scheme}://{parts.netloc}/" == HERE and parts.path.startswith("/static/")
    if not ours or not path.is_relative_to(STATIC.resolve()) or path.suffix not in TYPES or not path.is_file():
        raise NotOurs(url)
    return path


def pdf(html: str) -> bytes:
    """Return this page as a PDF. WeasyPrint is loaded when the first page is made: signing in does not pay for it."""
    from weasyprint import HTML  # noqa: PLC0415  it loads Pango
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415  the same

    class OnlyOurs(URLFetcher):  # type: ignore[misc]  # the library has no types
        """Opens nothing but our own static files."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401  the library has no types
            """Return one of our files."""
            del headers
            path = static_file(url)
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})

    made: bytes = HTML(string=html, base_url=HERE, url_fetcher=OnlyOurs()).write_pdf(pdf_tags=True)
    return made


def as_download(made: bytes, name: str) -> Response:
    """Return a PDF as an answer that a browser keeps under this name, which says nothing about anybody."""
    answer = make_response(made)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
