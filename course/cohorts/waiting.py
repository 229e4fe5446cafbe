"""The list of those who wait for a place, and the places that are kept for them.

In an open group the clock offers each free place to whoever is next. In a group on request
a facilitator offers it. An offer keeps one place until it is taken, declined, or over.
"""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from course.audit.recording import record
from course.cohorts import capacity, joining, times, turns, waiting_tasks
from course.cohorts.models import Cohort, Enrolment, Waiting
from course.cohorts.quiet import allowed_from
from course.outbox.owing import owe
from course.people.models import User

OFFER_LASTS = timedelta(hours=48)  # at least; then until midday
MIDDAY = time(12)


class OfferOver(Exception):
    """The place is no longer kept for this person. They are still on the list."""


@transaction.atomic
def ask(user: User, *, cohort: Cohort, now: datetime) -> Waiting:
    """Ask for a place. Asking twice is asking once.

    Raises joining.NotOpen, or joining.AlreadyIn for someone who takes part.
    """
    cohort = turns.locked(cohort.pk)
    joining.refuse_second_place(user, cohort_id=cohort.pk)
    if cohort.joining == Cohort.BY_INVITATION or not cohort.takes_people(now.date()):
        raise joining.NotOpen
    facts = {"user": user, "cohort": cohort, "accepted_at": None, "left_at": None}
    waiting, made = Waiting.objects.get_or_create(**facts, defaults={"since": now})
    if made:
        offer_next(cohort.pk, now=now)
        waiting.refresh_from_db()
    return waiting


@transaction.atomic
def offer_next(cohort_id: UUID, *, now: datetime) -> int:
    """Offer what is free to those who are next. Returns how many places that were.

    It runs wherever a place is given back, and every minute in case anything was left.
    """
    cohort = turns.locked(cohort_id)
    if cohort.joining != Cohort.OPEN or not cohort.takes_people(now.date()):
        return 0
    room = cohort.room
    following = Waiting.objects.in_turn(now).filter(cohort=cohort, user__is_active=True)
    chosen = list(following.select_related("user")[:room])
    for waiting in chosen:
        _offer(waiting, cohort=cohort, now=now)
    return len(chosen)


@transaction.atomic
def offer_to(waiting: Waiting, *, by: User, now: datetime) -> bool:
    """A facilitator gives someone who asked a place. Returns whether this call did it.

    Raises capacity.Full, or joining.NotOpen in a group whose list the clock looks after.
    """
    cohort = turns.locked(waiting.cohort_id)
    if cohort.joining == Cohort.OPEN or not cohort.takes_people(now.date()):
        raise joining.NotOpen
    asked = Waiting.objects.open().filter(pk=waiting.pk, offered_at=None)
    found = asked.select_related("user").first()
    if not found:
        return False
    _offer(found, cohort=cohort, now=now)
    record("waiting.offered", actor=by.pk, subject=f"waiting:{waiting.pk}", at=now)
    return True


def _offer(waiting: Waiting, *, cohort: Cohort, now: datetime) -> None:
    """Keep a place and owe the letter, which never comes at night. The cohort is locked."""
    capacity.hold(cohort.pk, 1)
    told_at = allowed_from(now, times.zone_for(waiting.user, cohort))
    Waiting.objects.filter(pk=waiting.pk).update(
        offered_at=now, offer_until=offer_ends(told_at, cohort.zone), offers=F("offers") + 1
    )
    time_ = waiting.offers + 1
    key = f"waiting:{waiting.pk}:offer:{time_}"
    facts = {"waiting": str(waiting.pk), "time": time_}
    owe(waiting_tasks.offer_place, key=key, now=now, after=told_at - now, **facts)


def offer_ends(told_at: datetime, zone: str) -> datetime:
    """Two days after someone was told at the soonest, and always at midday in the group's zone."""
    soonest = (told_at + OFFER_LASTS).astimezone(ZoneInfo(zone))
    day = soonest.date() + timedelta(days=soonest.time() > MIDDAY)
    return datetime.combine(day, MIDDAY, tzinfo=ZoneInfo(zone))


@transaction.atomic
def accept(waiting: Waiting, *, now: datetime) -> Enrolment:
    """Take the place that is kept, where it costs nothing. Accepting twice is accepting once.

    Where it costs something, buying takes the offer up (turns.hold). Raises OfferOver, or
    joining.NotOpen.
    """
    cohort = turns.locked(waiting.cohort_id)
    already = Enrolment.objects.current().filter(user=waiting.user, cohort=cohort).first()
    if already:
        return already
    if not cohort.is_free or not cohort.takes_people(now.date()):
        raise joining.NotOpen
    if not turns.take_up_offer(waiting.user, cohort_id=cohort.pk, now=now):
        raise OfferOver
    capacity.sell_held(cohort.pk, 1)
    return joining.enrol(waiting.user, cohort=cohort, now=now)


