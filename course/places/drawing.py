"""From a paper's frozen facts to PDF/UA: the same facts give the same bytes."""

from datetime import date
from typing import Any

from django.template.loader import render_to_string

from course import pdf
from course.places.amounts import shown
from course.places.models import Document
from course.programme import spiral

DAYS = ("on", "due_on", "valid_until", "starts_on", "ends_on")

pdf.drawings["spiral.svg"] = spiral.paper_drawing().encode()


def draw(document: Document) -> bytes:
    html = render_to_string("places/papers/paper.html", context(document))
    return pdf.write(html, identifier=str(document.pk))


def keep_drawn(document: Document) -> bytes:
    """The stored bytes; drawn now if nobody has yet. Whoever was quicker has the last word."""
    if document.pdf is None:
        empty = Document.objects.filter(pk=document.pk, pdf=None)
        empty.update(pdf=draw(document))
        document.refresh_from_db(fields=["pdf"])
    return bytes(document.pdf)


def context(document: Document) -> dict[str, Any]:
    """What is printed: the facts with real dates, and sums in words."""
    facts = document.facts
    days = {name: date.fromisoformat(facts[name]) for name in DAYS if facts.get(name)}
    money = facts["currency"]
    lines = [
        line | {name: shown(line[name], money) for name in ("unit", "amount") if name in line}
        for line in facts["lines"]
    ]
    sums = {
        "net": shown(facts["total_minor"] - facts["tax_minor"], money),
        "tax": shown(facts["tax_minor"], money),
        "total": shown(facts["total_minor"], money),
    }
    return {
        "document": document,
        "facts": facts | days | {"lines": lines},
        "sums": sums,
        "nothing_to_pay": not facts["total_minor"],
    }


def file_name(document: Document) -> str:
    return f"{document.number.lower()}.pdf"
