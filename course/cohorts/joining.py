"""Joining a cohort, and asking to be told of the next one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction

from course.cohorts import capacity, confirming, tasks, times, turns
from course.cohorts.models import Cohort, Enrolment, Interest
from course.cohorts.quiet import allowed_from
from course.outbox.owing import owe
from course.people.models import User

CONFIRM, STOP = "interest.confirm", "interest.stop"


class NotOpen(Exception):
    """This cohort cannot be joined this way. Nothing was changed."""


class AlreadyIn(Exception):
    """This person has a place in this cohort already, and two would be one too many."""


@transaction.atomic
def join(user: User, *, cohort: Cohort, now: datetime) -> Enrolment:
    """Take a place in a free, open cohort. Joining twice is joining once.

    Whoever waits is passed by nobody. Raises NotOpen or capacity.Full.
    """
    cohort = turns.locked(cohort.pk)
    already = Enrolment.objects.current().filter(user=user, cohort=cohort).first()
    if already:
        return already
    if cohort.joining != Cohort.OPEN or not cohort.is_free or not cohort.takes_people(now.date()):
        raise NotOpen
    turns.take_one(user, cohort_id=cohort.pk, now=now)
    return enrol(user, cohort=cohort, now=now)


def enrol(user: User, *, cohort: Cohort, now: datetime) -> Enrolment:
    """Give someone a place, and tell them. Call it with the right to the place settled."""
    enrolment, made = Enrolment.objects.get_or_create(
        user=user, cohort=cohort, ended_at=None, defaults={"enrolled_at": now}
    )
    if made:
        key = f"enrolment:{enrolment.pk}:letter"
        owe(tasks.confirm_place, key=key, now=now, enrolment=str(enrolment.pk))
        turns.end_wait(user, cohort_id=cohort.pk, now=now)
        if cohort.is_tentative:
            confirming.confirm_if_enough(cohort.pk, now=now)
    return enrolment


def refuse_second_place(user: User, *, cohort_id: UUID) -> None:
    """Raises AlreadyIn for someone who takes part already."""
    if Enrolment.objects.current().filter(user=user, cohort=cohort_id).exists():
        raise AlreadyIn


def end_enrolments(enrolments: Iterable[UUID], *, now: datetime) -> None:
    """End these. What the people wrote and earned stays theirs."""
    Enrolment.objects.current().filter(pk__in=enrolments).update(ended_at=now)


@transaction.atomic
def take_bursary(user: User, *, cohort: Cohort, now: datetime) -> Enrolment:
    """Take a bursary place: no proof, and no trace that it was one.

    Raises NotOpen or capacity.Full.
    """
    cohort = turns.locked(cohort.pk)
    already = Enrolment.objects.current().filter(user=user, cohort=cohort).first()
    if already:
        return already
    if cohort.joining != Cohort.OPEN or not cohort.takes_people(now.date()):
        raise NotOpen
    capacity.take_bursary(cohort.pk)
    return enrol(user, cohort=cohort, now=now)


@transaction.atomic
def ask_to_be_told(email: str, *, programme_id: int, now: datetime) -> Interest:
    """Note an address and ask it to confirm. Nothing else is sent before it did."""
    interest, _made = Interest.objects.get_or_create(
        programme_id=programme_id, email=email.lower(), defaults={"asked_at": now}
    )
    if interest.stopped_at:
        Interest.objects.filter(pk=interest.pk).update(
            stopped_at=None, confirmed_at=None, asked_at=now
        )
        interest.refresh_from_db()
    if not interest.confirmed_at:
        # One letter a day at most, so that nobody can be written to again and again.
        key = f"interest:{interest.pk}:confirm:{now:%Y-%m-%d}"
        owe(tasks.confirm_interest, key=key, now=now, interest=str(interest.pk))
    return interest


def confirm_interest(token: str, *, now: datetime) -> bool:
    """The second yes. Returns whether the link was one of ours."""
    interest = _behind(token, salt=CONFIRM)
    if interest is None:
        return False
    Interest.objects.filter(pk=interest.pk, confirmed_at=None).update(confirmed_at=now)
    return True


def stop_interest(token: str, *, now: datetime) -> bool:
    interest = _behind(token, salt=STOP)
    if interest is None:
        return False
    Interest.objects.filter(pk=interest.pk, stopped_at=None).update(stopped_at=now)
    return True


def forget_unconfirmed(*, now: datetime) -> None:
    """Whoever did not say yes a second time within a month is not kept."""
    old = now - timedelta(days=30)
    Interest.objects.filter(confirmed_at=None, asked_at__lt=old).delete()


def _behind(token: str, *, salt: str) -> Interest | None:
    try:
        pk = signing.loads(token, salt=salt)
    except signing.BadSignature:
        return None
    return Interest.objects.filter(pk=pk).first()


@transaction.atomic
def tell_of_cohort(cohort: Cohort, *, now: datetime) -> int:
    """Tell everyone who asked that this cohort is open, each once and by day. Returns how many."""
    told = Interest.objects.filter(
        programme_id=cohort.programme_id, confirmed_at__isnull=False, stopped_at=None
    )
    known = {user.email: user for user in User.objects.filter(email__in=told.values("email"))}
    for interest in told:
        key = f"cohort:{cohort.pk}:told:{interest.pk}"
        facts = {"interest": str(interest.pk), "cohort": str(cohort.pk)}
        after = allowed_from(now, times.zone_for(known.get(interest.email), cohort)) - now
        owe(tasks.tell_of_cohort, key=key, now=now, after=after, **facts)
    return len(told)
