"""What sessions keep about a person: what they are given of it, and what goes.

Feedback and measures are given back in the words of the questions, as they are asked today.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from course.people.giving import Part
from course.people.models import User
from sessions.feedback import SCALES
from sessions.models import (
    Attendance,
    AttendanceQuestion,
    Completion,
    CpdNote,
    Feedback,
    GuestComment,
    MeasureAnswer,
    Progress,
    SessionPage,
    Thought,
)
from sessions.questionnaires import QUESTIONNAIRES

GROUP, SESSION = _("Group"), _("Session")


def given_to(user: User) -> list[Part]:
    return [
        _attendance(user),
        _progress(user),
        _questions(user),
        _completions(user),
        _thoughts(user),
        _feedback(user),
        _as_guest(user),
        _measures(user),
        _cpd_notes(user),
    ]


def _mine(model: Any, user: User) -> Any:
    return model.objects.filter(enrolment__user=user).select_related("enrolment__cohort")


def _attendance(user: User) -> Part:
    labels = {
        "group": GROUP,
        "session": SESSION,
        "title": _("Title"),
        "how": _("How you were with it"),
        "on": _("On"),
        "live_minutes": _("Minutes live"),
        "own_minutes": _("Minutes in your own time"),
        "noted": _("Noted on"),
        "noted_by": _("Noted by"),
    }
    facts = [
        {
            "group": a.enrolment.cohort.title,
            "session": a.number,
            "title": a.title,
            "how": a.get_state_display(),
            "on": a.on,
            "live_minutes": a.live_minutes,
            "own_minutes": a.own_minutes,
            "noted": a.marked_at,
            "noted_by": _("you") if a.marked_by_id == user.pk else _("a facilitator"),
        }
        for a in _mine(Attendance, user).order_by("enrolment", "number")
    ]
    return Part("attendance", _("Sessions you were at or caught up with"), labels, facts)


def _progress(user: User) -> Part:
    labels = {
        "group": GROUP,
        "session": SESSION,
        "opened": _("First opened"),
        "place": _("Where you were"),
        "there_on": _("There on"),
    }
    numbers = dict(SessionPage.objects.values_list("key", "number"))
    facts = [
        {
            "group": p.enrolment.cohort.title,
            "session": numbers.get(p.session_key),
            "opened": p.opened_at,
            "place": p.place,
            "there_on": p.place_at,
        }
        for p in _mine(Progress, user).order_by("opened_at")
    ]
    return Part("sessions_opened", _("Sessions you opened"), labels, facts)


def _questions(user: User) -> Part:
    labels = {
        "group": GROUP,
        "session": SESSION,
        "asked": _("Asked on"),
        "words": _("Your words"),
        "settled": _("Looked at on"),
    }
    facts = [
        {
            "group": q.enrolment.cohort.title,
            "session": q.number,
            "asked": q.asked_at,
            "words": q.words,
            "settled": q.settled_at,
        }
        for q in _mine(AttendanceQuestion, user)
    ]
    return Part("questions_about_attendance", _("Questions about what is noted"), labels, facts)


def _completions(user: User) -> Part:
    labels = {"group": GROUP, "completed": _("Completed on"), "rule": _("Sessions it took")}
    facts = [
        {
            "group": c.enrolment.cohort.title,
            "completed": c.completed_at,
            "rule": c.sessions_needed,
        }
        for c in _mine(Completion, user)
    ]
    return Part("completions", _("What you completed"), labels, facts)


def _thoughts(user: User) -> Part:
    labels = {
        "group": GROUP,
        "for": _("For"),
        "words": _("Your words"),
        "with_name": _("With your name"),
        "about_around": _("About what should change around people"),
        "sent": _("Sent on"),
        "taken_back": _("Taken back on"),
    }
    facts = [
        {
            "group": t.enrolment.cohort.title,
            "for": t.get_for_whom_display(),
            "words": t.words,
            "with_name": t.with_name,
            "about_around": t.about_around,
            "sent": t.sent_at,
            "taken_back": t.taken_back_at,
        }
        for t in _mine(Thought, user)
    ]
    return Part("thoughts", _("Thoughts you chose to send"), labels, facts)


def _feedback(user: User) -> Part:
    labels = {
        "group": GROUP,
        "session": SESSION,
        **SCALES,  # each from 1 to 5
        "comment": _("Comment, for the facilitators to read unsigned"),
        "sent": _("Sent on"),
    }
    facts = [
        {
            "group": f.enrolment.cohort.title,
            "session": f.number,
            "safe": f.safe,
            "useful": f.useful,
            "accessible": f.accessible,
            "comment": f.comment,
            "sent": f.sent_at,
        }
        for f in _mine(Feedback, user).order_by("sent_at")
    ]
    return Part("feedback", _("Feedback you gave"), labels, facts)


def _as_guest(user: User) -> Part:
    labels = {"group": _("Group you visited"), "words": _("Your words"), "sent": _("Sent on")}
    mine = GuestComment.objects.filter(guest__enrolment__user=user)
    facts = [
        {"group": c.guest.meeting.cohort.title, "words": c.words, "sent": c.sent_at}
        for c in mine.select_related("guest__meeting__cohort")
    ]
    return Part("comments_as_guest", _("What you said as a guest"), labels, facts)


def _measures(user: User) -> Part:
    labels = {
        "group": GROUP,
        "questionnaire": _("Questionnaire"),
        "moment": _("When"),
        "answered": _("Answered on"),
        "answers": _("Your answers, 0 to 10"),
    }
    facts = [
        {
            "group": m.enrolment.cohort.title,
            "questionnaire": m.measure.title,
            "moment": m.get_moment_display(),
            "answered": m.answered_at,
            "answers": _in_words(m),
        }
        for m in _mine(MeasureAnswer, user).select_related("measure").order_by("answered_at")
    ]
    return Part("questionnaires", _("Questionnaires you answered"), labels, facts)


def _in_words(answers: MeasureAnswer) -> list[dict[str, Any]]:
    asked = QUESTIONNAIRES.get(answers.measure_id)
    words = {item.key: str(item.words) for item in asked.items} if asked else {}
    return [
        {"question": words.get(key, key), "answer": [str(value)]}
        for key, value in answers.answers.items()
    ]


def _cpd_notes(user: User) -> Part:
    labels = {
        "group": GROUP,
        "session": SESSION,
        "practice": _("Link to your practice"),
        "code_part": _("Part of a professional code"),
    }
    facts = [
        {
            "group": n.enrolment.cohort.title,
            "session": n.number,
            "practice": n.practice,
            "code_part": n.code_part,
        }
        for n in _mine(CpdNote, user).order_by("enrolment", "number")
    ]
    return Part("cpd_notes", _("Notes for your CPD record"), labels, facts)


@transaction.atomic
def erase(user: User) -> None:
    """All of it. Figures that were frozen when a group closed name nobody, and stay."""
    GuestComment.objects.filter(guest__enrolment__user=user).delete()
    answers = (Feedback, MeasureAnswer, CpdNote, Thought, AttendanceQuestion)
    for model in (*answers, Progress, Completion, Attendance):
        model.objects.filter(enrolment__user=user).delete()
