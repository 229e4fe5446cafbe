"""Accounts that nobody uses: two letters, then they may go. Signing in once keeps them."""

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.formats import date_format

from course import mail
from course.outbox.owing import owe
from course.people.models import User

FIRST_LETTER, SECOND_LETTER = timedelta(days=30), timedelta(days=7)  # before the account goes


def note_who_was_here(now: datetime) -> int:
    """Whoever is signed in somewhere was here today. Each night: no page pays for it."""
    signed_in = Session.objects.filter(expire_date__gt=now).values("session_key")
    here = UserSession.objects.filter(session_key__in=signed_in).values("user")
    return User.objects.filter(pk__in=here).update(seen_at=now)


def quiet_since(moment: datetime) -> QuerySet[User]:
    """People who were not here since. Staff are looked after by staff, and are not among them."""
    people = User.objects.filter(is_active=True, is_superuser=False, groups=None, erasure=None)
    return people.annotate(last_here=_last_here()).filter(last_here__lte=moment)


def _last_here() -> Greatest:
    joined = F("date_joined")
    return Greatest(joined, Coalesce("last_login", joined), Coalesce("seen_at", joined))


def forget_letters() -> int:
    """Whoever has been here since the first letter starts from the beginning."""
    told = User.objects.filter(quiet_letters__gt=0).annotate(last_here=_last_here())
    back = told.filter(last_here__gt=F("quiet_letter_at")).values_list("pk", flat=True)
    return User.objects.filter(pk__in=list(back)).update(quiet_letters=0, quiet_letter_at=None)


def to_write_to(people: QuerySet[User], now: datetime) -> QuerySet[User]:
    """Of these, those whose first letter or second one is due."""
    second = Q(quiet_letters=1, quiet_letter_at__lte=now - (FIRST_LETTER - SECOND_LETTER))
    return people.filter(Q(quiet_letters=0) | second)


def to_erase(people: QuerySet[User], now: datetime) -> QuerySet[User]:
    """Of these, those who had both letters, the second a week ago."""
    return people.filter(quiet_letters=2, quiet_letter_at__lte=now - SECOND_LETTER)


@transaction.atomic
def write_to(user: User, *, now: datetime) -> bool:
    """Owe the next of the two letters. Returns whether this call did it."""
    number = user.quiet_letters + 1
    mine = User.objects.filter(pk=user.pk, quiet_letters=user.quiet_letters)
    if not mine.update(quiet_letters=number, quiet_letter_at=now):
        return False
    left = FIRST_LETTER if number == 1 else SECOND_LETTER
    facts = {"user": str(user.pk), "day": (now + left).date().isoformat(), "told_at": str(now)}
    owe(tell, key=f"quiet:{user.pk}:{number}:{now:%Y-%m-%d}", now=now, **facts)
    return True


def tell(*, user: str, day: str, told_at: str) -> None:
    """One letter, unless they have been here since."""
    moment = datetime.fromisoformat(told_at)
    found = User.objects.filter(pk=user, quiet_letter_at=moment, is_active=True).first()
    if not found or max(filter(None, (found.last_login, found.seen_at)), default=moment) > moment:
        return
    mail.quiet_account(
        to=found.email,
        key=f"quiet:{user}:{day}",
        path=reverse("my_data"),
        day=date_format(datetime.fromisoformat(day), "j F Y"),
    )


def never_confirmed(before: datetime) -> list[UUID]:
    """Accounts made so long ago whose address nobody ever confirmed: nobody could sign in."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    asked = EmailAddress.objects.filter(user=OuterRef("pk"))
    found = User.objects.filter(
        Exists(asked), ~Exists(confirmed), date_joined__lte=before, last_login=None
    )
    return list(found.filter(is_superuser=False, groups=None).values_list("pk", flat=True))
