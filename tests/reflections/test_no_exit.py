"""Write one sentence once, then look everywhere: no exit has it (trust.md, R1 to R12)."""

import ast
import importlib
import logging
import random
import sys
from functools import partial
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.signals import got_request_exception
from django.test import Client
from django.urls import URLPattern, reverse
from django.views.debug import ExceptionReporter

from course.places.models import Organisation
from reflections import urls
from reflections.models import Reflection
from tests.cast import CANARY, signed_in
from tests.reflections import a_written_life as heaps
from tests.reflections.a_written_life import everything_logged, live, post_words
from tests.reflections.needles import DRESSES, found_in
from tests.reflections.test_saving import ticket_for

pytestmark = pytest.mark.django_db
HERE = "tests/reflections/test_no_exit.py::"

# Exits that are looked into below: how they are called, what lies there, and a word that is found
# there for sure, so that nobody looks through an empty heap.
LOOKED_INTO = {
    1: ("tables of the main database", heaps.every_table, "ada@example.org"),
    2: ("tables of the keys' database", heaps.keys_tables, "0003_choice_on_tombstones"),
    3: ("task queue and outbox", heaps.tasks_and_outbox, "settle_effect"),
    4: ("Wagtail's revisions, history, log, references", heaps.wagtails_memory, "content_type"),
    5: ("search index", heaps.search_index, "Starting with you"),
    6: ("audit log", heaps.audit_lines, ""),
    7: ("web-session table, unpacked", heaps.web_sessions, "_auth_user_id"),
    8: ("application log at DEBUG, in both formats", heaps.log, "/my/reflections/save/"),
    9: ("SQL log at DEBUG", heaps.sql_log, "INSERT INTO"),
    10: ("access log", heaps.access_log, "/my/reflections/save/"),
    11: ("letters", heaps.letters, "/my/certificates/"),
    12: ("cache", heaps.kept_in_cache, ":"),
    13: ("papers, their metadata and every stream", heaps.papers, "Ada Byron"),
    14: ("calendar files", heaps.calendars, "BEGIN:VCALENDAR"),
    15: ("addresses, cookies and other headers (Referer)", heaps.addresses, "/my/"),
    16: ("the autosave's answers", heaps.answers_of_the_autosave, "version"),
    17: ("answers to whoever is not the author", heaps.words_after_signing_out, "html"),
    18: ("screens of managers", heaps.managers_screens, "Northmoor Trust"),
    19: ("screens and tables of facilitators", heaps.facilitators_tables, "Ada Byron"),
    20: ("superusers' screens, search, reports", heaps.superusers_screens, "wagtail"),
    21: ("sitemap, robots, pages not found", heaps.public_lists, "urlset"),
    22: ("health and metrics", heaps.health_and_metrics, "ok"),
    23: ("uploads", heaps.uploads, "media"),
    24: ("a dump of both databases as text", heaps.dump, "reflections.reflection"),
}

# Exits whose test stands alone: how they are called, and where.
ON_ITS_OWN = {
    25: ("every address by every role", "tests/matrix/test_matrix.py::test_the_matrix"),
    26: ("private addresses by every method", HERE + "test_nobody_else_gets_a_word_at_any_address"),
    27: ("500 page, technical error page, error mail: frame locals and exception texts",
         HERE + "test_an_error_in_any_function_reports_no_word"),
    28: ("error mail is nowhere set up", HERE + "test_nothing_mails_errors_to_anybody"),
    29: ("reports of errors to others",
         "tests/operations/test_logs.py::test_a_report_says_where_and_nothing_else"),
    30: ("what a browser keeps", "tests/browser/test_writing.py::test_nothing_stays_in_the_browser"),
    31: ("caches on the way", HERE + "test_private_pages_are_never_stored"),
    32: ("a worker's log at DEBUG", "tests/reflections/test_no_exit_real.py::"
         "test_what_a_worker_and_commands_say"),
    33: ("what commands say", "tests/reflections/test_no_exit_real.py::"
         "test_what_a_worker_and_commands_say"),
    34: ("database files, pg_dump, backup archives, media",
         "tests/reflections/test_no_exit_real.py::test_files_dumps_and_backups"),
    35: ("PostgreSQL's server log",
         "tests/reflections/test_no_exit_real.py::test_the_log_of_the_database_server"),
    36: ("the copy of everything", "tests/rights/test_everything.py::test_it_is_ones_own_alone"),
    37: ("length", "tests/reflections/test_sealing.py::"
         "test_length_does_not_give_a_short_text_away"),
    38: ("a drill's report", "tests/reflections/test_keys.py::"
         "test_a_drill_says_whether_the_copy_opens_things_and_shows_no_word"),
}  # fmt: skip

