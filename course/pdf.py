"""The only place that makes PDFs: tagged PDF/UA-1, from our own files and no network.

WeasyPrint is imported where it is used, since that costs half a second; a worker
calls `warm_up` at its start so that nobody waits for it.
"""

import atexit
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pydyf

from course import names

FONTS = Path(__file__).parent / "fonts"
STYLE = Path(__file__).parent / "paper.css"

# Drawings that a stylesheet may use as `asset:<name>`: background pictures, so that a
# reader's software skips them. Whoever owns a drawing puts it here when it is imported.
drawings: dict[str, bytes] = {}

INVISIBLE = "\u2060"  # what a shape reads that is only a part of a letter


class Unprintable(Exception):
    """The document could not be drawn faithfully. Nothing was stored."""


class TooLong(Exception):
    """The document needs more pages than it may have."""


class TooLarge(Unprintable):
    """It would take more time or memory to draw than any paper of ours needs (R69)."""


class _TimeIsUp(BaseException):
    """Above Exception, which the drawing library catches here and there."""


# Far beyond every paper of ours. The worst that passes them takes 17 seconds and 300 megabytes.
MOST_SIGNS, MOST_ELEMENTS, MOST_PAGES = 400_000, 8_000, 200
MOST_SECONDS = 60  # half of an effect's lease, so that nobody else begins the same meanwhile


@cache
def _printer(faces: str) -> tuple[Any, Any, Any, Any]:
    """WeasyPrint's HTML class with one fetcher, font configuration and stylesheet for good.

    Unpacking every script's fonts takes more than a second, so that text which one
    typeface can draw (names.face) gets that alone, and everything else gets them all.
    """
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OurFilesOnly(URLFetcher):
        """Serves `asset:<name>` for our fonts and drawings, and refuses all else (R69)."""

        def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
            scheme, _, name = url.partition(":")
            if scheme == "asset" and name in drawings:
                return URLFetcherResponse(url, drawings[name], {"Content-Type": "image/svg+xml"})
            if scheme == "asset" and name in _font_files():
                return URLFetcherResponse(url, (FONTS / name).read_bytes())
            raise ValueError("documents may only use our own files")

    _draw_every_letter_with_its_words()
    fetcher = OurFilesOnly(allowed_protocols=frozenset(), allow_redirects=False)
    fonts = FontConfiguration()
    rules = font_faces("atkinson" if faces == "atkinson" else "")
    style = CSS(string=rules + STYLE.read_text(), font_config=fonts, url_fetcher=fetcher)
    return HTML, fetcher, fonts, style


# WeasyPrint's font settings must go before the interpreter does, or they complain.
atexit.register(_printer.cache_clear)


def _draw_every_letter_with_its_words() -> None:
    """Give every drawn text its own words as ActualText, and stop at a letter no font has.

    WeasyPrint 70 says what a text reads by one meaning for each drawn shape. That fails
    where letters are built from several shapes: "Thị Ngọc" reads "Thị Ngịc", and Arabic,
    Hebrew and Indic names worse, and a shape without a meaning breaks PDF/UA. A letter
    that no font has is drawn as a box, with a line in a log that may be turned off.
    """
    from weasyprint.formatting_structure.boxes import TextBox
    from weasyprint.pdf.stream import Stream

    @contextmanager
    def marked(stream: Any, box: Any, tag: str) -> Iterator[None]:
        facts = pydyf.Dictionary({"MCID": len(stream._tags)})
        stream._tags[box] = {"tag": tag, "mcid": facts["MCID"]}
        if isinstance(box, TextBox):
            facts["ActualText"] = pydyf.String(box.text)
        stream.begin_marked_content(tag, facts)
        yield
        stream.end_marked_content()
        for font in stream._fonts.values():
            if font.missing:
                raise Unprintable(f"no font has {', '.join(map(chr, font.missing))}")
            for shape in [shape for shape, text in font.to_unicode.items() if not text]:
                font.to_unicode[shape] = INVISIBLE

    Stream.marked = marked


@cache
def _font_files() -> frozenset[str]:
    return frozenset(path.name for path in FONTS.glob("*.woff2"))


@cache
def font_faces(family: str = "") -> str:
    """@font-face rules for the files of this family or of all, each under a name of its own.

    Several files under one name make WeasyPrint 70 draw wrong letters while the text
    still reads right; names are therefore tested as pictures.
    """
    face = '@font-face {{ font-family: "{family}"; src: url("asset:{name}"); }}\n'
    return "".join(
        face.format(family=name.removesuffix("-normal.woff2"), name=name)
        for name in sorted(_font_files())
        if name.startswith(family)
    )


def write(html: str, *, identifier: str, most_pages: int | None = None) -> bytes:
    """Draw one HTML document as PDF/UA-1. The same input gives the same bytes.

    `identifier` goes into the file's own id. Raises Unprintable when a font lacks a
    letter, because a certificate with boxes in a name is worse than none, and TooLong
    when there is no room on `most_pages`.
    """
    return write_and_count(html, identifier=identifier, most_pages=most_pages)[0]


def write_and_count(
    html: str, *, identifier: str, most_pages: int | None = None
) -> tuple[bytes, int]:
    """The same, with the number of its pages."""
    if len(html) > MOST_SIGNS or html.count("<") > MOST_ELEMENTS:
        raise TooLarge("more words or elements than a paper may have")
    with _in_time(), _nothing_fatal():
        HTML, fetcher, fonts, style = _printer(names.face("".join(html.split())))
        document = HTML(string=html, url_fetcher=fetcher, base_url="asset:").render(
            font_config=fonts, stylesheets=[style], pdf_variant="pdf/ua-1", pdf_tags=True
        )
        if most_pages and len(document.pages) > most_pages:
            raise TooLong
        if len(document.pages) > MOST_PAGES:
            raise TooLarge("more pages than a paper may have")
        content = document.write_pdf(
            pdf_identifier=identifier.encode(), pdf_variant="pdf/ua-1", pdf_tags=True
        )
    return content, len(document.pages)


@contextmanager
def _in_time() -> Iterator[None]:
    """Stop the worker's drawing after a while. Web threads, which no signal reaches, draw only
    what passed the limits above."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_facts: object) -> None:
        raise _TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    # Again and again: one that rings inside a callback of the drawing library is not heard.
    signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS, 0.1)
    try:
        yield
    except _TimeIsUp:
        raise TooLarge("more seconds than a paper may take") from None
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _nothing_fatal() -> Iterator[None]:
    """WeasyPrint's fatal error is none for Python: it would pass every `except Exception`."""
    from weasyprint.urls import FatalURLFetchingError

    try:
        yield
    except FatalURLFetchingError as error:
        raise Unprintable("a document asked for a file that is not ours") from error
    except RecursionError:
        raise TooLarge("elements within elements within elements") from None


SAMPLE = """<html lang="en"><title>-</title><body class="roomy size-56"><main>
<h1><small>-</small><bdi class="name">é</bdi></h1><p class="lead">Żółć<br><b>-</b>
<ol class="taken"><li><strong>-</strong><br>-<li>-</ol></main><footer><section><h2>-</h2>
<svg viewBox="0 0 9 9"><title>-</title><path d="M1 1h3m1 2h2" stroke="#000"/></svg></footer>"""


def warm_up() -> None:
    """Load WeasyPrint and its usual fonts, so that the first document is as quick as the next."""
    write(SAMPLE, identifier="warm-up")
