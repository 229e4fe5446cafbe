"""Saving private words: every save lands, and no window silently overwrites another."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Max
from django.views.decorators.debug import sensitive_variables

from course.people import consenting
from course.people.models import Consent, User
from reflections import writing
from reflections.holding import hold
from reflections.models import Reflection, SetAside
from reflections.responses import Pages, Response
from reflections.tickets import Ticket


class NoConsent(Exception):
    """Writing needs this person's own yes, and there is none now."""


@dataclass(frozen=True)
class Saved:
    """Where a save ended. `kept_aside` says that a newer version was met: both are kept."""

    reflection: Reflection
    kept_aside: bool = False


@sensitive_variables()
@transaction.atomic
def save(
    ticket: Ticket,
    *,
    actor: User,
    responses: dict[str, Response],
    version: int,
    step: int,
    done: bool,
    now: datetime,
) -> Saved:
    """Write what the owner's page holds. Saving the same thing twice is saving it once.

    `version` is what the page was last told, `step` counts the saves of one window.
    A save that meets another window's newer version is set aside, not lost.
    """
    _need_consent(ticket)
    reflection = _row(ticket, now=now)
    old = writing.open_reflection(reflection, actor=actor)
    new = _merged(old, ticket=ticket, responses=responses)
    mine = reflection.window == ticket.window
    if mine and step < reflection.step:
        return Saved(reflection)  # an older save that took the longer road
    if not mine and version != reflection.version and new.responses != old.responses:
        _set_aside(reflection, pages=new, ticket=ticket, version=version, now=now)
        return Saved(reflection, kept_aside=True)
    reflection.sealed = writing.seal(new, place=reflection.place)
    reflection.version += 1
    reflection.window, reflection.step = ticket.window, step
    reflection.updated_at = now
    if done:
        reflection.done_at = reflection.done_at or now
    reflection.save()
    reflection.set_aside.filter(window=ticket.window).delete()
    return Saved(reflection)


@sensitive_variables()
@transaction.atomic
def save_late(
    ticket: Ticket, *, responses: dict[str, Response], version: int, now: datetime
) -> Saved:
    """Seal the words of a page whose session had ended. Nothing is opened here.

    They wait beside the reflection; `fold_in` joins them when their owner is back.
    """
    _need_consent(ticket)
    reflection = _row(ticket, now=now)
    pages = Pages(ticket.number, ticket.title, responses)
    _set_aside(reflection, pages=pages, ticket=ticket, version=version, now=now)
    return Saved(reflection, kept_aside=True)


@sensitive_variables()
@transaction.atomic
def fold_in(reflection: Reflection, *, actor: User, now: datetime) -> Reflection:
    """Join late words that nothing has overtaken. Words that met a newer version stay aside."""
    hold(reflection.owner_id)
    reflection = Reflection.objects.select_for_update().get(pk=reflection.pk)
    for aside in reflection.set_aside.all():
        if aside.written_on != reflection.version and aside.window != reflection.window:
            continue
        late = writing.open_set_aside(aside, reflection=reflection, actor=actor)
        old = writing.open_reflection(reflection, actor=actor)
        joined = replace(late, responses=old.responses | late.responses)
        reflection.sealed = writing.seal(joined, place=reflection.place)
        reflection.version += 1
        reflection.window = aside.window
        reflection.updated_at = now
        reflection.save()
        aside.delete()
    return reflection


@sensitive_variables()
@transaction.atomic
def swap_in(aside: SetAside, *, actor: User, now: datetime) -> Reflection:
    """Put words that were set aside into the boxes; what was there is set aside instead."""
    hold(actor.pk)
    reflection = Reflection.objects.select_for_update().get(pk=aside.reflection_id)
    theirs = writing.open_set_aside(aside, reflection=reflection, actor=actor)
    ours = writing.open_reflection(reflection, actor=actor)
    joined = replace(theirs, responses=ours.responses | theirs.responses)
    reflection.sealed = writing.seal(joined, place=reflection.place)
    reflection.version += 1
    reflection.window = None
    reflection.updated_at = now
    reflection.save()
    aside.sealed = writing.seal(ours, place=aside.place_in(reflection))
    aside.written_on, aside.window, aside.made_at = 0, uuid4(), now
    aside.save()
    return reflection


def _need_consent(ticket: Ticket) -> None:
    owner = hold(ticket.owner)
    if (
        owner is None
        or not owner.is_active
        or not consenting.has_given(owner, about=Consent.WRITING)
    ):
        raise NoConsent


@sensitive_variables()
def _row(ticket: Ticket, *, now: datetime) -> Reflection:
    """The reflection that this page writes to, locked; made empty if there is none.

    A page that was deleted in another window stays deleted: its words go to a new turn.
    """
    mine = Reflection.objects.filter(owner_id=ticket.owner, session_key=ticket.session)
    row = mine.select_for_update().filter(turn=ticket.turn).first()
    if row and not row.deleted_at:
        return row
    turn = ticket.turn
    if row:
        again = mine.select_for_update().filter(window=ticket.window, deleted_at=None).first()
        if again:
            return again
        turn = mine.aggregate(last=Max("turn"))["last"] + 1
    fresh = Reflection(owner_id=ticket.owner, session_key=ticket.session, turn=turn, updated_at=now)
    fresh.window = ticket.window
    fresh.sealed = writing.seal(Pages(ticket.number, ticket.title), place=fresh.place)
    made, _new = Reflection.objects.get_or_create(
        owner_id=fresh.owner_id,
        session_key=fresh.session_key,
        turn=fresh.turn,
        defaults={
            "id": fresh.pk,
            "sealed": fresh.sealed,
            "updated_at": now,
            "window": fresh.window,
        },
    )
    return made


@sensitive_variables()
def _merged(old: Pages, *, ticket: Ticket, responses: dict[str, Response]) -> Pages:
    """What was there, with this page's answers on top: questions no longer asked stay."""
    return Pages(ticket.number, ticket.title, old.responses | responses)


@sensitive_variables()
def _set_aside(
    reflection: Reflection, *, pages: Pages, ticket: Ticket, version: int, now: datetime
) -> None:
    aside = SetAside.objects.filter(reflection=reflection, window=ticket.window).first()
    aside = aside or SetAside(reflection=reflection, window=ticket.window)
    aside.sealed = writing.seal(pages, place=aside.place_in(reflection))
    aside.written_on, aside.made_at = version, now
    aside.save()