# Which exits and tests keep each rule. R2 to R4, R10 and R12 are about more than exits.
RULES = {
    "R1": [4, 5, 20, "tests/architecture/test_house.py::"
           "test_private_models_are_in_no_admin_search_revision_or_snippet"],
    "R2": ["tests/reflections/test_sealing.py::test_a_text_that_was_moved_does_not_open",
           "tests/reflections/test_sealing.py::"
           "test_any_changed_or_missing_byte_is_refused_and_says_nothing"],
    "R3": ["tests/reflections/test_bad_days.py::test_a_missing_or_wrong_key_file"],
    "R4": ["tests/reflections/test_key_checks.py::test_a_key_made_from_the_secret_key"],
    "R5": [17, 25, 26, 36],
    "R6": [8, 9, 10, 27, 28, 32, 33, 35],
    "R7": [29],
    "R8": [12, 30, 31],
    "R9": [30, "tests/architecture/test_house.py::test_no_private_text_in_browser_storage"],
    "R10": ["tests/browser/test_writing.py::test_two_windows_keep_both_texts"],
    "R11": [3, 11, 14, 15, 18, 19],
    "R12": [16, 37],
}  # fmt: skip


@pytest.fixture
def life(ada, bea, cyn, flo, max, root, organisation, sessions):
    people = {"ada": ada, "bea": bea, "cyn": cyn, "flo": flo, "max": max, "root": root}
    return live(people, sessions)


def look_into(number: int, life: heaps.Life) -> list[str]:
    """What is wrong with one exit: words in it, or nothing at all."""
    name, heap, sign = LOOKED_INTO[number]
    wrong, seen = [], not sign
    for where, hay in heap(life):
        wrong += [f"{number} {name}: {dress} in {where}" for dress in found_in(hay)]
        raw = hay.encode() if isinstance(hay, str) else hay
        seen = seen or sign.encode() in raw
    return wrong if seen else [*wrong, f"{number} {name}: nothing to look through"]


def test_the_sentence_is_nowhere_but_with_its_author(life):
    """All exits after one life. First: it is there for its writer, so nobody looks for nothing."""
    assert Organisation.objects.exists()
    mine = Reflection.objects.get(session_key=life.sessions[0].key)
    shown = life.client.get(reverse("read_reflection", args=[mine.pk])).content
    assert found_in(shown) == ["plain", "escaped", "JSON"]
    assert {answer.status_code for answer in life.answers} <= {200, 302, 400, 403, 404, 409}
    wrong = [one for number in LOOKED_INTO for one in look_into(number, life)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("dress", DRESSES)
def test_it_would_be_found_in_any_dress(dress):
    assert dress in found_in(b"before " + DRESSES[dress] + b" after")
    assert found_in("the kingfisher over a dry allotment") == []


def test_every_exit_and_every_rule_has_a_test_that_exists():
    exits = {**LOOKED_INTO, **ON_ITS_OWN}
    assert list(exits) == list(range(1, len(exits) + 1))
    assert len(exits) >= 30
    assert list(RULES) == [f"R{n}" for n in range(1, 13)]
    named = [test for _name, test in ON_ITS_OWN.values()]
    for kept_by in RULES.values():
        assert kept_by
        named += [one for one in kept_by if isinstance(one, str)]
        assert {one for one in kept_by if isinstance(one, int)} <= set(exits)
    assert [test for test in named if not _exists(test)] == []


def _exists(test: str) -> bool:
    file, name = test.split("::")
    path = Path(settings.BASE_DIR) / file
    tree = ast.parse(path.read_text()) if path.exists() else ast.parse("")
    return name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


# --- Nobody else ----------------------------------------------------------------------------------


def private_addresses(reflection, aside, session):
    """Every address of the reflections package, filled with ada's own ids."""
    ids = {"key": session.key, "pk": reflection.pk}
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        names = pattern.pattern.converters
        given = {n: aside.pk if pattern.name == "choose_version" else ids[n] for n in names}
        yield pattern.name, reverse(pattern.name, kwargs=given)


def test_nobody_else_gets_a_word_at_any_address(ada, bea, cyn, flo, root, sessions):
    post_words(signed_in(ada), ticket_for(ada, sessions[0]), CANARY)
    post_words(signed_in(ada), ticket_for(ada, sessions[0]), CANARY + " again")
    reflection = Reflection.objects.get()
    aside = reflection.set_aside.get()
    before = (bytes(reflection.sealed), reflection.set_aside.count())
    people = {"nobody": None, "bea": bea, "cyn": cyn, "flo": flo, "root": root}
    for who, user in people.items():
        client = signed_in(user) if user else Client()
        client.raise_request_exception = False
        for name, address in private_addresses(reflection, aside, sessions[0]):
            for method in ("get", "head", "post", "put", "patch", "delete"):
                response = getattr(client, method)(address)
                assert not found_in(response.content), (who, name, method)
                if str(reflection.pk) in address or str(aside.pk) in address:
                    expected = {302} if not user or method != "post" else {404}
                    if name in {"read_reflection", "my_spiral_at"} and user:
                        expected = {404}
                    assert response.status_code in expected, (who, name, method)
                assert response.status_code != 500, (who, name, method)
    reflection.refresh_from_db()
    assert (bytes(reflection.sealed), reflection.set_aside.count()) == before


# --- Errors ----------------------------------------------------------------------------------------

TOLD = "plum jam on the windowsill"  # words in an exception's own text: a bug of ours, one day


def functions_of_writing() -> list[tuple[str, str]]:
    """Every function of the package, by module and name."""
    found = []
    for path in sorted((Path(settings.BASE_DIR) / "reflections").rglob("*.py")):
        module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
        if "migrations" not in module and not module.endswith(("__init__", "apps", "urls")):
            names = [
                n.name for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef)
            ]
            found += [(module, name) for name in names]
    return found


