"""The ticket that a reflection form carries: signed, and good for writing only.

It says whose page it is, for which session and which turn, and exactly what was asked.
So a post is complete in itself: it survives an ended session, an edited prompt and a
deleted page, and nobody can forge a question or another person's page.
"""

import uuid
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.core import signing

from sessions.prompts import Prompt

SALT = "reflections.ticket"
GOOD_FOR = 48 * 60 * 60  # seconds, for someone who is no longer signed in


@dataclass(frozen=True)
class Ticket:
    owner: UUID
    session: UUID
    number: int
    title: str
    turn: int
    window: UUID
    asked: list[Prompt]

    def signed(self) -> str:
        plain: dict[str, Any] = {
            "o": self.owner.hex,
            "s": self.session.hex,
            "n": self.number,
            "t": self.title,
            "r": self.turn,
            "w": self.window.hex,
            "q": [asdict(prompt) for prompt in self.asked],
        }
        return signing.dumps(plain, salt=SALT, compress=True)


def new_window() -> UUID:
    return uuid.uuid4()


def read(signed: str, *, max_age: int | None = None) -> Ticket | None:
    """The ticket, or None when it is not ours or too old. `max_age` in seconds."""
    try:
        plain = signing.loads(signed, salt=SALT, max_age=max_age)
    except signing.BadSignature:
        return None
    return Ticket(
        owner=UUID(plain["o"]),
        session=UUID(plain["s"]),
        number=plain["n"],
        title=plain["t"],
        turn=plain["r"],
        window=UUID(plain["w"]),
        asked=[Prompt(**prompt) for prompt in plain["q"]],
    )
