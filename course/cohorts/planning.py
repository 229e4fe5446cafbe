"""A run of the programme, from plan to announcement, or called off: a whole run in one step."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from course.audit.recording import record
from course.cohorts import preparing, turns, waiting, waiting_tasks
from course.cohorts.audience import leaders
from course.cohorts.models import Cohort, Enrolment, LiveSession, Material, known_zone
from course.cohorts.times_check import check_wall_time
from course.outbox.owing import owe
from course.people.models import User
from course.programme.models import ProgrammePage

MEETINGS = 8
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Plan:
    """What is decided about a run. Without `starts_on` it is in one's own time."""

    programme_id: int
    title: str
    starts_on: date | None = None
    weekday: int | None = None  # 0 is Monday; None is that of `starts_on`
    starts: time = time(10)
    minutes: int = preparing.MINUTES
    zone: str = "Europe/London"
    rest_after: int | None = 3  # the session that the rest week follows
    joining: str = Cohort.BY_INVITATION
    capacity: int | None = None
    people_needed: int | None = None
    opens_days_before: int | None = None
    sessions_needed: int = 6
    live_needed: int = 0


class NotReady(Exception):
    """It cannot be announced yet. `reasons` says what is still to be done, in words."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


def meeting_days(
    start: date, *, weekday: int | None = None, rest_after: int | None = 3
) -> list[date]:
    """Eight weekly days from `start` on, or from the first such weekday after it, with a week
    left out after one of the sessions."""
    first = start + timedelta(days=0 if weekday is None else (weekday - start.weekday()) % 7)
    return [first + WEEK * (n + (rest_after is not None and n >= rest_after)) for n in range(8)]


@transaction.atomic
def plan_cohort(
    plan: Plan,
    *,
    facilitators: Iterable[User],
    hosts: Iterable[User] = (),
    pk: UUID | None = None,
    by: User | None,
    now: datetime,
) -> Cohort:
    """Make a run with its meetings and their cards. Nobody sees it before it is announced.

    `pk` is made with the page that asks, so that a double click cannot make two runs.
    Raises ValidationError with words for the page; its keys are fields of Plan.
    """
    made_before = pk and Cohort.objects.filter(pk=pk).first()
    if made_before:
        return made_before
    days = _days_of(plan, now=now)
    facts = asdict(plan)
    for only_of_meetings in ("starts_on", "weekday", "starts", "minutes"):
        del facts[only_of_meetings]
    cohort = Cohort(id=pk or uuid4(), announced_at=None, **facts)
    if days:
        cohort.starts_on, cohort.ends_on = days[0], days[-1]
    else:
        cohort.rest_after = None
    cohort.full_clean(validate_unique=False)
    cohort.save(force_insert=True)
    cohort.facilitators.set(facilitators)
    cohort.hosts.set(hosts)
    LiveSession.objects.bulk_create(_meetings(cohort, days, plan))
    record("cohort.planned", actor=by and by.pk, subject=f"cohort:{cohort.pk}", at=now)
    return cohort


def _days_of(plan: Plan, *, now: datetime) -> list[date]:
    """When the eight meetings are. Raises ValidationError where one cannot be."""
    if plan.starts_on is None:
        return []
    try:
        known_zone(plan.zone)
    except ValidationError as unknown:
        raise ValidationError({"zone": unknown}) from None
    if plan.rest_after is not None and plan.rest_after not in range(1, MEETINGS):
        raise ValidationError(
            {"rest_after": _("The rest week comes after one of sessions 1 to 7.")}
        )
    if plan.weekday is not None and plan.weekday not in range(7):
        raise ValidationError({"weekday": _("Please choose a day of the week.")})
    days = meeting_days(plan.starts_on, weekday=plan.weekday, rest_after=plan.rest_after)
    if days[0] < now.date():
        words = _(
            "The first meeting would be on %(day)s, which has been. Please choose a later day."
        )
        raise ValidationError({"starts_on": words % {"day": date_format(days[0], "l j F Y")}})
    refuse_odd_times(days, plan.starts, plan.zone)
    return days


def refuse_odd_times(days: Iterable[date], starts: time, zone: str) -> None:
    """Raises ValidationError about every day on which this hour does not exist, or comes twice."""
    problems: list[Any] = []
    for day in days:
        try:
            check_wall_time(day, starts, zone)
        except ValidationError as problem:
            problems.append(problem)
    if problems:
        raise ValidationError({"starts": problems})


def _meetings(cohort: Cohort, days: list[date], plan: Plan) -> list[LiveSession]:
    return [
        LiveSession(
            cohort=cohort,
            number=number,
            day=day,
            starts=plan.starts,
            **preparing.defaults_for(cohort, number) | {"minutes": plan.minutes},
        )
        for number, day in enumerate(days, start=1)
    ]


# --- Another run like this one --------------------------------------------------------------------


@transaction.atomic
def copy_cohort(
    cohort: Cohort,
    *,
    title: str,
    starts_on: date | None,
    pk: UUID | None = None,
    by: User,
    now: datetime,
) -> Cohort:
    """Plan another run like this one, from another day. Nobody who takes part comes along.

    Its cards and slides, prices, and who runs it do. The ways in do not: the people of the
    old run know them. Raises ValidationError as `plan_cohort` does.
    """
    olds = {meeting.number: meeting for meeting in cohort.live_sessions.all()}
    plan = replace(_plan_of(cohort, list(olds.values())), title=title, starts_on=starts_on)
    new = plan_cohort(
        plan,
        facilitators=cohort.facilitators.all(),
        hosts=cohort.hosts.all(),
        pk=pk,
        by=by,
        now=now,
    )
    prices = {n: getattr(cohort, n) for n in ("price_minor", "team_price_minor", "currency")}
    Cohort.objects.filter(pk=new.pk).update(**prices)
    new.refresh_from_db()
    for meeting in new.live_sessions.filter(number__in=olds):
        _copy_card(olds[meeting.number], meeting, now=now)
    return new


def _plan_of(cohort: Cohort, meetings: list[LiveSession]) -> Plan:
    """The plan behind a run: the hour and the length that most of its meetings have."""
    shared = Plan.__dataclass_fields__.keys() - {"starts_on", "weekday", "starts", "minutes"}
    plan = Plan(**{name: getattr(cohort, name) for name in shared})
    if not meetings:
        return plan
    hours = Counter((meeting.starts, meeting.minutes) for meeting in meetings)
    starts, minutes = hours.most_common(1)[0][0]
    return replace(plan, starts=starts, minutes=minutes)


CARD = ("minutes", "break_minutes", "who", "running_order", "breakout_rooms", "recorded")


def _copy_card(old: LiveSession, new: LiveSession, *, now: datetime) -> None:
    card = {name: getattr(old, name) for name in CARD}
    LiveSession.objects.filter(pk=new.pk).update(**card)
    if new.materials.exists():  # this copy was made before
        return
    for slides in old.materials.filter(kind=Material.SLIDES):
        facts = {name: getattr(slides, name) for name in ("kind", "title", "file", "url", "words")}
        Material.objects.create(meeting=new, added_at=now, **facts)


# --- Announcing, and calling off ------------------------------------------------------------------


@transaction.atomic
def announce(cohort: Cohort, *, by: User, now: datetime) -> bool:
    """Let people see and join it. Returns whether this call did it. Raises NotReady."""
    cohort = turns.locked(cohort.pk)
    if cohort.announced_at and not (cohort.cancelled_at or cohort.closed_at):
        return False
    reasons = reasons_to_wait(cohort, today=now.date())
    if reasons:
        raise NotReady(reasons)
    Cohort.objects.filter(pk=cohort.pk).update(announced_at=now)
    record("cohort.announced", actor=by.pk, subject=f"cohort:{cohort.pk}", at=now)
    return True


def reasons_to_wait(cohort: Cohort, *, today: date) -> list[str]:
    """What is still to be done before this run can be announced. [] is ready."""
    if cohort.cancelled_at or cohort.closed_at:
        return [_("This group is over. You can plan another one like it.")]
    reasons = []
    if not ProgrammePage.objects.live().filter(pk=cohort.programme_id).exists():
        reasons.append(_("The programme’s page is not published yet."))
    if not cohort.facilitations.exists():
        reasons.append(_("Nobody facilitates it yet."))
    if cohort.is_dated:
        reasons += _about_meetings(cohort, today=today)
    elif cohort.live_sessions.exists():
        reasons.append(_("It has meetings, and no day that it starts on."))
    return reasons


def _about_meetings(cohort: Cohort, *, today: date) -> list[str]:
    reasons = []
    meetings = list(cohort.live_sessions.filter(cancelled_at=None))
    numbers = {meeting.number for meeting in meetings}
    if absent := [str(n) for n in range(1, MEETINGS + 1) if n not in numbers]:
        reasons.append(_("There is no meeting yet for session %(n)s.") % {"n": ", ".join(absent)})
    if cohort.starts_on < today:
        reasons.append(_("It starts on a day that has been. Please move its dates."))
    for meeting in sorted(meetings, key=lambda m: m.number):
        if missing := preparing.is_complete(meeting):
            facts = {"number": meeting.number, "missing": ", ".join(missing)}
            words = _("The card of session %(number)s still needs: %(missing)s.")
            reasons.append(words % facts)
    return reasons


@transaction.atomic
def call_off(cohort: Cohort, *, by: User, now: datetime) -> bool:
    """It does not take place, or not any more. Returns whether this call did it.

    Everyone who has a place or waits for one is told once, those who paused too. What people
    wrote and earned stays theirs, and its modules stay open to them. Orders are
    course/places/calling_off.py's: screens call that, which calls this.
    """
    cohort = turns.locked(cohort.pk)
    if cohort.cancelled_at or cohort.closed_at:
        return False
    Cohort.objects.filter(pk=cohort.pk).update(cancelled_at=now)
    coming = cohort.live_sessions.filter(cancelled_at=None, day__gte=now.date())
    coming.update(cancelled_at=now, changed_at=now, sequence=F("sequence") + 1)
    people = set(waiting.end_all(cohort.pk, now=now))
    people |= set(Enrolment.objects.current().filter(cohort=cohort).values_list("user", flat=True))
    people |= set(leaders(cohort.pk).exclude(pk=by.pk).values_list("pk", flat=True))
    for user in people:
        tell_called_off(cohort, user_id=user, now=now)
    record("cohort.called_off", actor=by.pk, subject=f"cohort:{cohort.pk}", at=now)
    return True


def tell_called_off(cohort: Cohort, *, user_id: UUID, now: datetime, path: str = "") -> None:
    """Owe the letter, once for each person, however they belong to the group."""
    key = f"cohort:{cohort.pk}:called-off:{user_id}"
    facts = {"cohort": str(cohort.pk), "user": str(user_id), "path": path}
    owe(waiting_tasks.say_group_called_off, key=key, now=now, **facts)
