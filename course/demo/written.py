"""What bea wrote in the demo, sealed by the same flow as anyone’s: so a spiral can be seen."""

from datetime import datetime, timedelta
from typing import Any

from course.people.models import User
from reflections import agreeing, saving, tickets
from reflections.responses import Response
from sessions.models import SessionPage

# By session: how resourced (1 to 5, or what was said instead), a word, giving and receiving.
SAID: dict[int, tuple[int | str, str, tuple[int, int] | None]] = {
    1: (2, "stretched", (8, 3)),
    2: (3, "", None),
    3: ("hard_to_tell", "", None),
    4: (3, "softer", None),
    5: (4, "", None),
    6: ("rather_not_say", "", (7, 4)),
    7: (4, "steady enough", None),
}
SENTENCES = {
    1: "A flask of tea in the car, before the first visit.",
    4: "I did what I could with the day I had.",
}


def write_reflections(owner: User, sessions: list[SessionPage], *, first: datetime) -> None:
    """One reflection for each session that has something said, a few days apart."""
    agreeing.agree(owner, now=first)
    for session in sessions:
        if session.number in SAID:
            _write(owner, session, now=first + timedelta(days=3 * (session.number - 1)))


def _write(owner: User, session: SessionPage, *, now: datetime) -> None:
    asked = session.questions()
    ticket = tickets.Ticket(
        owner=owner.pk,
        session=session.key,
        number=session.number,
        title=session.title,
        turn=1,
        window=tickets.new_window(),
        asked=asked,
    )
    answers = {q.key: Response(q, _answer(q.kind, session.number)) for q in asked}
    texts = [q for q in asked if q.kind == "free_text"]
    if texts and session.number in SENTENCES:
        answers[texts[0].key] = Response(texts[0], SENTENCES[session.number])
    answered = {key: answer for key, answer in answers.items() if not answer.is_empty}
    saving.save(ticket, actor=owner, responses=answered, version=0, step=1, done=True, now=now)


def _answer(kind: str, number: int) -> Any:
    level, word, balance = SAID[number]
    said = level if isinstance(level, str) else None
    giving, receiving = balance or (None, None)
    return {
        "checkin": {"level": None if said else level, "said": said, "word": word},
        "balance": {"giving": giving, "receiving": receiving},
        "choose_many": {"chosen": [], "other": ""},
        "slider": None,
        "free_text": "",
    }[kind]
