"""My spiral: someone's own check-ins and balances, drawn and in words, for them alone."""

import re
import sys
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.debug import ExceptionReporter

from course.programme import spiral as lines
from reflections import agreeing, deleting, saving, spiral, spiral_views
from reflections.models import Reflection, WritingChoices
from reflections.responses import Response
from tests.cast import CANARY, NOON, signed_in
from tests.reflections.test_saving import ticket_for

pytestmark = pytest.mark.django_db
HARD, RATHER_NOT = "hard_to_tell", "rather_not_say"


def write(owner, session, *, checkin=None, word="", balance=None, turn=1, day=0):
    """Answer a session's check-in (1 to 5, or one of the two words) and its balance."""
    ticket = ticket_for(owner, session, turn=turn)
    responses = {q.key: Response(q, "") for q in ticket.asked if q.kind == "free_text"}
    for q in ticket.asked:
        if q.kind == "checkin":
            level = checkin if isinstance(checkin, int) else None
            said = checkin if isinstance(checkin, str) else None
            responses[q.key] = Response(q, {"level": level, "said": said, "word": word})
        elif q.kind == "balance":
            giving, receiving = balance or (None, None)
            responses[q.key] = Response(q, {"giving": giving, "receiving": receiving})
    now = NOON + timedelta(days=day)
    return saving.save(
        ticket, actor=owner, responses=responses, version=0, step=1, done=False, now=now
    ).reflection


def page(user, address="my_spiral", **ids) -> str:
    response = signed_in(user).get(reverse(address, kwargs=ids))
    assert response.status_code == 200
    return response.content.decode()


def cells(html: str) -> list[list[str]]:
    """The rows of the table as words."""
    body = html.partition("<tbody")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    tags = re.compile(r'<span class="(?:name|minutes)".*?</span>|<[^>]+>')
    cell = re.compile(r"<t[hd].*?</t[hd]>", re.DOTALL)
    return [[" ".join(tags.sub("", c).split()) for c in cell.findall(row)] for row in rows]


# --- What it shows ----------------------------------------------------------------------------


@pytest.fixture
def written(ada, sessions):
    write(ada, sessions[0], checkin=2, word=CANARY, balance=(8, 3))
    write(ada, sessions[1], checkin=HARD, day=7)
    write(ada, sessions[4], checkin=RATHER_NOT, day=14)
    write(ada, sessions[5], checkin=5, balance=(None, 0), day=21)
    write(ada, sessions[6], day=28)  # the question left empty
    return ada


def test_the_table_says_what_was_answered(written, sessions):
    titles = [f"{s.number}. {s.title}" for s in sessions]
    html = page(written)
    assert cells(html) == [
        [titles[0], f"Low, {CANARY}", "Giving 8, receiving 3"],
        [titles[1], "Hard to tell", "Not asked"],
        [titles[4], "Rather not say", "Not asked"],
        [titles[5], "Well resourced", "Receiving 0"],
        [titles[6], "Left empty", "Not asked"],
    ]
    assert "Sessions 3, 4, 8 have nothing here this time, which is fine." in html


def test_the_drawing_says_the_same(written):
    html = page(written)
    line = lines.my_line({1: 2, 2: HARD, 5: RATHER_NOT, 6: 5})
    drawn = html.partition('<figure class="spiral mine">')[2].partition("</figure>")[0]
    assert re.findall(r'<path class="line" d="([^"]+)"', drawn) == line.filled
    assert (
        re.findall(r'<path class="unsaid"[^>]* stroke-dasharray="0 10" d="([^"]+)"', drawn)
        == line.hard_to_tell
    )
    assert (
        re.findall(r'<path class="unsaid"[^>]* stroke-dasharray="9 11" d="([^"]+)"', drawn)
        == line.rather_not_say
    )
    assert (len(line.filled), len(line.hard_to_tell), len(line.rather_not_say)) == (2, 1, 1)
    assert re.findall(r'<text class="value"[^>]*>(\d+)<', drawn) == ["8", "3", "0"]
    assert drawn.count('class="station open"') == 4  # 3, 4, 8, and 7 which was left empty


