"""The only way in to private words: opened for their owner, and for nobody else.

There is no code path for staff, superusers, shells or tasks. `open_*` needs the actor
to be the owner, signed in; sealing needs only to know whose words they are.
"""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.views.decorators.debug import sensitive_variables

from course.people.models import User
from reflections import responses, sealing
from reflections.keys import keeping
from reflections.models import Reflection, SetAside
from reflections.responses import Pages
from reflections.sealing import Place, WritingUnreadable


class NotYours(Exception):
    """Someone who is not the owner tried to open private words."""


@sensitive_variables()
def open_reflection(reflection: Reflection, *, actor: User | AnonymousUser) -> Pages:
    """Raises NotYours, or WritingUnreadable when the key or the bytes are not right."""
    return open_many([reflection], actor=actor)[0]


@sensitive_variables()
def open_many(reflections: list[Reflection], *, actor: User | AnonymousUser) -> list[Pages]:
    """Open several of one owner's reflections, fetching the key once."""
    if not all(_is_owner(actor, reflection) for reflection in reflections):
        raise NotYours
    if not reflections:
        return []
    deks = _keys_for(reflections, owner_id=actor.pk)
    return [_opened(r.sealed, deks=deks, place=r.place) for r in reflections]


@sensitive_variables()
def open_set_aside(
    aside: SetAside, *, reflection: Reflection, actor: User | AnonymousUser
) -> Pages:
    if not _is_owner(actor, reflection) or aside.reflection_id != reflection.pk:
        raise NotYours
    deks = _keys_for([aside], owner_id=actor.pk)
    return _opened(aside.sealed, deks=deks, place=aside.place_in(reflection))


def _keys_for(rows: Sequence[Reflection | SetAside], *, owner_id: UUID) -> dict[UUID, bytes]:
    """The keys that open these rows. A key that was renewed after a row had been read is gone,
    and the row is sealed anew: it is read once more.
    """
    try:
        return keeping.opening_keys(owner_id, {sealing.key_of(row.sealed) for row in rows})
    except keeping.KeyGone:
        try:
            for row in rows:
                row.refresh_from_db()
        except ObjectDoesNotExist:
            raise WritingUnreadable from None
        return keeping.opening_keys(owner_id, {sealing.key_of(row.sealed) for row in rows})


def need_key(actor: User) -> None:
    """Raise WritingUnreadable now, before anyone types into a page that could not be saved."""
    keeping.active_key(actor.pk)


@sensitive_variables()
def seal(pages: Pages, *, place: Place) -> bytes:
    """Seal words in their place, under their owner's key. Raises WritingUnreadable without one."""
    dek_id, dek = keeping.active_key(place.owner)
    return sealing.seal(responses.to_text(pages), dek=dek, dek_id=dek_id, place=place)


def sealed_anew(sealed: bytes, *, place: Place, deks: dict[UUID, bytes], by: UUID) -> bytes:
    """The same words under another key of the same person. Nobody is shown them."""
    dek_id = sealing.key_of(sealed)
    if dek_id not in deks:
        raise WritingUnreadable
    return sealing.reseal(sealed, old=(dek_id, deks[dek_id]), new=(by, deks[by]), place=place)


@sensitive_variables()
def _opened(sealed: bytes, *, deks: dict[UUID, bytes], place: Place) -> Pages:
    dek_id = sealing.key_of(sealed)
    if dek_id not in deks:
        raise WritingUnreadable
    text = sealing.open_sealed(bytes(sealed), dek=deks[dek_id], dek_id=dek_id, place=place)
    try:
        return responses.from_text(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WritingUnreadable from None


def _is_owner(actor: User | AnonymousUser, reflection: Reflection) -> bool:
    return actor.is_authenticated and actor.pk == reflection.owner_id
