"""Someone's private calendar address: made when asked for, renewed, given up."""

from datetime import datetime

from django.db import transaction

from course.cohorts.models import CalendarFeed
from course.cohorts.models.letters import new_token
from course.people.models import User


def subscribe(user: User, *, now: datetime) -> CalendarFeed:
    """The address, made now if there was none."""
    feed, _made = CalendarFeed.objects.get_or_create(user=user, defaults={"made_at": now})
    return feed


@transaction.atomic
def renew(user: User, *, now: datetime) -> CalendarFeed:
    """Another address. The one before it ends at once, wherever it was pasted."""
    feed = subscribe(user, now=now)
    CalendarFeed.objects.filter(pk=feed.pk).update(token=new_token(), made_at=now)
    feed.refresh_from_db()
    return feed


def unsubscribe(user: User) -> None:
    """No address any more. Calendars that know the old one find nothing there."""
    CalendarFeed.objects.filter(user=user).delete()
