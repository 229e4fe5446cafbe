from sessions.models.page import SessionPage
from sessions.models.records import Attendance, Completion, Progress, Thought
from sessions.models.sheets import ResourcePage, Sheet

__all__ = [
    "Attendance",
    "Completion",
    "Progress",
    "ResourcePage",
    "SessionPage",
    "Sheet",
    "Thought",
]