def test_it_judges_nothing(written):
    words = re.sub(r"<[^>]+>", " ", page(written)).lower()
    verdicts = ["improve", "decline", "score", "average", "trend", "progress:", "%", "net "]
    assert [word for word in verdicts if word in words] == []
    assert "It does not say better or worse." in page(written)


def test_neighbours_share_one_line_and_a_gap_is_never_a_thin_one():
    assert len(lines.my_line(dict.fromkeys(range(1, 9), 3)).filled) == 1
    assert len(lines.my_line({1: 3, 2: 3, 4: 3}).filled) == 2
    assert lines.my_line({}) == lines.my_line({3: None}) == lines.MyLine([], [], [])


def test_a_deleted_reflection_is_not_drawn(written, sessions):
    first = Reflection.objects.get(session_key=sessions[0].key)
    deleting.delete(first, now=NOON)
    assert CANARY not in page(written)


# --- Times round ----------------------------------------------------------------------------------


def test_a_session_met_again_begins_another_time_round(ada, sessions):
    first = write(ada, sessions[0], checkin=1, word="before")
    write(ada, sessions[1], checkin=2, day=1)
    write(ada, sessions[0], checkin=5, word="after", turn=2, day=400)
    newest = page(ada)
    assert [row[1] for row in cells(newest)] == ["Well resourced, after"]
    assert "Your time 2 round." in newest
    before = page(ada, "my_spiral_at", pk=first.pk)
    assert [row[1] for row in cells(before)] == ["Running on empty, before", "Low"]


def test_two_programmes_with_the_same_numbers_are_drawn_apart(ada, sessions):
    write(ada, sessions[0], checkin=1)
    other = sessions[3]
    other.number = 1
    write(ada, other, checkin=5, day=1)
    html = page(ada)
    assert html.count('<figure class="spiral mine">') == 2
    assert [row[1] for row in cells(html)] == ["Running on empty", "Well resourced"]


def many_years(owner, sessions, *, entries):
    """Once round after once round, for as long as it takes."""
    for n in range(entries):
        turn, place = divmod(n, 8)
        write(owner, sessions[place], checkin=n % 5 + 1, turn=turn + 1, day=n * 36)


@pytest.mark.parametrize("entries", [1, 3, 300])
def test_it_costs_the_same_after_thirty_years(entries, ada, sessions, django_assert_num_queries):
    many_years(ada, sessions, entries=entries)
    client = signed_in(ada)
    client.get(reverse("my_spiral"))  # the frame of the page is cached from here on
    with django_assert_num_queries(6):
        html = client.get(reverse("my_spiral")).content.decode()
    shown = min(entries, entries % 8 or 8)
    assert len(cells(html)) == shown
    if entries == 300:
        assert "All 38 times round" in html
        assert len(html) < 60_000


@pytest.mark.parametrize(("entries", "listed"), [(1, 1), (3, 3), (60, 24)])
def test_the_list_of_all_that_was_written_comes_in_pages(
    entries, listed, ada, sessions, django_assert_num_queries
):
    many_years(ada, sessions, entries=entries)
    client = signed_in(ada)
    address = reverse("my_reflections")
    client.get(address)
    with django_assert_num_queries(10):
        html = client.get(address).content.decode()
    assert html.count('<li class="panel close">') == listed
    if entries == 60:
        assert "1 to 24 of 60, the newest first." in html
        last = client.get(address, {"page": 3}).content.decode()
        assert last.count('<li class="panel close">') == 12
        assert "Older ones" not in last


def test_only_one_time_round_is_ever_opened(ada, sessions, monkeypatch):
    many_years(ada, sessions, entries=20)
    opened = []
    real = spiral.writing.open_many
    monkeypatch.setattr(
        spiral.writing,
        "open_many",
        lambda rows, actor: opened.extend(rows) or real(rows, actor=actor),
    )
    page(ada)
    assert len(opened) == 4


