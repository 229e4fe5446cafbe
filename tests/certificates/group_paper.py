"""The papers of a group for tests, made without a database."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from certificates.group_facts import (
    Group,
    GroupFacts,
    MeasureFacts,
    Pulse,
    Question,
    ReportFacts,
    Said,
    SessionCount,
)
from certificates.models import CohortSummary, OrganisationReport
from tests.certificates.paper import DAYS, TITLES

MADE = datetime(2027, 4, 6, 6, tzinfo=UTC)
NONE = {"kind": "withheld"}
GROUP = {
    "programme": "Resourced: eight sessions for people who support people",
    "cohort": "January group 2027",
    "first_day": date(2027, 1, 26),
    "last_day": date(2027, 3, 30),
    "issuer": "Northmoor Wellbeing Collective",
    "facilitators": ["Flo Adeyemi", "Sam Reyes"],
    "people_asked_for": 10,
}
SCALES = {
    "safe": "I felt safe enough to take part in my own way.",
    "useful": "I can use something of it.",
    "accessible": "How it was run worked for me.",
}


def table(people: int, *bands: int | None) -> dict[str, Any]:
    return {"kind": "table", "people": people, "bands": list(bands)}


def mean(people: int, value: float, edge: str = "") -> dict[str, Any]:
    return {"kind": "mean", "people": people, "mean": value, "edge": edge}


SAFE = [table(20, None, None, 10), mean(15, 4.0, "higher"), mean(20, 3.5), NONE]
USEFUL = [mean(20, 4.0, "higher"), table(25, 10, 10, 10), NONE, mean(10, 3.0)]
ITEMS = [
    "I can notice when I am moving away from steady, or have a way of finding out.",
    "I have at least one way of steadying myself that works where I work or care.",
    "I can adjust what I take on when my capacity is low.",
    "I can be fair and kind to myself when something goes wrong.",
    "I notice how my state and other people’s affect each other.",
    "I can ask for support before I am struggling.",
    "I treat my own care as part of the work.",
    "I could share a wellbeing practice with the people around me without pressing it on them.",
]
AFTER = [mean(15, 7.0, "higher"), table(20, None, None, 15), mean(15, 6.0), NONE] * 2
CHANGE = [mean(15, 4.0, "higher"), table(20, None, None, 10), mean(15, 3.0), NONE] * 2


def group_summary(**changes: Any) -> CohortSummary:
    days = [*DAYS, date(2027, 3, 30)]
    comments = {
        2: ["The captions helped.", "Shorter rooms, please: I lose the thread after ten minutes."],
        5: ["I was glad that nobody asked me to speak."],
    }
    facts = GROUP | {
        "people": 23,
        "completed": 19,
        "live_minutes": 11_840,
        "own_minutes": 4_310,
        "sessions": [
            SessionCount(n, title, day, live, 23 - live - away - 1, away, 1)
            for n, title, day, live, away in zip(
                range(1, 9),
                TITLES,
                days,
                [21, 19, 18, 16, 17, 15, 16, 18],
                [1, 2, 2, 3, 3, 4, 2, 1],
                strict=False,
            )
        ],
        "scales": SCALES,
        "pulses": [
            Pulse(n, title, SAFE[n % 4], USEFUL[n % 4], NONE, comments.get(n, []))
            for n, title in enumerate(TITLES, start=1)
        ],
        "measures": [
            MeasureFacts(
                title="Starter scale",
                low="not at all true for me",
                high="completely true for me",
                limits="Our own scale. Nobody has validated it.",
                attribution="Resourced, the starter programme of this site",
                questions=[Question(*q) for q in zip(ITEMS, AFTER, CHANGE, strict=True)],
                score=Question("", mean(15, 7.0, "higher"), mean(15, 3.5)),
            )
        ],
        "around": Question(
            "The place or family I work or care in makes these things possible.",
            mean(15, 4.0, "lower"),
            NONE,
        ),
        "said_around": [Said("We need a room with a door. The corridor is not a break.")],
        "thoughts": [
            Said("Written follow-up after each session was what let me stay.", "Ada Byron"),
            Said("Thank you for the silences."),
        ],
        "for_next_cohort": [Said("You can come with nothing prepared. I did, most weeks.")],
    }
    frozen = GroupFacts(**(facts | changes)).frozen()
    return CohortSummary(id=UUID(int=9), made_at=MADE, facts=frozen)


def report(**changes: Any) -> OrganisationReport:
    facts = GROUP | {
        "organisation": "Northmoor Trust",
        "places": 14,
        "taken": 13,
        "completed_shown": 11,
        "hours_shown": 140,
        "said_around": [
            Said("Give us ten minutes between visits, on paper and in fact."),
            Said("The rota changes on Sunday nights. That is when I stop sleeping.", "Bea Nowak"),
        ],
        "thoughts": [Said("Thank you for paying for this. It came at the right time.")],
    }
    frozen = ReportFacts(**(facts | changes)).frozen()
    return OrganisationReport(
        id=UUID(int=10), organisation_id=UUID(int=11), made_at=MADE, facts=frozen
    )


def about() -> Group:
    return Group(**GROUP)
