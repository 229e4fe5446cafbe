"""Groups as someone finds them who looks for one: to be had, to be waited for, or theirs."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from course.cohorts.models import Cohort, Enrolment, Waiting
from course.people.models import User

JOINED, OFFERED, WAITING, TO_ASK, TO_TAKE = "joined", "offered", "waiting", "to_ask", "to_take"
SOONEST_FIRST = F("starts_on").asc(nulls_last=True), "title"


def with_standing(
    cohorts: Iterable[Cohort], user: User | AnonymousUser, *, now: datetime
) -> list[Cohort]:
    """These groups, each with `standing` (one of the above) and `wait`, the reader's own place
    on its list or None. Three queries, however many there are."""
    found = list(cohorts)
    mine, waits = set(), {}
    if user.is_authenticated:
        current = Enrolment.objects.current().for_attendee(user)
        mine = set(current.values_list("cohort", flat=True))
        waits = {w.cohort_id: w for w in Waiting.objects.open().filter(user=user)}
    queued = Waiting.objects.in_turn(now).filter(cohort__in=found)
    passed_by = set(queued.values_list("cohort", flat=True))
    for cohort in found:
        cohort.wait = waits.get(cohort.pk)
        cohort.standing = _standing(cohort, joined=cohort.pk in mine, queue=cohort.pk in passed_by)
    return found


def _standing(cohort: Cohort, *, joined: bool, queue: bool) -> str:
    if joined:
        return JOINED
    if cohort.wait and cohort.wait.offered_at:
        return OFFERED
    if cohort.joining == Cohort.OPEN and cohort.room != 0 and not queue:
        return TO_TAKE  # also for someone who let an offer pass, and finds the place still free
    return WAITING if cohort.wait else TO_ASK


def to_join(user: User | AnonymousUser, *, now: datetime) -> list[Cohort]:
    """All groups that can be joined or asked for, the soonest first, as they stand to `user`."""
    groups = Cohort.objects.to_join(now.date()).order_by(*SOONEST_FIRST)
    return with_standing(groups, user, now=now)


def waits_of(user: User, *, now: datetime) -> QuerySet[Waiting]:
    """Where someone is on a list, offers first: for their own page, one query."""
    current = Cohort.objects.to_join(now.date())
    waits = Waiting.objects.open().filter(user=user, cohort__in=current)
    return waits.select_related("cohort").order_by(F("offer_until").asc(nulls_last=True), "since")


def welcome(cohort: Cohort) -> str:
    """What someone reads who has just taken a place, whichever way."""
    if cohort.opens_days_before is None:
        return _("You have a place. Everything is open to you, in any order.")
    return _("You have a place. Your own page says which session opens when.")
