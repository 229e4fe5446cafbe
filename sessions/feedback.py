"""How a live session was: three scales and a comment, all of them optional.

Nobody reads it while the group runs. At the close it goes into the group's summary once:
the scales through sessions/disclosing.py, the comments without names and shuffled.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from course.cohorts.models import Cohort, Enrolment, Guest, LiveSession
from course.people.models import User
from sessions.models import Feedback, GuestComment

# In our own words; the answers run from 1 to 5.
SCALES = {
    "safe": _("I felt safe enough to take part in my own way."),
    "useful": _("I can use something of it."),
    "accessible": _("How it was run worked for me."),
}
ANSWERS = {
    5: _("Yes, completely"),
    4: _("Mostly"),
    3: _("Partly"),
    2: _("A little"),
    1: _("Not at all"),
}
OFFERED = timedelta(days=14)  # after a meeting; the page itself stays until the close


class NotNow(Exception):
    """The meeting has not been, the group is closed, or the place ended. Nothing was kept."""


def may_give(enrolment: Enrolment, meeting: LiveSession, *, now: datetime) -> bool:
    cohort = enrolment.cohort
    return (
        meeting.cohort_id == enrolment.cohort_id
        and enrolment.ended_at is None
        and not (cohort.closed_at or cohort.cancelled_at or meeting.cancelled_at)
        and meeting.is_over(now)
    )


@transaction.atomic
def give(
    enrolment: Enrolment,
    *,
    meeting: LiveSession,
    safe: int | None,
    useful: int | None,
    accessible: int | None,
    comment: str,
    now: datetime,
) -> Feedback | None:
    """Keep someone's feedback on a meeting; a second time changes it, an empty one takes it
    back. Raises NotNow."""
    enrolment.cohort = not_closing(enrolment)
    if not may_give(enrolment, meeting, now=now):
        raise NotNow
    said = {"safe": safe, "useful": useful, "accessible": accessible, "comment": comment.strip()}
    mine = {"enrolment": enrolment, "number": meeting.number}
    if not any(said.values()):
        Feedback.objects.filter(**mine).delete()
        return None
    feedback, _made = Feedback.objects.update_or_create(**mine, defaults=said | {"sent_at": now})
    return feedback


def not_closing(enrolment: Enrolment) -> Cohort:
    """The cohort, locked, so that no answer slips in beside a release that is being made."""
    return Cohort.objects.select_for_update(of=("self",)).get(pk=enrolment.cohort_id)


def offered(enrolment: Enrolment, *, now: datetime) -> LiveSession | None:
    """The latest meeting that this person could say something about and has not yet."""
    meetings = enrolment.cohort.live_sessions.filter(cancelled_at=None)
    since = (now - OFFERED).date()
    said = Feedback.objects.filter(enrolment=enrolment).values("number")
    lately = meetings.filter(day__gte=since, day__lte=now.date()).exclude(number__in=said)
    lately = lately.select_related("cohort").order_by("-day", "-starts")
    return next((m for m in lately if may_give(enrolment, m, now=now)), None)


# --- Guests: a comment, and no scales ---------------------------------------------------------


def visit_of(user: User, meeting: LiveSession) -> Guest | None:
    """Someone's visit to this meeting of another group."""
    visits = Guest.objects.filter(meeting=meeting, enrolment__user=user, enrolment__ended_at=None)
    return visits.select_related("enrolment", "comment").first()


def may_comment(meeting: LiveSession, *, now: datetime) -> bool:
    cohort = meeting.cohort
    off = cohort.closed_at or cohort.cancelled_at or meeting.cancelled_at
    return not off and meeting.is_over(now)


@transaction.atomic
def comment_as_guest(guest: Guest, *, words: str, now: datetime) -> GuestComment | None:
    """Keep a guest's words about the meeting; a second time changes them, no words take them
    back. Raises NotNow."""
    meeting = LiveSession.objects.get(pk=guest.meeting_id)
    meeting.cohort = Cohort.objects.select_for_update(of=("self",)).get(pk=meeting.cohort_id)
    if not may_comment(meeting, now=now):
        raise NotNow
    if not words.strip():
        GuestComment.objects.filter(guest=guest).delete()
        return None
    facts = {"words": words.strip(), "sent_at": now}
    return GuestComment.objects.update_or_create(guest=guest, defaults=facts)[0]


def visits_to_comment(user: User, *, now: datetime) -> list[LiveSession]:
    """Meetings that someone visited lately and has said nothing about."""
    mine = Guest.objects.filter(enrolment__user=user, enrolment__ended_at=None, comment=None)
    lately = LiveSession.objects.filter(
        pk__in=mine.values("meeting"),
        day__gte=(now - OFFERED).date(),
        day__lte=now.date(),
    )
    found = lately.select_related("cohort").order_by("-day", "-starts")
    return [meeting for meeting in found if may_comment(meeting, now=now)]
