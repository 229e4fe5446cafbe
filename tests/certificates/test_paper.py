"""The documents as they come off the press. No database: facts in, bytes out."""

import hashlib
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import page
import pikepdf
import pypdf
import pytest
from django.conf import settings
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageDraw, ImageFont

from certificates import drawing
from certificates.facts import Sent
from certificates.models import Certificate
from certificates.templatetags import paper_words
from course import names, pdf
from tests.certificates import twelve
from tests.certificates.paper import CODE, LONG_TITLES, TITLES, certificate, summary
from tests.certificates.twelve import TEXT_COLOURS, elements, kids_of, text_colours

# A name for each script we ship, with the font files that its letters must come from.
SCRIPTS = {
    "Ada Byron": {"atkinson-hyperlegible-next-latin-700"},
    "Łukasz Żółć-Wiśniewski": {
        "atkinson-hyperlegible-next-latin-700",
        "atkinson-hyperlegible-next-latin-ext-700",
    },
    "Nguyễn Thị Ngọc Ánh": {"noto-sans-latin-400", "noto-sans-vietnamese-400"},
    "Ἀλέξανδρος Παπαδόπουλος": {"noto-sans-greek-400", "noto-sans-greek-ext-400"},
    "Ђорђе Щербаков": {"noto-sans-cyrillic-400"},
    "محمد عبد الرحمن": {"noto-sans-arabic-arabic-400"},
    "שָׁלוֹם כהן": {"noto-sans-hebrew-hebrew-400"},
    "प्रिया शर्मा": {"noto-sans-devanagari-devanagari-400"},
    "রবীন্দ্রনাথ ঠাকুর": {"noto-sans-bengali-bengali-400"},
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ": {"noto-sans-gurmukhi-gurmukhi-400"},
    "ગુજરાતી નામ": {"noto-sans-gujarati-gujarati-400"},
    "தமிழ்ச்செல்வி": {"noto-sans-tamil-tamil-400"},
    "สมชาย ใจดี": {"noto-sans-thai-thai-400"},
}


@pytest.fixture(autouse=True)
def every_warning_fails() -> Iterator[list[str]]:
    """WeasyPrint and fontTools only log what goes wrong: a missing letter, a font not loaded."""
    heard: list[str] = []
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: heard.append(record.getMessage())
    logs = [logging.getLogger("weasyprint"), logging.getLogger("fontTools")]
    for log in logs:
        log.addHandler(listener)
        log.disabled = False  # settings may have turned it off, or down
        log.setLevel(logging.WARNING)
    yield heard
    for log in logs:
        log.removeHandler(listener)
    assert heard == []


def spoken(content: bytes) -> list[str]:
    """What each text says to a screen reader, in the order of the tags."""
    with pikepdf.open(BytesIO(content)) as document:
        says = {
            (number, int(operands[1].MCID)): str(operands[1].ActualText)
            for number, sheet in enumerate(document.pages)
            for operands, operator in pikepdf.parse_content_stream(sheet)
            if str(operator) == "BDC" and "/ActualText" in operands[1]
        }
        sheets = {sheet.objgen: number for number, sheet in enumerate(document.pages)}
        places = [
            (sheets[element.Pg.objgen], int(kid))
            for element in elements(document.Root.StructTreeRoot)
            for kid in kids_of(element)
            if isinstance(kid, int)
        ]
    return [says[place] for place in places if place in says]


def reads(content: bytes) -> str:
    return " ".join(" ".join(spoken(content)).split())


def fonts_of(content: bytes) -> set[str]:
    """The families embedded in a document."""
    with pikepdf.open(BytesIO(content)) as document:
        return {
            str(font.BaseFont).partition("+")[2].removesuffix("-Bold")
            for sheet in document.pages
            for font in sheet.Resources.Font.values()
        }


def verdict(content: bytes) -> list[str]:
    return [
        f"{f.rule_id}: {f.message}"
        for f in page.validate_pdf_bytes(content, profile="ua1").failures
    ]


