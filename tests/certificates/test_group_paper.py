"""The papers of a group as they come off the press. No database: facts in, bytes out."""

import re
from functools import cache
from io import BytesIO

import pikepdf
import pytest
from django.template.loader import render_to_string

from certificates import charts, group_drawing
from certificates.charts import PAPER, Ink
from certificates.group_facts import Said
from tests.certificates.group_paper import NONE, SCALES, group_summary, mean, report, table
from tests.certificates.test_paper import every_warning_fails, pages_of, reads, verdict
from tests.certificates.twelve import TEXT_COLOURS, elements, faults, text_colours

assert every_warning_fails  # WeasyPrint only logs what goes wrong


@cache
def group_paper() -> bytes:
    return group_drawing.draw_group(group_summary())


@cache
def report_paper() -> bytes:
    return group_drawing.draw_report(report())


CORES = {
    group_paper: ("_group", lambda: group_drawing.group_context(group_summary(), PAPER)),
    report_paper: ("_report", lambda: group_drawing.report_context(report(), PAPER)),
}


@pytest.mark.parametrize("paper", CORES)
def test_a_paper_is_pdf_ua_with_words_for_every_chart(paper):
    core, context = CORES[paper]
    assert verdict(paper()) == faults(paper(), f"certificates/{core}.html", context()) == []
    assert text_colours(paper()) <= TEXT_COLOURS
    with pikepdf.open(BytesIO(paper())) as document:
        tags = [(str(e.S), str(e.get("/Alt", ""))) for e in elements(document.Root.StructTreeRoot)]
    kinds = [kind for kind, _alt in tags]
    charts_there = [alt for kind, alt in tags if kind == "/Figure"]
    assert set(charts_there) == {"Bars. The table beside them says the same."}
    assert kinds.count("/Table") == len(charts_there) >= 1
    assert kinds.count("/H1") == 1


def test_a_report_is_one_page():
    assert pages_of(report_paper()) == 1
    many = [Said("A sentence of the length that people send, with two halves.")] * 5
    assert pages_of(group_drawing.draw_report(report(said_around=many))) == 1


def test_a_summary_says_its_limits_and_asks_after_its_reader():
    words = reads(group_paper())
    for said in (
        "There was no group to compare with.",
        "People who leave do not answer",
        "Nobody has validated it.",
        "Nobody collects the answers.",
        "Numbers of people are rounded to five.",
        "“*” means fewer than 8, or hidden to protect someone.",
        "Who looks after you while you look after others?",
        "on average 4 or higher",
        "Fewer than 10 people answered, so we do not show this.",
    ):
        assert said in words


def test_the_same_facts_give_the_same_bytes():
    assert group_drawing.draw_report(report()) == report_paper()


def test_a_paper_of_a_group_that_said_nothing():
    quiet = [{"number": 1, "title": "T", "comments": [], **dict.fromkeys(SCALES, NONE)}]
    summary = group_summary(measures=[], around=None, said_around=[], thoughts=[])
    summary.facts |= {"pulses": quiet, "for_next_cohort": [], "sessions": []}
    words = reads(group_drawing.draw_group(summary))
    assert words.count("so we do not show this") == 3
    assert "Nobody left a comment. Nobody has to." in words


# --- Figures in words and as bars ---------------------------------------------------------------


def figures(*pairs):
    bands = ["low", "middle", "high"]
    return group_drawing._figures(list(enumerate(pairs, 1)), bands, "five", Ink(), "Too few.")


def test_no_number_that_is_not_in_the_facts_is_drawn():
    drawn = figures(table(20, None, None, 10), mean(15, 3.5), NONE)
    assert [row.get("cells") or row["words"] for row in drawn["rows"]] == [
        ["*", "*", "10"],
        "on average about 3.5",
        "Too few.",
    ]
    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height="16"', drawn["chart"])]
    shown, rest = widths[-2:]
    assert shown == pytest.approx(rest, abs=0.2)  # ten of twenty; the rest is one piece


def test_where_all_is_withheld_there_is_no_drawing_to_read():
    drawn = figures(NONE, NONE)
    assert (drawn["rows"], drawn["chart"]) == ([], "")


def test_words_of_people_are_text_and_never_markup():
    nasty = "<script>alert(1)</script>"
    context = group_drawing.report_context(report(thoughts=[Said(nasty, nasty)]), PAPER)
    page = render_to_string("certificates/report_paper.html", context)
    assert nasty not in page
    assert page.count("&lt;script&gt;") == 2
    drawing = charts.bars([charts.Bar(nasty, [(1, charts.FULL)])], key=[], ink=PAPER)
    assert nasty not in drawing


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (mean(15, 2.0, "lower"), "on average lower"),
        (mean(15, 2.5), "on average a little lower"),
        (mean(15, 3.0), "on average about the same"),
        (mean(15, 3.5), "on average a little higher"),
        (mean(50, 3.5, "higher"), "on average higher"),
    ],
)
def test_change_is_said_in_words(figure, words):
    assert group_drawing._change_in_words(figure) == words
