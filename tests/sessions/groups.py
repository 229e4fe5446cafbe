"""A group that has met eight times, with as many people as a test wants."""

from datetime import UTC, date, datetime, time, timedelta

from allauth.account.models import EmailAddress

from course.cohorts.models import Cohort, Enrolment, LiveSession
from course.people.models import User
from sessions.models import Attendance, Feedback, Measure, MeasureAnswer

FIRST = date(2026, 10, 6)
DAYS = [FIRST + timedelta(weeks=n + (n >= 3)) for n in range(8)]
BEFORE = datetime(2026, 10, 1, 12, tzinfo=UTC)
BETWEEN = datetime(2026, 10, 14, 12, tzinfo=UTC)  # after the second meeting
AFTER = datetime(2026, 12, 2, 12, tzinfo=UTC)  # the day after the last
TICK = datetime(2026, 12, 8, 6, tzinfo=UTC)  # when it closes by itself


def with_meetings(cohort: Cohort) -> list[LiveSession]:
    return LiveSession.objects.bulk_create(
        LiveSession(cohort=cohort, number=n, day=day, starts=time(10))
        for n, day in enumerate(DAYS, start=1)
    )


def crowd(cohort: Cohort, number: int, *, first: int = 0, domain="example.org") -> list[Enrolment]:
    """So many people with confirmed addresses and places in the cohort."""
    users = User.objects.bulk_create(
        User(email=f"p{n}@{domain}", display_name=f"P{n}") for n in range(first, first + number)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, user=user, enrolled_at=BEFORE) for user in users
    )


def said(people: list[Enrolment], answers: list[int], *, number: int = 1, **more) -> None:
    """Feedback on one meeting: the same answer to all three."""
    Feedback.objects.bulk_create(
        Feedback(
            enrolment=person, number=number, safe=n, useful=n, accessible=n, sent_at=AFTER, **more
        )
        for person, n in zip(people, answers, strict=False)
    )


def answered(people: list[Enrolment], measure: Measure, moment: str, key: str, numbers) -> None:
    MeasureAnswer.objects.bulk_create(
        MeasureAnswer(
            enrolment=person, measure=measure, moment=moment, answers={key: n}, answered_at=AFTER
        )
        for person, n in zip(people, numbers, strict=False)
    )


def was_there(person: Enrolment, session, state: str = Attendance.PRESENT) -> Attendance:
    return Attendance.objects.create(
        enrolment=person,
        session_key=session.key,
        number=session.number,
        title=session.title,
        state=state,
        live_minutes=80 if state == Attendance.PRESENT else 0,
        on=DAYS[session.number - 1],
        marked_at=AFTER,
    )
