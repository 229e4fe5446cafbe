"""The starter programme: whole, in plain words, loaded once and never over an editor's change."""

import re

import pytest

from course.demo import words
from course.demo.pages import load_pages
from sessions.models import SessionPage

pytestmark = pytest.mark.django_db


def test_eight_sessions_with_forty_eight_prompts(sessions):
    assert [s.number for s in sessions] == list(range(1, 9))
    assert sum(len(s.questions()) for s in sessions) == 48


def test_every_part_arrived_with_its_words(sessions):
    for session, facts in zip(sessions, words.load_all("sessions"), strict=True):
        assert [b.block_type for b in session.body] == [b["type"] for b in facts["blocks"]]
        for block, source in zip(session.body, facts["blocks"], strict=True):
            for step, given in zip(
                block.value.get("steps") or [], source.get("steps", []), strict=True
            ):
                assert (step["seconds"], step["text"]) == (given["seconds"], given["text"])
            for item, given in zip(
                block.value.get("items") or [], source.get("items", []), strict=True
            ):
                assert item["title"] == given["title"]
        assert [q.key for q in session.questions()] == [p["key"] for p in facts["prompts"]]
        for question, given in zip(session.questions(), facts["prompts"], strict=True):
            assert list(question.options) == [o["key"] for o in given.get("options", [])]


def test_every_thread_leads_to_an_earlier_question(sessions):
    earlier: set[str] = set()
    for session in sessions:
        for question in session.questions():
            assert not question.revisits or question.revisits in earlier
        earlier |= {question.key for question in session.questions()}


def test_loading_again_changes_nothing_that_was_edited(sessions):
    sessions[0].title = "As an editor likes it"
    sessions[0].save_revision().publish()
    load_pages()
    assert SessionPage.objects.count() == 8
    assert SessionPage.objects.get(number=1).title == "As an editor likes it"


def sentences():
    """Every sentence that ships, with the file it is in."""
    for path in sorted(words.CONTENT.rglob("*.toml")):
        for text in _strings(words.tomllib.loads(path.read_text())):
            for line in re.split(r"\n\s*\n|\n\s*[-#]", text):
                for sentence in re.split(r"(?<=[.!?])[”’)*]*\s+", line.replace("\n", " ")):
                    yield path.name, sentence


def _strings(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value


def test_no_sentence_is_longer_than_twenty_words():
    long = [(name, s) for name, s in sentences() if len(re.findall(r"[\w’'/-]+", s)) > 20]
    assert long == []


NOT_HERE = re.compile(
    r"polyvagal|vagus|vagal|dorsal|ventral|lizard brain|amygdala|mirror neuron|21 days|"
    r"calm down|resilien|suffers? from|special needs|high.functioning|low.functioning|"
    r"superpower|learning style|dive in|unpack",
    re.IGNORECASE,
)


def test_nothing_from_the_list_of_what_not_to_write():
    assert [(n, s) for n, s in sentences() if NOT_HERE.search(s)] == []
