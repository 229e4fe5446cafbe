"""At one's own pace: pause, move to a later group, begin again, leave, and each of them undone.

No reason is asked anywhere, and nothing that was attended is ever lost. Moving on takes it
along: the rows themselves go to the new enrolment, so that a session counts once, wherever
it was, and one certificate comes of it. Beginning again leaves them where they are: the
earlier round stays whole, with its certificate, and the new one starts empty.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from course.cohorts import releasing
from course.cohorts.models import Cohort, Enrolment
from course.places import continuing
from course.places.changing import CannotMove
from sessions.carrying import take_along
from sessions.completing import complete_if_ready
from sessions.models import Completion

UNDO = timedelta(days=30)


class CannotUndo(Exception):
    """Too much has happened since, or the group is over. Nothing was changed."""


def pause(enrolment: Enrolment, *, now: datetime) -> bool:
    """Take a pause: nothing is sent, and the place is kept. Returns whether this call did it."""
    return bool(_current(enrolment).filter(paused_at=None).update(paused_at=now))


def come_back(enrolment: Enrolment) -> bool:
    """The pause is over, after a day or a year."""
    return bool(_current(enrolment).filter(paused_at__isnull=False).update(paused_at=None))


def _current(enrolment: Enrolment) -> QuerySet[Enrolment]:
    return Enrolment.objects.current().filter(pk=enrolment.pk)


@transaction.atomic
def defer(enrolment: Enrolment, *, to: Cohort, now: datetime) -> Enrolment:
    """Go on with a later group. What was attended counts on there; the place goes along.

    Doing it twice is doing it once. Raises CannotMove, capacity.Full or joining.AlreadyIn.
    """
    done = Enrolment.objects.current().filter(continues=enrolment.pk, cohort=to).first()
    if done:
        return done
    if Completion.objects.filter(enrolment=enrolment).exists():
        raise CannotMove  # they begin again instead
    following = continuing.move(enrolment, to=to, now=now)
    _goes_on_from(enrolment, following)
    take_along(enrolment, following)
    releasing.keep_open(enrolment, following, now=now)
    complete_if_ready(following, now=now)  # the later group may ask for fewer sessions
    return following


def _goes_on_from(before: Enrolment, following: Enrolment) -> None:
    """An access adjustment is for the person, and stays."""
    following.continues, following.live_waived = before, before.live_waived
    following.save(update_fields=["continues", "live_waived"])


def may_undo_deferring(enrolment: Enrolment, *, now: datetime) -> bool:
    """While nothing was noted since, the earlier group is there, and it was not long ago."""
    before = enrolment.continues
    if not before or before.cohort_id == enrolment.cohort_id or enrolment.ended_at:
        return False
    since = enrolment.attendances.filter(marked_at__gt=enrolment.enrolled_at)
    recent = now - enrolment.enrolled_at < UNDO and before.cohort.takes_people(now.date())
    return recent and not since.exists() and not hasattr(enrolment, "completion")


@transaction.atomic
def undo_deferring(enrolment: Enrolment, *, now: datetime) -> Enrolment:
    """Back to the group from before, with everything.

    Raises CannotUndo, CannotMove, capacity.Full or joining.AlreadyIn.
    """
    if not may_undo_deferring(enrolment, now=now):
        raise CannotUndo
    before = enrolment.continues
    continuing.move_back(enrolment, to=before, now=now)
    take_along(enrolment, before)
    before.refresh_from_db()
    return before


@transaction.atomic
def begin_again(enrolment: Enrolment, *, now: datetime) -> Enrolment:
    """A fresh round in the same group. The earlier round and its certificate stay as they are.

    Doing it twice is doing it once. Raises CannotMove when the group was called off, or this
    enrolment has ended.
    """
    locked = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    again = Enrolment.objects.current().filter(continues=locked, cohort=locked.cohort_id).first()
    if again:
        return again
    if locked.ended_at or locked.cohort.cancelled_at:
        raise CannotMove
    Enrolment.objects.filter(pk=locked.pk).update(ended_at=now)
    fresh = Enrolment.objects.create(
        cohort=locked.cohort,
        user=locked.user,
        enrolled_at=now,
        continues=locked,
        live_waived=locked.live_waived,
    )
    continuing.begin_another_round(locked.pk, then=fresh)
    return fresh


def may_undo_beginning(enrolment: Enrolment) -> bool:
    """While the new round is still empty."""
    before = enrolment.continues
    again = before and before.cohort_id == enrolment.cohort_id and before.ended_at
    return bool(again and not enrolment.ended_at and not enrolment.attendances.exists())


@transaction.atomic
def undo_beginning(enrolment: Enrolment, *, now: datetime) -> Enrolment:
    """Go on with the earlier round. Raises CannotUndo."""
    Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    enrolment.refresh_from_db()
    if not may_undo_beginning(enrolment):
        raise CannotUndo
    before = enrolment.continues
    Enrolment.objects.filter(pk=enrolment.pk).update(ended_at=now)
    Enrolment.objects.filter(pk=before.pk).update(ended_at=None)
    continuing.begin_another_round(enrolment.pk, then=before)
    before.refresh_from_db()
    return before


def leave(enrolment: Enrolment, *, now: datetime) -> bool:
    """Leave the group. Attendance, certificates, thoughts and writing stay the person's."""
    return continuing.leave(enrolment, now=now)


def left_lately(user_id: UUID, *, now: datetime) -> list[Enrolment]:
    """Groups that someone left and may come back to."""
    ended = Enrolment.objects.filter(user=user_id, ended_at__gt=now - UNDO)
    mine = Enrolment.objects.current().filter(user=user_id).values("cohort")
    later = {"continues": OuterRef("pk"), "enrolled_at__gte": OuterRef("ended_at")}
    went_on = Q(Exists(Enrolment.objects.filter(**later)))
    undone = Q(continues__isnull=False, continues__ended_at=None)
    undone |= Q(continues__ended_at__gte=F("ended_at"))
    found = ended.exclude(cohort__in=mine).exclude(went_on).exclude(undone)
    return [e for e in found.select_related("cohort") if e.cohort.takes_people(now.date())]


@transaction.atomic
def undo_leaving(enrolment: Enrolment, *, now: datetime) -> Enrolment:
    """Come back, while there is a place. Raises CannotUndo, CannotMove, Full or AlreadyIn."""
    if enrolment.pk not in {e.pk for e in left_lately(enrolment.user_id, now=now)}:
        raise CannotUndo
    continuing.come_back(enrolment, now=now)
    complete_if_ready(enrolment, now=now)
    enrolment.refresh_from_db()
    return enrolment