def pages_of(content: bytes) -> int:
    return len(pypdf.PdfReader(BytesIO(content)).pages)


def test_fonts_and_styles_load_without_a_complaint() -> None:
    pdf._printer.cache_clear()
    pdf.warm_up()
    pdf.write(pdf.SAMPLE.replace("é", "é ш α א ا"), identifier="every font")


# --- One page ---------------------------------------------------------------------------------

LENGTHS = {
    "one letter": "A",
    "nine": "Ada Byron",
    "two lines": "Maximiliana Rodríguez-Villanueva",
    "one long word": "Wolfeschlegelsteinhausenbergerdorff",
    "sixty": "Maria Antonia Josepha Benedicta Rosalia von Hohenstein-Berg",
    "120 of the widest": "W" * 120,
    "120 in words": ("Maximiliana de la Concepción y Rodríguez " * 3)[:120].strip(),
    "120 in Tamil": ("தமிழ்ச்செல்வி " * 10)[:120].strip(),
    "120 in Arabic": ("محمد عبد الرحمن " * 8)[:120].strip(),
    "120 in Thai": ("สมชายใจดี" * 14)[:120],
}


QUICK = {"nine", "two lines", "120 in words"}, {"one letter", "120 of the widest", "120 in Tamil"}
CASES = [
    pytest.param(
        name, titles, id=f"{words}, {which}", marks=[] if words in quick else pytest.mark.soak
    )
    for which, titles, quick in zip(
        ("titles", "long titles"), (TITLES, LONG_TITLES), QUICK, strict=True
    )
    for words, name in LENGTHS.items()
]


@pytest.mark.parametrize(("name", "titles"), CASES)
def test_every_name_stays_on_one_page_with_all_its_facts(name: str, titles: list[str]) -> None:
    assert len(name) <= names.LONGEST
    content = drawing.draw_certificate(certificate(name, titles=titles))
    assert pages_of(content) == 1
    words = reads(content)
    for fact in (*titles, "23 March, live", "13 hours 44 minutes"):
        assert fact in words
    assert "".join(name.split()) in "".join(words.split())
    assert "not an assessment" in words
    assert CODE in words.replace("-", "").replace(" ", "")


def test_a_page_says_what_the_record_says() -> None:
    """Read by another tool, and so by its shapes rather than by ActualText."""
    sheet = pypdf.PdfReader(BytesIO(drawing.draw_certificate(certificate("Ada Byron")))).pages[0]
    words = " ".join(sheet.extract_text().split())
    for fact in (
        "Resourced: eight sessions for people who support people",
        "with the January group 2027, from 26 January to 23 March 2027.",
        "of which 8 hours live with others, 5 hours 44 minutes in own time",
        "6. Giving and receiving 9 March, there for part of it",
        "Flo Adeyemi and Sam Reyes Issued by Northmoor Wellbeing Collective on 30 March 2027",
    ):
        assert fact in words


def test_a_name_is_text_and_never_markup() -> None:
    content = drawing.draw_certificate(certificate("<img src=file:///etc/passwd>"))
    assert "<img src=file:///etc/passwd>" in reads(content)


def test_letters_are_large_and_dark_enough() -> None:
    """14 points and 7:1, measured in the document."""
    content = drawing.draw_certificate(certificate("Maximiliana " * 10, titles=LONG_TITLES))
    sizes = set()

    def look(text: str, outer: list, inner: list, _font: Any, size: float) -> None:
        if text.strip():
            sizes.add(round(size * abs(inner[3]) * abs(outer[3]), 1))

    sheet = pypdf.PdfReader(BytesIO(content)).pages[0]
    sheet.extract_text(visitor_text=look)
    assert min(sizes) >= 14
    assert text_colours(content) <= TEXT_COLOURS


# --- For everyone's software ------------------------------------------------------------------


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_is_pdf_ua_in_our_fonts_and_reads_as_it_was_written(name: str) -> None:
    content = drawing.draw_certificate(certificate(name))
    assert verdict(content) == []
    assert pages_of(content) == 1
    assert name in reads(content)
    assert SCRIPTS[name] <= fonts_of(content)
    shipped = {path.name.removesuffix("-normal.woff2") for path in pdf.FONTS.glob("*.woff2")}
    assert fonts_of(content) <= shipped


