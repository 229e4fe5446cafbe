"""Certificates and summaries for tests, made without a database."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from certificates.facts import Sent, SessionFact, Taken
from certificates.models import Certificate, FacilitatorSummary

TITLES = [
    "Starting with you",
    "Noticing your own state",
    "Capacity and tolerance",
    "Kindness turned inward",
    "Steadying together",
    "Giving and receiving",
    "What the work leaves behind",
    "Experience to share",
]
LONG_TITLES = ["A title that goes on for about as long as any sensible title could"] * 8
DAYS = [date(2027, 1, 26), date(2027, 2, 2), date(2027, 2, 9), date(2027, 2, 23)]
DAYS += [date(2027, 3, day) for day in (2, 9, 16, 23)]
HOW = ["present", "present", "caught_up", "present", "present", "part", "caught_up", "present"]
CODE = "K7QM4TXD9F2H8RWPZC31NB5VGS"
MADE = datetime(2027, 3, 30, 9, tzinfo=UTC)


def taken(name: str, *, titles: list[str] = TITLES, **changes: Any) -> Taken:
    sessions = [
        SessionFact(number, title, on, how)
        for number, (title, on, how) in enumerate(zip(titles, DAYS, HOW, strict=False), start=1)
    ]
    facts = {
        "programme": "Resourced: eight sessions for people who support people",
        "cohort": "January group 2027",
        "first_day": DAYS[0],
        "last_day": DAYS[-1],
        "live_minutes": 480,
        "own_minutes": 344,
        "issuer": "Northmoor Wellbeing Collective",
        "facilitators": ["Flo Adeyemi", "Sam Reyes"],
        "sessions": sessions,
    }
    return Taken(name=name, **(facts | changes))


def certificate(name: str, **changes: Any) -> Certificate:
    facts = taken(name, **changes).frozen()
    return Certificate(id=UUID(int=7), code=CODE, issued_at=MADE, facts=facts)


def summary(name: str, *, sent: Sent | None = None, **changes: Any) -> FacilitatorSummary:
    sent = sent or Sent(
        access_needs="Captions on, and the questions in writing before we speak about them.",
        thoughts=["Written follow-up after each session was the thing that let me stay."],
        for_next_cohort=["You can come with nothing prepared. I did, most weeks."],
    )
    facts = taken(name, **changes).frozen() | sent.frozen()
    return FacilitatorSummary(id=UUID(int=8), made_at=MADE, facts=facts)