# --- States -------------------------------------------------------------------------------------


def test_empty_is_kind(ada):
    html = page(ada)
    assert "Nothing to draw yet" in html
    assert "<table" not in html


def test_without_a_yes_nothing_is_opened(written, cyn):
    agreeing.withdraw(written, now=NOON)
    for someone in (written, cyn):
        html = page(someone)
        assert CANARY not in html
        assert "Writing is closed until you say yes to it." in html


def test_it_can_be_closed_and_opened_again(written):
    client = signed_in(written)
    mine, list_ = reverse("my_spiral"), reverse("my_reflections")
    assert mine in client.get("/my/").content.decode()
    assert mine in client.get(list_).content.decode()
    client.post(reverse("show_spiral"), {"shown": "no"})
    closed = client.get(mine).content.decode()
    assert "Your spiral is closed." in closed
    assert CANARY not in closed
    assert f'href="{mine}"' not in client.get("/my/").content.decode()
    assert f'href="{mine}"' not in client.get(list_).content.decode()
    assert client.get(reverse("show_spiral")).status_code == 302  # a link does nothing
    assert not WritingChoices.objects.get(owner=written).show_spiral
    client.post(reverse("show_spiral"), {"shown": "yes"})
    assert CANARY in client.get(mine).content.decode()


# --- For nobody else --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["bea", "cyn", "flo", "root"])
def test_nobody_sees_anyone_elses(who, written, request, sessions):
    stranger = request.getfixturevalue(who)
    agreeing.agree(stranger, now=NOON)
    html = page(stranger)
    assert CANARY not in html
    assert "Nothing to draw yet" in html
    assert spiral.rounds_of(stranger) == []
    theirs = Reflection.objects.for_owner(written).first()
    there = signed_in(stranger).get(reverse("my_spiral_at", args=[theirs.pk]))
    assert there.status_code == 404
    assert CANARY not in there.content.decode()


def test_a_superuser_sees_only_their_own(written, root, sessions):
    agreeing.agree(root, now=NOON)
    write(root, sessions[2], checkin=4)
    assert [row[1] for row in cells(page(root))] == ["Steady"]


def test_nobody_signed_in_is_asked_to_sign_in(written):
    response = Client().get(reverse("my_spiral"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_the_page_is_stored_nowhere(written):
    client = signed_in(written)
    response = client.get(reverse("my_spiral"))
    assert "no-store" in response.headers["Cache-Control"]
    assert CANARY not in str(getattr(cache, "_cache", {}))


def test_no_other_page_has_it(written, flo, sessions):
    client = signed_in(written)
    others = ["/my/", "/my/data/", reverse("my_reflections"), "/reading-settings/"]
    others += [session.url for session in sessions]
    for address in others:
        html = client.get(address).content.decode()
        assert CANARY not in html, address
        assert "Running on empty" not in html, address
    workspace = signed_in(flo).get("/cms/").content.decode()
    assert CANARY not in workspace


@pytest.mark.parametrize(
    ("place", "name"),
    [(spiral, "_of_kind"), (spiral, "gaps_of"), (lines, "weight_of"), (lines, "_lifted")],
)
def test_an_error_in_any_step_reports_no_answer(place, name, written, monkeypatch, caplog):
    def explode(*args, **kwargs):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(place, name, explode)
    request = RequestFactory().get("/my/spiral/")
    request.user = written
    try:
        spiral_views.my_spiral(request)
    except RuntimeError:
        reporter = ExceptionReporter(request, *sys.exc_info())
        report = reporter.get_traceback_html() + reporter.get_traceback_text()
    assert "a fault of ours" in report
    assert CANARY not in report + caplog.text


def test_what_was_drawn_tells_nothing_by_its_name(written):
    entry = spiral.entries_of(written, round_=spiral.rounds_of(written)[0])[0]
    assert CANARY not in repr(entry)
    assert repr(entry) == f"<Entry {entry.pk}>"
