from sessions.models.asking import CpdNote, Feedback, GuestComment, Measure, MeasureAnswer
from sessions.models.page import SessionPage
from sessions.models.recordings import Recording
from sessions.models.records import (
    Attendance,
    AttendanceQuestion,
    Completion,
    Progress,
    Thought,
)
from sessions.models.sheets import ResourcePage, Sheet

__all__ = [
    "Attendance",
    "AttendanceQuestion",
    "Completion",
    "CpdNote",
    "Feedback",
    "GuestComment",
    "Measure",
    "MeasureAnswer",
    "Progress",
    "Recording",
    "ResourcePage",
    "SessionPage",
    "Sheet",
    "Thought",
]