@transaction.atomic
def decline(waiting: Waiting, *, now: datetime) -> bool:
    """Not this time: the place goes to the next person, and this one stays on the list."""
    turns.locked(waiting.cohort_id)
    declined = _put_back(waiting, now=now)
    if declined:
        offer_next(waiting.cohort_id, now=now)
    return declined


@transaction.atomic
def leave(waiting: Waiting, *, now: datetime) -> bool:
    """Leave the list, with or without an offer. Returns whether this call did it."""
    turns.locked(waiting.cohort_id)
    mine = Waiting.objects.open().filter(pk=waiting.pk)
    if mine.filter(offered_at__isnull=False).update(left_at=now):
        capacity.let_go(waiting.cohort_id, 1)
        offer_next(waiting.cohort_id, now=now)
        return True
    return bool(mine.update(left_at=now))


@transaction.atomic
def wait_again(
    user: User, *, cohort_id: UUID, since: datetime, failed: bool, now: datetime
) -> bool:
    """An order that took a kept place up, at `since` or later, came to nothing: its buyer waits
    again, and is told once. Returns whether this call did it.

    Where a payment `failed` they keep their turn, since they wanted the place. Others go behind
    those who wait, as after an offer that has passed.
    """
    cohort = turns.locked(cohort_id)
    mine = Waiting.objects.filter(user=user, cohort=cohort)
    passed_on = mine.filter(accepted_at__gte=since, offered_at__isnull=False, left_at=None)
    found = passed_on.order_by("-accepted_at").first()
    closed = cohort.joining == Cohort.BY_INVITATION or not cohort.takes_people(now.date())
    has_place = Enrolment.objects.current().filter(user=user, cohort=cohort).exists()
    if not found or closed or has_place or not user.is_active or mine.open().exists():
        return False
    facts = {"accepted_at": None, "offered_at": None, "offer_until": None}
    mine.filter(pk=found.pk).update(since=found.since if failed else now, **facts)
    after = allowed_from(now, times.zone_for(user, cohort)) - now
    key = f"waiting:{found.pk}:again:{found.offers}"
    owe(waiting_tasks.say_waiting_again, key=key, now=now, after=after, waiting=str(found.pk))
    return True


@transaction.atomic
def leave_every_list(user: User, *, now: datetime) -> int:
    """Someone goes for good: they wait nowhere, and what was kept for them is offered on.

    Call it before the person is deleted, since their rows go with them and say no more that a
    place was kept. Returns how many lists this call took them off.
    """
    mine = Waiting.objects.open().filter(user=user).order_by("cohort")  # locks in one order
    return sum(leave(waiting, now=now) for waiting in mine)


def end_all(cohort_id: UUID, *, now: datetime) -> list[UUID]:
    """The group is called off: nobody waits any more. Returns who did. The cohort is locked."""
    waiting = Waiting.objects.open().filter(cohort=cohort_id)
    people = list(waiting.values_list("user", flat=True))
    kept = waiting.filter(offered_at__isnull=False).update(left_at=now)
    capacity.let_go(cohort_id, kept)
    waiting.update(left_at=now)
    return people


# --- By the clock -------------------------------------------------------------------------------


def expire_offers(now: datetime) -> int:
    """Offers whose time is over: the places go on, the people stay. Returns how many."""
    over = Waiting.objects.offered().filter(offer_until__lte=now)
    return sum(_expire_in(group, now=now) for group in set(over.values_list("cohort", flat=True)))


@transaction.atomic
def _expire_in(cohort_id: UUID, *, now: datetime) -> int:
    cohort = turns.locked(cohort_id)
    over = Waiting.objects.offered().filter(cohort=cohort, offer_until__lte=now)
    ended = [waiting for waiting in over.select_related("user") if _put_back(waiting, now=now)]
    for waiting in ended:
        after = allowed_from(now, times.zone_for(waiting.user, cohort)) - now
        key = f"waiting:{waiting.pk}:ended:{waiting.offers}"
        facts = {"waiting": str(waiting.pk)}
        owe(waiting_tasks.say_offer_ended, key=key, now=now, after=after, **facts)
    offer_next(cohort_id, now=now)
    return len(ended)


def _put_back(waiting: Waiting, *, now: datetime) -> bool:
    """Out of an offer, to the end of the list. The cohort is locked."""
    offered = Waiting.objects.offered().filter(pk=waiting.pk)
    if not offered.update(offered_at=None, offer_until=None, since=now):
        return False
    capacity.let_go(waiting.cohort_id, 1)
    return True


def offer_free_places(now: datetime) -> int:
    """The safety net: wherever someone is next, see whether a place is free."""
    groups = set(Waiting.objects.in_turn(now).values_list("cohort", flat=True))
    return sum(offer_next(group, now=now) for group in groups)
