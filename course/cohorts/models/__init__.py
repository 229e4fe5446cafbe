from course.cohorts.models.cohorts import Cohort, Facilitation, known_zone
from course.cohorts.models.letters import (
    CalendarFeed,
    LetterToSelf,
    Message,
    Reminders,
)
from course.cohorts.models.meetings import Change, LiveSession, Material
from course.cohorts.models.taking_part import (
    Enrolment,
    Guest,
    Interest,
    NotComing,
    Opening,
    Waiting,
)

__all__ = [
    "CalendarFeed",
    "Change",
    "Cohort",
    "Enrolment",
    "Facilitation",
    "Guest",
    "Interest",
    "LetterToSelf",
    "LiveSession",
    "Material",
    "Message",
    "NotComing",
    "Opening",
    "Reminders",
    "Waiting",
    "known_zone",
]
