"""Changing what a run is, apart from its dates and prices, while people are in it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from course.audit.recording import record
from course.cohorts import confirming, turns, waiting
from course.cohorts.models import Cohort, Opening
from course.people.models import User

TERMS = [
    "title",
    "joining",
    "capacity",
    "people_needed",
    "opens_days_before",
    "sessions_needed",
    "live_needed",
]


@transaction.atomic
def change_terms(
    cohort: Cohort,
    *,
    facilitators: Iterable[User],
    hosts: Iterable[User],
    by: User,
    now: datetime,
    **terms: Any,
) -> None:
    """Write these TERMS. Raises ValidationError for fewer places than are taken or kept.

    What was open stays open: modules that everyone could read are noted before they get a day.
    """
    cohort = turns.locked(cohort.pk)
    taken = cohort.held + cohort.sold
    if terms["capacity"] is not None and terms["capacity"] < taken:
        words = _("%(taken)s places are taken or kept already, so it cannot be fewer.")
        raise ValidationError({"capacity": words % {"taken": taken}})
    if cohort.announced_at and cohort.opens_days_before is None:
        _keep_open(cohort, terms, now=now)
    changed = [name for name in TERMS if getattr(cohort, name) != terms[name]]
    Cohort.objects.filter(pk=cohort.pk).update(**{name: terms[name] for name in TERMS})
    if _set_leaders(cohort, facilitators, hosts):
        changed.append("leaders")
    for name in changed:
        record(f"cohort.{name}_changed", actor=by.pk, subject=f"cohort:{cohort.pk}", at=now)
    waiting.offer_next(cohort.pk, now=now)
    confirming.confirm_if_enough(cohort.pk, now=now)


def _set_leaders(cohort: Cohort, facilitators: Iterable[User], hosts: Iterable[User]) -> bool:
    """Who runs and who hosts it. Returns whether that is someone else now."""
    now_so = {"facilitators": set(facilitators), "hosts": set(hosts)}
    was = {name: set(getattr(cohort, name).all()) for name in now_so}
    for name, people in now_so.items():
        getattr(cohort, name).set(people)
    return was != now_so


def _keep_open(cohort: Cohort, terms: dict[str, Any], *, now: datetime) -> None:
    if terms["opens_days_before"] is None:
        return
    rows = [Opening(cohort=cohort, number=n, opened_at=now) for n in range(1, 9)]
    Opening.objects.bulk_create(rows, ignore_conflicts=True)