def test_the_structure_is_title_language_headings_list_and_one_figure() -> None:
    made = certificate("Ada Byron")
    content = drawing.draw_certificate(made)
    core = "certificates/_certificate.html"
    assert twelve.faults(content, core, drawing.certificate_context(made) | {"paper": True}) == []
    with pikepdf.open(BytesIO(content)) as document:
        assert str(document.Root.Lang) == "en-GB"
        assert str(document.docinfo["/Title"]) == "Certificate of attendance, Ada Byron"
        kinds = [(str(e.S), str(e.get("/Alt", ""))) for e in elements(document.Root.StructTreeRoot)]
    tags = [kind for kind, _ in kinds]
    assert [tag for tag in tags if tag in ("/H1", "/H2")] == ["/H1", "/H2", "/H2", "/H2"]
    assert tags.count("/LI") == len(TITLES)
    figures = [alt for kind, alt in kinds if kind == "/Figure"]
    assert len(figures) == 1  # the spiral is a background, and so an artifact
    assert re.fullmatch(rf"QR code that opens https?://\S+/verify/{CODE}/", figures[0])


def test_the_twelve_checks_can_fail() -> None:
    html = (
        '<html lang="fr"><title> </title><h2>One</h2><h4>Two</h4><p></p><a href="https://x.org">x</a>'
        '<svg viewBox="0 0 9 9"><path d="M1 1h3"/></svg><table><tr><th>A<tr><td>1<td>2</table>'
    )
    with pikepdf.open(BytesIO(pdf.write(html, identifier="x"))) as document:
        root, sheet = document.Root, document.pages[0]
        root.MarkInfo.Marked = root.ViewerPreferences.DisplayDocTitle = False
        root.Metadata = document.make_stream(b"<x/>")
        for link in sheet.Annots:
            link.Contents = ""
        for font in sheet.Resources.Font.values():
            for name in list(font.DescendantFonts[0].FontDescriptor.keys()):
                if name.startswith("/FontFile"):
                    del font.DescendantFonts[0].FontDescriptor[name]
        broken = BytesIO()
        document.save(broken)
    assert len(twelve.look(broken.getvalue(), twin="Two One")) == 12


def test_a_letter_that_no_font_has_stops_the_document(every_warning_fails: list[str]) -> None:
    with pytest.raises(pdf.Unprintable, match="no font has"):
        pdf.write("<html lang=en><title>x</title><p>\U00010000", identifier="x")
    every_warning_fails.clear()


def test_the_same_facts_give_the_same_bytes_in_another_process() -> None:
    here = drawing.draw_certificate(certificate("Łukasz Żółć-Wiśniewski"))
    assert here == drawing.draw_certificate(certificate("Łukasz Żółć-Wiśniewski"))
    code = (
        "import hashlib, django; django.setup()\n"
        "from certificates import drawing\n"
        "from tests.certificates.paper import certificate, summary\n"
        "made = drawing.draw_certificate(certificate('Łukasz Żółć-Wiśniewski'))\n"
        "print(hashlib.sha256(made).hexdigest())\n"
    )
    there = run(code, PYTHONHASHSEED="7").strip()
    assert there == hashlib.sha256(here).hexdigest()


# --- Names as pictures --------------------------------------------------------------------------
# Text can read right while the letters drawn are somebody else's. Every name is therefore
# compared with the same name drawn by Pillow, which shapes it by itself with the same fonts.

POINTS = 48
PIXELS = 150 * POINTS / 72


@pytest.mark.parametrize("name", SCRIPTS)
def test_names_as_pictures(name: str, tmp_path: Path) -> None:
    face = names.face(name)
    assert alike(printed(name, face, tmp_path), expected(name, face)) > 0.8


