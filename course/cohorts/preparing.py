"""The “what to expect” card of a meeting: who, what happens when, breaks, rooms, recording.

The running order is text, a line for each step: the minute it begins at, then what it is.

    0 Welcome, and today's plan on the screen
    40 Break, cameras off

How long a step lasts follows from where the next one begins. A step whose first word is
“Break” is a break.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from course.audit.recording import record
from course.cohorts.models import Cohort, LiveSession

MINUTES, BREAK_MINUTES = 90, 10
SHORTEST_BREAK, LONGEST_STRETCH = 5, 45  # minutes (neuroinclusion.md, LV6)
LINE = re.compile(r"^(\d{1,3})(?:\s*min(?:utes?)?\b)?\s*[.:)–—-]?\s+(\S.*)$")


class Unclear(Exception):
    """A running order that cannot be used. `problems` says what to look at, line by line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems


@dataclass(frozen=True)
class Step:
    minute: int  # after the start
    words: str
    minutes: int  # how long it lasts
    is_break: bool


def defaults_for(cohort: Cohort, number: int) -> dict[str, Any]:
    """The card and the length of one of the eight meetings, to begin with and to change."""
    first = _("Welcome, what this group agrees on, and a moment to arrive")
    last = _("Thanks, what you take with you, and goodbye")
    steps = [
        (0, first if number == 1 else _("Welcome, today’s plan on the screen, a moment to arrive")),
        (10, _("The idea of the week")),
        (25, _("A practice, with another way to do it, and what you noticed")),
        (40, _("Break, cameras off")),
        (50, _("In twos or threes, or by yourself in a quiet room")),
        (65, _("All together: one thing to take to work or home")),
        (77, _("Quiet time to write for yourself, microphones off")),
        (85, last if number == 8 else _("What comes next, and goodbye")),
    ]
    return {
        "minutes": MINUTES,
        "break_minutes": BREAK_MINUTES,
        "who": who_is_there(cohort),
        "running_order": "\n".join(f"{minute} {words}" for minute, words in steps),
        "breakout_rooms": _(
            "You choose in private: two people, three people, or a quiet room by yourself. "
            "Staying in the main room is a choice too."
        ),
        "recorded": LiveSession.IDEA_ONLY,
    }


def who_is_there(cohort: Cohort) -> str:
    """Who will be in the room, in two or three sentences."""
    names = [user.display_name for user in cohort.facilitators.all() if user.display_name]
    if len(names) > 1:
        both = {"names": ", ".join(names[:-1]), "last": names[-1]}
        said = [_("%(names)s and %(last)s lead the meeting.") % both]
    elif names:
        said = [_("%(name)s leads the meeting.") % {"name": names[0]}]
    else:
        said = [_("Your facilitators lead the meeting.")]
    if cohort.hosts.exists():
        said.append(_("A host opens the room and looks after the chat."))
    if cohort.capacity:
        most = {"number": cohort.capacity}
        said.append(_("Everyone else is from your group, %(number)s people at most.") % most)
    else:
        said.append(_("Everyone else is from your group."))
    return " ".join(said)


def parse(running_order: str, *, minutes: int) -> list[Step]:
    """The steps of a meeting of so many minutes. Raises Unclear."""
    begun, problems = _read(running_order)
    problems += _rising(begun, minutes)
    if problems:
        raise Unclear(problems)
    ends = [minute for minute, _words in begun[1:]] + [minutes]
    steps = [
        Step(minute, words, end - minute, _is_break(words))
        for (minute, words), end in zip(begun, ends, strict=True)
    ]
    problems = _without_break(steps, minutes)
    if problems:
        raise Unclear(problems)
    return steps


def shown(meeting: LiveSession) -> list[Step]:
    """The steps for the meeting's page; none where the text is not clear any more."""
    try:
        return parse(meeting.running_order, minutes=meeting.minutes)
    except Unclear:
        return []


