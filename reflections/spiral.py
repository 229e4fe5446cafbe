"""Someone's own check-ins and balances, once round at a time. Shown to them; judged by nobody.

A round is a stretch of someone's reflections, in the order they were last saved: a
session met again begins the next one. Rounds are told apart without opening anything,
so that thirty years of them cost no more than one.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from course.people.models import User
from course.programme.spiral import SESSIONS
from reflections import writing
from reflections.models import Reflection, WritingChoices
from reflections.responses import UNSAID, Pages, Response
from sessions.prompts import BALANCE, CHECKIN


@dataclass(frozen=True)
class Met:
    """That a reflection is there, and since when. Nothing in it was opened."""

    pk: UUID
    session_key: UUID
    on: datetime


Round = list[Met]


@dataclass(frozen=True)
class Entry:
    """One reflection's check-in and balance, as they are drawn and as they are read."""

    pk: UUID
    number: int
    title: str
    on: datetime
    checkin: Response | None  # None: it was not asked
    balance: Response | None

    def __repr__(self) -> str:
        return f"<Entry {self.pk}>"

    @property
    def weight(self) -> int | None:
        return self.checkin.answer["level"] if self.checkin else None

    @property
    def said(self) -> str | None:
        """ "hard_to_tell" or "rather_not_say", where that was the answer."""
        said = self.checkin.answer["said"] if self.checkin else None
        return said if said in UNSAID else None

    @property
    def giving(self) -> int | None:
        return self.balance.answer["giving"] if self.balance else None

    @property
    def receiving(self) -> int | None:
        return self.balance.answer["receiving"] if self.balance else None


def rounds_of(owner: User) -> list[Round]:
    """All of one person's rounds, the first one first. One query, which opens nothing."""
    rows = Reflection.objects.for_owner(owner).kept().order_by("updated_at", "pk")
    rounds: list[Round] = []
    here: set[UUID] = set()
    for met in (Met(*row) for row in rows.values_list("pk", "session_key", "updated_at")):
        if not rounds or met.session_key in here:
            rounds.append([])
            here = set()
        here.add(met.session_key)
        rounds[-1].append(met)
    return rounds


@sensitive_variables()
def entries_of(actor: User, *, round_: Round) -> list[Entry]:
    """What someone put in one round, in the order of the sessions. One query, and the key."""
    rows = list(Reflection.objects.for_owner(actor).kept().filter(pk__in=[m.pk for m in round_]))
    found = [
        _entry(row, pages)
        for row, pages in zip(rows, writing.open_many(rows, actor=actor), strict=True)
    ]
    return sorted(found, key=lambda entry: (entry.number, entry.on))


@sensitive_variables()
def _entry(row: Reflection, pages: Pages) -> Entry:
    return Entry(
        pk=row.pk,
        number=pages.number,
        title=pages.title,
        on=row.updated_at,
        checkin=_of_kind(CHECKIN, pages),
        balance=_of_kind(BALANCE, pages),
    )


@sensitive_variables()
def _of_kind(kind: str, pages: Pages) -> Response | None:
    """The first answer to a question of this kind, else the question left empty."""
    asked = [r for r in pages.responses.values() if r.prompt.kind == kind]
    return next((r for r in asked if not r.is_empty), asked[0] if asked else None)


@sensitive_variables()
def drawings_of(entries: list[Entry]) -> list[list[Entry]]:
    """Entries for each drawing: one, unless two programmes share a session's number."""
    drawings: list[dict[int, Entry]] = []
    for entry in entries:
        place = next((d for d in drawings if entry.number not in d), None)
        if place is None:
            drawings.append(place := {})
        place[entry.number] = entry
    return [list(drawing.values()) for drawing in drawings]


@sensitive_variables()
def gaps_of(entries: list[Entry]) -> list[int]:
    """The sessions that have nothing in this round."""
    return [k for k in SESSIONS if k not in {entry.number for entry in entries}]


def show(owner: User, *, shown: bool) -> None:
    """Draw someone's spiral, or leave it closed and out of their menus."""
    WritingChoices.objects.update_or_create(owner=owner, defaults={"show_spiral": shown})