def test_the_comparison_of_pictures_can_fail(tmp_path: Path) -> None:
    """A name with one wrong letter, unjoined letters, and boxes: none of them passes."""
    wrong = {
        "Łukasz": "Lukasz",
        "محمد": "م ح م د",
        "प्रिया": "परिया",
        "Щербаков": "□□□□□□□□",
    }
    for name, other in wrong.items():
        face = names.face(name)
        assert alike(printed(name, face, tmp_path), expected(other, face)) < 0.8, name


def test_one_family_name_for_all_files_draws_wrong_letters(
    tmp_path: Path, monkeypatch: Any
) -> None:
    """The defect that the separate names avoid. If this fails, WeasyPrint has mended it."""
    name = "Łukasz Żółć-Wiśniewski"
    right = expected(name, "atkinson")
    faces, style = pdf.font_faces(), pdf.STYLE.read_text()
    one_name = re.compile(r'"(?:atkinson|noto)[\w-]+"')
    broken = tmp_path / "broken.css"
    broken.write_text(one_name.sub('"one"', style))
    monkeypatch.setattr(pdf, "font_faces", lambda family: one_name.sub('"one"', faces))
    monkeypatch.setattr(pdf, "STYLE", broken)
    monkeypatch.setattr(pdf, "_printer", pdf._printer.__wrapped__)
    assert alike(printed(name, "atkinson", tmp_path), right) < 0.8


def printed(name: str, face: str, folder: Path) -> Image.Image:
    """The name as the certificate's own styles print it."""
    way = paper_words.direction(name)
    html = (
        '<html lang="en-GB"><title>Name</title><body class="certificate roomy size-48"><h1>'
        f'<bdi class="name {face}" dir="{way}">{name}</bdi></h1></body></html>'
    )
    source = folder / "name.pdf"
    source.write_bytes(pdf.write(html, identifier="name"))
    command = ["pdftoppm", "-r", "150", "-gray", "-singlefile", source, folder / "name"]
    subprocess.run(command, check=True)
    return Image.open(folder / "name.pgm").convert("L")


def expected(name: str, face: str) -> Image.Image:
    """The name drawn by Pillow, a run at a time: each letter by the first font that has it."""
    weight = "700" if face == "atkinson" else "400"
    files = fonts_in_order(face, weight)
    runs = [
        (font, "".join(letters))
        for font, letters in groupby(name, key=lambda letter: first_with(letter, files))
    ]
    picture = Image.new("L", (2600, 400), 255)
    pen, draw = 100.0, ImageDraw.Draw(picture)
    for data, text in joined_spaces(runs):
        font = ImageFont.truetype(BytesIO(data), PIXELS, layout_engine=ImageFont.Layout.RAQM)
        draw.text((pen, 250), text, fill=0, font=font, anchor="ls")
        pen += font.getlength(text)
    return picture


def joined_spaces(runs: list[tuple[bytes, str]]) -> list[tuple[bytes, str]]:
    """A run of spaces belongs to the script around it, as in a right-to-left name."""
    scripts = {font for font, text in runs if text.strip()}
    return [(scripts.pop(), "".join(t for _, t in runs))] if len(scripts) == 1 else runs


def fonts_in_order(face: str, weight: str) -> list[tuple[frozenset[int], bytes]]:
    style = re.sub(r"/\*.*?\*/", "", pdf.STYLE.read_text(), flags=re.S)
    rule = "h1, h2, strong" if face == "atkinson" else ".noto"
    stack = re.search(rf"^{re.escape(rule)}.*?}}", style, flags=re.S | re.M).group()
    families = [name for name in re.findall(r'"([\w-]+)"', stack) if name.endswith(weight)]
    return [plain_font(name) for name in families]


@cache
def plain_font(family: str) -> tuple[frozenset[int], bytes]:
    font, data = TTFont(pdf.FONTS / f"{family}-normal.woff2"), BytesIO()
    font.flavor = None
    font.save(data)
    return frozenset(font.getBestCmap()), data.getvalue()


def first_with(letter: str, files: list[tuple[frozenset[int], bytes]]) -> bytes:
    return next((data for known, data in files if ord(letter) in known), files[0][1])