def in_all_places(module: str, name: str) -> list[tuple[object, str]]:
    """Wherever this function is known by name."""
    whole = getattr(importlib.import_module(module), name)
    places = [
        m
        for n, m in list(sys.modules.items())
        if n.startswith(("reflections", "course", "sessions"))
    ]
    return [(m, key) for m in places for key, value in list(vars(m).items()) if value is whole]


def a_day(client: Client, ada, sessions, ticket) -> list:
    """All that its author does with a text, once."""
    reflection = Reflection.objects.filter(owner=ada).first()
    json = {"Accept": "application/json"}
    answers = [post_words(client, ticket, CANARY, headers=json), post_words(client, ticket, CANARY)]
    answers.append(post_words(Client(raise_request_exception=False), ticket, CANARY))
    names = ["my_reflections", "my_spiral", "download_reflections", "my_programme", "my_everything"]
    answers += [client.get(reverse(name)) for name in names]
    answers.append(client.get(reverse("reflect", args=[sessions[0].key])))
    answers.append(client.get(reverse("read_reflection", args=[reflection.pk])))
    for aside in reflection.set_aside.all()[:1]:
        answers.append(client.post(reverse("choose_version", args=[aside.pk]), {"keep": "aside"}))
    answers.append(client.post(reverse("delete_reflection", args=[reflection.pk])))
    answers.append(client.post(reverse("undo_delete_reflection", args=[reflection.pk])))
    return answers


SAMPLE = random.Random(11).sample(functions_of_writing(), 3)
SAMPLE += [("reflections.writing", "seal"), ("reflections.save_view", "_reply")]
SAMPLE += [("reflections.answering", "_can_be_kept")]  # the raw text stands one frame above


@pytest.mark.parametrize(
    "functions",
    [SAMPLE, pytest.param(functions_of_writing(), marks=pytest.mark.soak)],
    ids=["some", "all"],
)
def test_an_error_in_any_function_reports_no_word(functions, ada, sessions, monkeypatch):
    """An exception with words in its text, in each function in turn: not in the page, not in the
    log; and the frames of a technical page or an error mail show none of what was written."""
    client, out, reports = signed_in(ada), StringIO(), []
    post_words(client, ticket_for(ada, sessions[0]), CANARY)
    post_words(client, ticket_for(ada, sessions[0]), CANARY + " again")
    client.raise_request_exception = False

    def report(sender, request, **facts):
        """Once for each function and address: drawing a technical page takes its time."""
        if (function, request.path) not in drawn:
            drawn.add((function, request.path))
            reporter = ExceptionReporter(request, *sys.exc_info())
            reports.append(reporter.get_traceback_html() + reporter.get_traceback_text())

    def explode(*args, **kwargs):
        raise RuntimeError(f"a fault of ours with {TOLD} in it")

    got_request_exception.connect(report)
    back = everything_logged(out, sql=False)
    hit, drawn = 0, set()
    try:
        for function in functions:
            module, name = function
            with monkeypatch.context() as patched:
                ticket = ticket_for(ada, sessions[0])
                given = SimpleNamespace(asked=ticket.asked, signed=partial(str, ticket.signed()))
                for place, key in in_all_places(module, name):
                    patched.setattr(place, key, explode)
                answers = a_day(client, ada, sessions, given)
            broken = [answer for answer in answers if answer.status_code == 500]
            hit += bool(broken)
            for answer in broken:
                assert not found_in(answer.content), (module, name)
                assert not found_in(answer.content, words=TOLD), (module, name)
    finally:
        back()
        got_request_exception.disconnect(report)
    assert hit >= len(functions) / 5  # many functions are on some road of the day
    assert any(TOLD in text for text in reports)
    assert [n for n, text in enumerate(reports) if found_in(text)] == []
    assert found_in(out.getvalue()) == []
    assert found_in(out.getvalue(), words=TOLD) == []
    assert "RuntimeError" in out.getvalue()


def test_nothing_mails_errors_to_anybody():
    assert settings.ADMINS == []
    assert settings.MANAGERS == []
    handlers = {type(h).__name__ for name in logging.root.manager.loggerDict
                for h in getattr(logging.getLogger(name), "handlers", [])}  # fmt: skip
    ours = str(settings.LOGGING)
    assert "AdminEmailHandler" not in ours
    assert "django.utils.log" not in ours
    assert handlers


def test_private_pages_are_never_stored(ada, sessions):
    client = signed_in(ada)
    for name, args in (
        ("my_reflections", []),
        ("reflect", [sessions[0].key]),
        ("my_programme", []),
    ):
        assert "no-store" in client.get(reverse(name, args=args)).headers["Cache-Control"]
    gone = client.post(reverse("account_logout"))
    assert '"cache"' in gone.headers["Clear-Site-Data"]
