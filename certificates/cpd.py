"""The CPD record: the facts of one person's learning, as a professional body asks for them.

Seven fields for each session, as the NMC names them. Only minutes that really happened are
in it; catching up is learning, and not participatory. Who holds it decides what to claim.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from course import names, pdf
from course.programme import printed
from course.tables import line, safe


@dataclass(frozen=True)
class Learning:
    """One session, in the seven fields. Minutes are whole minutes."""

    number: int
    title: str
    method: str
    practice: str  # the link to practice, in the holder's words
    on: date
    live_minutes: int  # participatory
    own_minutes: int
    code_part: str
    evidence: str

    @property
    def minutes(self) -> int:
        return self.live_minutes + self.own_minutes


@dataclass(frozen=True)
class CpdRecord:
    name: str
    programme: str
    cohort: str
    issuer: str
    drawn_on: date
    entries: list[Learning] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries)

    @property
    def live_minutes(self) -> int:
        return sum(entry.live_minutes for entry in self.entries)

    @property
    def own_minutes(self) -> int:
        return sum(entry.own_minutes for entry in self.entries)


def in_hours(minutes: int) -> str:
    """80 as 1.33: for a table that adds up."""
    return f"{minutes / 60:.2f}"


def draw(record: CpdRecord, *, identifier: str) -> bytes:
    """As PDF/UA. Raises pdf.Unprintable when a letter has no font."""
    return pdf.write(
        render_to_string("certificates/cpd_paper.html", context(record)), identifier=identifier
    )


def context(record: CpdRecord) -> dict[str, Any]:
    return {
        "record": record,
        "face": names.face(record.name),
        "station": printed.station(None),
        "site_name": settings.WAGTAIL_SITE_NAME,
    }


def as_csv(record: CpdRecord) -> Iterator[str]:
    """The seven fields, a session on each line. No cell can become a formula (R72)."""
    yield line(
        [
            _("Method"),
            _("Topic and link to practice"),
            _("Date"),
            _("Hours"),
            _("Participatory hours"),
            _("Part of the Code"),
            _("Evidence"),
        ]
    )
    for entry in record.entries:
        topic = f"{entry.number}. {entry.title}"
        yield line(
            [
                safe(entry.method),
                safe(f"{topic}: {entry.practice}" if entry.practice else topic),
                entry.on.isoformat(),
                in_hours(entry.minutes),
                in_hours(entry.live_minutes),
                safe(entry.code_part),
                safe(entry.evidence),
            ]
        )