def alike(one: Image.Image, other: Image.Image) -> float:
    """How much of the ink of two pictures lies in the same place, from 0 to 1."""
    a, b = (ink(picture) for picture in (one, other))
    if abs(a.width - b.width) > 0.02 * a.width + 6 or abs(a.height - b.height) > 6:
        return 0.0
    b = b.resize(a.size)
    both, either = ImageChops.darker(a, b), ImageChops.lighter(a, b)
    return sum(both.tobytes()) / sum(either.tobytes())


def ink(picture: Image.Image) -> Image.Image:
    dark = ImageChops.invert(picture)
    return dark.crop(dark.point(lambda value: 255 * (value > 60)).getbbox())


# --- The facilitators' summary ---------------------------------------------------------------------


def test_a_summary_is_pdf_ua_with_a_table_and_says_what_it_is_not() -> None:
    made = summary("Łukasz Żółć")
    content = drawing.draw_summary(made)
    core = "certificates/_summary.html"
    assert verdict(content) == twelve.faults(content, core, drawing.summary_context(made)) == []
    assert text_colours(content) <= TEXT_COLOURS
    words = reads(content)
    assert "no private writing, check-in or balance, and no count of them" in words
    assert "drawn up once, on 30 March 2027" in words
    for sent in ("Captions on, and the questions", "let me stay.", "nothing prepared."):
        assert sent in words
    with pikepdf.open(BytesIO(content)) as document:
        tags = [str(element.S) for element in elements(document.Root.StructTreeRoot)]
    assert tags.count("/TR") == len(TITLES) + 1
    assert tags.count("/TH") == len(TITLES) + 3


def test_a_summary_of_someone_who_sent_nothing_and_has_no_name_says_so_kindly() -> None:
    content = drawing.draw_summary(summary("", sent=Sent()))
    assert verdict(content) == []
    assert pages_of(content) == 1
    assert "Nobody has to." in reads(content)
    assert "next cohort" not in reads(content)


def test_words_that_people_sent_keep_their_meaning_where_a_sign_cannot_print() -> None:
    sent = Sent(thoughts=["Thank you \U0001f642\ufe0f", "شكرا جزيلا", "<b>bold</b>\nand more"])
    content = drawing.draw_summary(summary("Ada Byron", sent=sent))
    assert verdict(content) == []
    for words in ("Thank you [slightly smiling face]", "شكرا جزيلا", "<b>bold</b> and more"):
        assert words in reads(content)


# --- Words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (60, "1 hour"),
        (61, "1 hour 1 minute"),
        (480, "8 hours"),
        (824, "13 hours 44 minutes"),
    ],
)
def test_durations(minutes: int, words: str) -> None:
    assert paper_words.duration(minutes) == words


@pytest.mark.parametrize(
    ("text", "way"),
    [("Ada", "ltr"), ("محمد", "rtl"), ("כהן (Cohen)", "rtl"), ("1. כהן", "rtl"), ("", "ltr")],
)
def test_directions(text: str, way: str) -> None:
    assert paper_words.direction(text) == way


def test_a_year_is_said_once_unless_there_are_two() -> None:
    facts = drawing.certificate_context(certificate("Ada"))["facts"]
    assert paper_words.day_of(facts["first_day"], facts) == "26 January"
    later = facts | {"last_day": facts["last_day"].replace(year=2028)}
    assert paper_words.day_of(facts["first_day"], later) == "26 January 2027"


def test_a_qr_code_holds_the_address_of_the_certificates_page() -> None:
    made: Certificate = certificate("Ada Byron")
    assert f"/verify/{CODE}/</title>" in drawing._qr(made)


# --- A hostile document -------------------------------------------------------------------------------

