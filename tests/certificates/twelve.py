"""Twelve checks that every paper passes, whatever kind it is (CE1 to CE4)."""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from typing import Any

import pikepdf
from bs4 import BeautifulSoup
from django.template.loader import render_to_string

TEXT_COLOURS = {(0, 0, 0), (0x5F, 0x2C, 0x14)}  # 21:1 and 11:1 on white; both dark in grey
# A drawing has its alt, a cell may be empty, and nobody hears of a group.
WORDLESS = {"/Figure", "/TD", "/TH", "/Div", "/Span", "/NonStruct"}


def elements(node: Any) -> Iterator[Any]:
    for kid in kids_of(node):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def kids_of(node: Any) -> list[Any]:
    kids = node.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def faults(content: bytes, core: str, context: dict[str, Any]) -> list[str]:
    """What is not as it should be. `core` is the template that the paper shares with its page:
    whoever reads on screen gets the same words, in the same order."""
    soup = BeautifulSoup(render_to_string(core, context), "html.parser")
    for drawn in soup("svg"):  # on paper its words are the figure's own
        drawn.decompose()
    return look(content, twin=soup.text)


def look(content: bytes, *, twin: str) -> list[str]:
    with pikepdf.open(BytesIO(content)) as document:
        tree = document.Root.get("/StructTreeRoot")
        tags = list(elements(tree)) if tree is not None else []
        checks = {
            "it is tagged": bool(tags) and bool(document.Root.MarkInfo.Marked),
            "it has a title": bool(str(document.docinfo.get("/Title", "")).strip()),
            "the title is shown": bool(document.Root.ViewerPreferences.DisplayDocTitle),
            "it has a language": str(document.Root.get("/Lang", "")) == "en-GB",
            "each figure has words": all(
                str(t.get("/Alt", "")).strip() for t in _of(tags, "Figure")
            ),
            "all fonts are embedded": all(_embedded(font) for font in _fonts(document)),
            "each link says where it leads": all(_says(link) for link in _links(document)),
            "headings go down one by one": _in_order(tags),
            "each cell of a table names its headings": _tables_explain(tags),
            "no tag is empty": [str(t.S) for t in tags if _is_empty(t)] == [],
            "it reads as its page does": _reads_like(_words(document, tags), twin),
            "it says that it is PDF/UA": _is_ua(document),
        }
        assert len(checks) == 12
    return [name for name, kept in checks.items() if not kept]


def _of(tags: list[Any], kind: str) -> list[Any]:
    return [tag for tag in tags if f"/{kind}" == tag.S]


def _fonts(document: Any) -> list[Any]:
    return [font for sheet in document.pages for font in sheet.Resources.get("/Font", {}).values()]


def _embedded(font: Any) -> bool:
    inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    return any(f"/FontFile{n}" in inner.FontDescriptor for n in ("", "2", "3"))


def _links(document: Any) -> list[Any]:
    notes = [note for sheet in document.pages for note in sheet.get("/Annots", [])]
    return [note for note in notes if note.Subtype == "/Link"]


def _says(link: Any) -> bool:
    return bool(str(link.get("/Contents", "")).strip())


def _in_order(tags: list[Any]) -> bool:
    levels = [int(str(tag.S)[2]) for tag in tags if re.fullmatch(r"/H[1-6]", str(tag.S))]
    one_title = levels[:1] == [1] and levels.count(1) == 1
    return one_title and all(b - a <= 1 for a, b in pairwise(levels))


def _tables_explain(tags: list[Any]) -> bool:
    """Each cell names its headings, for a row and a column: the same as a scope, said the other
    way round. So software can read “Date: 3 November” wherever in the table one is."""
    named = {bytes(tag.ID) for tag in _of(tags, "TH") if "/ID" in tag}
    cells = [tag.get("/A", {}).get("/Headers", []) for tag in _of(tags, "TD")]
    return all(len(heads) and {bytes(h) for h in heads} <= named for heads in cells)


def _is_empty(tag: Any) -> bool:
    return not kids_of(tag) and str(tag.S) not in WORDLESS


def _words(document: Any, tags: list[Any]) -> str:
    """What a screen reader says, in the order of the tags."""
    says = {
        (sheet.objgen, int(operands[1].MCID)): str(operands[1].ActualText)
        for sheet in document.pages
        for operands, operator in pikepdf.parse_content_stream(sheet)
        if str(operator) == "BDC" and "/ActualText" in operands[1]
    }
    places = [(tag.Pg.objgen, kid) for tag in tags for kid in kids_of(tag) if isinstance(kid, int)]
    return " ".join(says.get(place, "") for place in places)


def _reads_like(paper: str, twin: str) -> bool:
    """Each of the page's words stands on the paper, in the same order. The paper may say more:
    its code, where its page is."""
    rest = iter(_bare(paper))
    return all(letter in rest for letter in _bare(twin))


def _bare(words: str) -> str:
    """Letters and figures: a line's end may part a word on paper."""
    return "".join(c for c in words if c.isalnum())


def _is_ua(document: Any) -> bool:
    return bool(re.search(rb'pdfuaid:part(="1"|>1<)', document.Root.Metadata.read_bytes()))


def text_colours(content: bytes) -> set[tuple[int, ...]]:
    found, now = set(), (0, 0, 0)
    with pikepdf.open(BytesIO(content)) as document:
        for sheet in document.pages:
            for operands, operator in pikepdf.parse_content_stream(sheet):
                if str(operator) in ("rg", "g"):
                    parts = [round(float(part) * 255) for part in operands]
                    now = tuple(parts * (1 if len(parts) == 3 else 3))
                if str(operator) == "TJ":
                    found.add(now)
    return found
