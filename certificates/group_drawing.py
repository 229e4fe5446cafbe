"""The papers about a whole group, from frozen facts: what their pages and their PDFs show."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from certificates import charts
from certificates.charts import FULL, HALF, HIDDEN, OPEN, PAPER, Bar, Ink
from certificates.group_facts import thaw_group
from certificates.models import CohortSummary, OrganisationReport
from course import pdf
from course.programme import printed

ENDS = {"five": (1, 5), "eleven": (0, 10)}
FILLINGS = (OPEN, HALF, FULL)  # of the low, the middle and the high band
Figure = dict[str, Any]


def draw_group(summary: CohortSummary) -> bytes:
    context = group_context(summary, PAPER)
    html = render_to_string("certificates/group_paper.html", context)
    return pdf.write(html, identifier=str(summary.pk))


def draw_report(report: OrganisationReport) -> bytes:
    html = render_to_string("certificates/report_paper.html", report_context(report, PAPER))
    return pdf.write(html, identifier=str(report.pk))


def _frame() -> dict[str, Any]:
    return {"station": printed.station(None), "site_name": settings.WAGTAIL_SITE_NAME}


def group_context(summary: CohortSummary, ink: Ink) -> dict[str, Any]:
    facts = thaw_group(summary.facts)
    few = withheld_words(facts["people_asked_for"])
    answers = [_("1 or 2"), _("3"), _("4 or 5")]
    pulses = facts["pulses"]
    return _frame() | {
        "summary": summary,
        "facts": facts,
        "few": few,
        "attendance": _attendance_chart(facts["sessions"], ink),
        "pulses": [
            {
                "title": words,
                **_figures([(p["number"], p[name]) for p in pulses], answers, "five", ink, few),
            }
            for name, words in facts["scales"].items()
        ],
        "measures": [_measure(m, ink, few) for m in facts["measures"]],
        "has_comments": any(p["comments"] for p in pulses),
        "around": facts["around"] and _two_sides([facts["around"]], ink, few),
    }


def withheld_words(people: int) -> str:
    """The one sentence for all that is not shown: from nobody up to one too few, it is the same."""
    return _("Fewer than %(number)s people answered, so we do not show this.") % {"number": people}


def _attendance_chart(sessions: list[dict], ink: Ink) -> SafeString:
    kinds = [
        ("live", FULL, _("there, for all or part of it")),
        ("caught_up", HALF, _("caught up")),
        ("not_this_time", OPEN, _("not this time")),
        ("not_noted", HIDDEN, _("nothing noted")),
    ]
    rows = [Bar(str(s["number"]), [(s[k], fill) for k, fill, _w in kinds]) for s in sessions]
    return charts.bars(rows, key=[(fill, words) for _k, fill, words in kinds], ink=ink)


def _measure(measure: dict[str, Any], ink: Ink, few: str) -> dict[str, Any]:
    return measure | _two_sides(measure["questions"], ink, few, measure["score"])


def _two_sides(
    questions: list[dict], ink: Ink, few: str, score: dict | None = None
) -> dict[str, Any]:
    """How it was at the end, and what changed, of the same questions."""
    named = [(str(n), q) for n, q in enumerate(questions, start=1)]
    if score:
        named.append((_("All"), score))
    bands = [_("0 to 4"), _("5 or 6"), _("7 to 10")]
    changes = [_("lower"), _("about the same"), _("higher")]
    end = [(label, q["after"]) for label, q in named]
    change = [(label, q["change"]) for label, q in named]
    return {
        "listed": questions,
        "has_score": score is not None,
        "end": _figures(end, bands, "eleven", ink, few),
        "changed": _figures(change, changes, "five", ink, few, in_words=_change_in_words),
    }


def _figures(
    figures: list[tuple[Any, Figure]],
    bands: list[str],
    scale: str,
    ink: Ink,
    few: str,
    in_words: Any = None,
) -> dict[str, Any]:
    """A table of figures, and the bars that say the same. Neither, where all are withheld."""
    in_words = in_words or _mean_in_words
    rows = [_row(label, figure, few, in_words) for label, figure in figures]
    if all(figure["kind"] == "withheld" for _label, figure in figures):
        return {"bands": bands, "rows": [], "chart": ""}
    drawn = [_bar(str(label), figure, scale) for label, figure in figures]
    key = [*zip(FILLINGS, bands, strict=True), (HIDDEN, _("not told apart"))]
    return {"bands": bands, "rows": rows, "chart": charts.bars(drawn, key=key, ink=ink)}


def _row(label: Any, figure: Figure, few: str, in_words: Any) -> dict[str, Any]:
    if figure["kind"] == "withheld":
        return {"label": label, "words": few, "people": None}
    row = {"label": label, "people": figure["people"]}
    if figure["kind"] == "mean":
        return row | {"words": in_words(figure)}
    return row | {"cells": ["*" if n is None else str(n) for n in figure["bands"]]}


def _mean_in_words(figure: Figure) -> str:
    number = f"{figure['mean']:g}"
    said = {
        "": _("on average about %(number)s"),
        "lower": _("on average %(number)s or lower"),
        "higher": _("on average %(number)s or higher"),
    }
    return said[figure["edge"]] % {"number": number}


def _change_in_words(figure: Figure) -> str:
    if figure["edge"]:
        return _("on average higher") if figure["edge"] == "higher" else _("on average lower")
    if figure["mean"] == 3:
        return _("on average about the same")
    up = figure["mean"] > 3
    return _("on average a little higher") if up else _("on average a little lower")


def _bar(label: str, figure: Figure, scale: str) -> Bar:
    if figure["kind"] == "withheld":
        return Bar(label, words=_("not shown"))
    if figure["kind"] == "mean":
        low, high = ENDS[scale]
        return Bar(label, mark=(figure["mean"] - low) / (high - low))
    return Bar(label, _parts(figure["bands"], figure["people"]))


def _parts(bands: Sequence[int | None], people: int) -> list[tuple[int, str]]:
    """The bands that are shown, and the rest as one piece that is not told apart."""
    shown = [(n, fill) for n, fill in zip(bands, FILLINGS, strict=True) if n is not None]
    rest = people - sum(n for n, _fill in shown) if None in bands else 0
    return shown + ([(rest, HIDDEN)] if rest > 0 else [])


def report_context(report: OrganisationReport, ink: Ink) -> dict[str, Any]:
    facts = thaw_group(report.facts)
    rows = [
        (_("Places"), facts["places"], OPEN),
        (_("Taken"), facts["taken"], HALF),
        (_("Completed, and agreed to show it"), facts["completed_shown"], FULL),
    ]
    chart = charts.bars(
        [Bar(str(number), [(number, fill)]) for _words, number, fill in rows],
        key=[(fill, words) for words, _number, fill in rows],
        ink=ink,
    )
    return _frame() | {"report": report, "facts": facts, "rows": rows, "chart": chart}