HOSTILE = """
import os, sys, django
django.setup()
from course import pdf
from certificates import drawing

secret, out = sys.argv[1:]
away = ["file://" + secret, "FiLe:" + secret, "http://127.0.0.1:9/x", "https://example.org/x"]
inline = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='{0}'/></svg>"
tries = []
for url in away:
    tries += [
        f'<link rel="stylesheet" href="{url}">', f'<link rel="attachment" href="{url}">',
        f'<style>@import "{url}";</style>', f'<style>@import url({url}) print;</style>',
        f'<style>@font-face {{ font-family: x; src: url("{url}"); }}</style><p style="font-family: x">x',
        f'<style>@page {{ background: url("{url}"); @top-left {{ content: url("{url}"); }} }}</style>',
        f'<ul style="list-style-image: url({url})"><li>x</li></ul>',
        f'<style>p::before {{ content: url("{url}"); }}</style><p>x',
        f'<p style="background-image: url({url})">x', f'<p style="border-image-source: url({url})">x',
        f'<p style="mask-border-source: url({url})">x', f'<a rel="attachment" href="{url}">x</a>',
        f'<img src="{url}" alt="x">', f'<img srcset="{url} 2x" alt="x">',
        f'<object data="{url}">x</object>', f'<embed src="{url}">', f'<base href="{url}"><img src="y" alt="x">',
        f'<svg><title>x</title><image href="{url}" width="9" height="9"/></svg>',
        f'<svg><title>x</title><use href="{url}#a"/></svg>',
        f'<svg><title>x</title><style>@import "{url}"; rect {{ fill: url({url}#a) }}</style><rect width="9" height="9"/></svg>',
        f'<svg><title>x</title><text font-family="x" fill="url({url}#a)">x</text></svg>',
        f'<img src="{inline.format(url)}" alt="x">', f'<meta http-equiv="refresh" content="0; {url}">',
        f'<iframe src="{url}"></iframe>', f'<video src="{url}" poster="{url}"></video>',
        f'<input type="image" src="{url}">', f'<p style="background: url(asset:../../{secret})">x',
        f'<img src="asset:{secret}" alt="x">', f'<img src="asset:../settings.py" alt="x">',
    ]
pdf.warm_up()
heard, WATCH = [], False
sys.addaudithook(lambda event, facts: heard.append((event, str(facts[:1]))) if WATCH else None)
WATCH = True
made = [
    pdf.write(f"<html lang=en><title>x</title><body><h1>x</h1>{one}", identifier="x") for one in tries
]
made.append(pdf.write("<html lang=en><title>x</title><body>" + "".join(tries), identifier="x"))
WATCH = False
fonts = str(pdf.FONTS)
code = (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__))
touched = [h for h in heard if h[0].startswith(("socket.", "http.", "urllib.", "ftplib.", "subprocess.", "os.system"))]
touched += [
    h for h in heard
    if h[0] == "open" and fonts not in h[1] and not any(place in h[1] and ".py" in h[1] for place in code)
]
open(out, "wb").write(b"\\n".join(made))
print(len(tries), touched)
"""


def test_a_hostile_page_reaches_no_file_and_no_network(tmp_path: Path) -> None:
    """Every way of naming an address that HTML, CSS and SVG have (R69), four addresses each."""
    secret, out = tmp_path / "secret.svg", tmp_path / "out.pdf"
    words = "correct-horse-battery-staple"
    secret.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" id="a" viewBox="0 0 9 9"><text>{words}</text></svg>'
    )
    printed = run(HOSTILE, str(secret), str(out)).split(" ", 1)
    assert int(printed[0]) > 100
    assert printed[1].strip() == "[]"
    for content in out.read_bytes().split(b"%PDF-")[1:]:
        assert words not in everything_in(b"%PDF-" + content)


def everything_in(content: bytes) -> str:
    with pikepdf.open(BytesIO(content)) as document:
        streams = [thing for thing in document.objects if isinstance(thing, pikepdf.Stream)]
        raw = b"".join(stream.read_bytes() for stream in streams)
    text = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(content)).pages)
    return raw.decode("latin-1") + text


def run(code: str, *arguments: str, **environment: str) -> str:
    """Run Python code in a process of its own, with the settings that this one has."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE} | environment,
        cwd=Path(pdf.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
