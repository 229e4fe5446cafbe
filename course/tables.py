"""Cells of tables for spreadsheets, in which nothing can become a formula (R72)."""

import csv
import io
import unicodedata
from collections.abc import Sequence

# A spreadsheet runs a cell that begins so; some do so even behind blanks.
STARTS = set("=+-@|\t\r\n\0") | set("＝＋－＠｜")
UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def safe(text: str) -> str:
    """The text, with a quotation mark ahead where a program would read it as a formula."""
    seen = (c for c in text if c in STARTS or unicodedata.category(c) not in UNSEEN)
    return f"'{text}" if next(seen, "") in STARTS else text


def line(cells: Sequence[str]) -> str:
    """One line of CSV, each cell in quotation marks."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(cells)
    return out.getvalue()