def is_complete(meeting: LiveSession) -> list[str]:
    """What the card still needs before the meeting can be announced, in words. [] is complete."""
    missing = []
    if not meeting.who.strip():
        missing.append(_("who will be there"))
    if not meeting.running_order.strip():
        missing.append(_("the running order"))
    elif not shown(meeting):
        missing.append(_("a running order with its minutes and breaks in order"))
    if not meeting.breakout_rooms.strip():
        missing.append(_("how breakout rooms are used"))
    if not meeting.recorded:
        missing.append(_("whether it is recorded"))
    return missing


def without_way_in(meetings: Iterable[LiveSession]) -> list[LiveSession]:
    """Those with neither a joining link nor a telephone number. They can be announced so."""
    waiting = [m for m in meetings if not (m.cancelled_at or m.joining_url or m.dial_in)]
    return sorted(waiting, key=lambda meeting: meeting.number)


@transaction.atomic
def prepare(
    meeting: LiveSession,
    *,
    who: str,
    running_order: str,
    breakout_rooms: str,
    recorded: str,
    by: UUID | None,
    now: datetime,
) -> None:
    """Write the card. The minutes of its breaks are taken from the running order. Raises Unclear.

    No calendar has any of this, so the meeting's sequence stays.
    """
    meeting = LiveSession.objects.select_for_update().get(pk=meeting.pk)
    steps = parse(running_order, minutes=meeting.minutes)
    facts = {
        "who": who.strip(),
        "running_order": running_order.strip(),
        "breakout_rooms": breakout_rooms.strip(),
        "recorded": recorded,
        "break_minutes": sum(step.minutes for step in steps if step.is_break),
    }
    if any(getattr(meeting, name) != value for name, value in facts.items()):
        LiveSession.objects.filter(pk=meeting.pk).update(**facts)
        record("meeting.prepared", actor=by, subject=f"meeting:{meeting.pk}", at=now)


def _read(text: str) -> tuple[list[tuple[int, str]], list[str]]:
    begun, problems = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = LINE.match(line.strip())
        if found:
            begun.append((int(found[1]), found[2]))
        else:
            problems.append(
                _("Line %(line)s: please put its minute first, as in “10 The idea of the week”.")
                % {"line": number}
            )
    if not begun and not problems:
        problems.append(_("Please write at least one line, such as “0 Welcome”."))
    return begun, problems


def _rising(begun: list[tuple[int, str]], minutes: int) -> list[str]:
    problems = []
    if begun and begun[0][0] != 0:
        problems.append(_("The first line begins at minute 0."))
    for (before, _one), (after, words) in pairwise(begun):
        if after <= before:
            facts = {"words": words, "after": after, "before": before}
            problems.append(
                _("“%(words)s” is at minute %(after)s. The line before it is at %(before)s.")
                % facts
            )
    if begun and begun[-1][0] >= minutes:
        facts = {"words": begun[-1][1], "minute": begun[-1][0], "minutes": minutes}
        problems.append(
            _("“%(words)s” is at minute %(minute)s. The meeting ends at %(minutes)s.") % facts
        )
    return problems


def _without_break(steps: list[Step], minutes: int) -> list[str]:
    """Where people would sit for longer than 45 minutes."""
    problems, since = [], 0
    pauses = [s for s in steps if s.is_break and s.minutes >= SHORTEST_BREAK]
    for start, end in [(s.minute, s.minute + s.minutes) for s in pauses] + [(minutes, minutes)]:
        if start - since > LONGEST_STRETCH:
            facts = {"since": since, "start": start, "break": SHORTEST_BREAK}
            problems.append(
                _(
                    "From minute %(since)s to %(start)s there is no break. "
                    "Please put one of %(break)s minutes or more in, every 45 minutes."
                )
                % facts
            )
        since = end
    return problems


def _is_break(words: str) -> bool:
    return re.match(r"break\b", words, re.IGNORECASE) is not None
