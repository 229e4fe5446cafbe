"""The only way in to private words: opened for their owner, and for nobody else.

There is no code path for staff, superusers, shells or tasks. `open_*` needs the actor
to be the owner, signed in; sealing needs only to know whose words they are.
"""

from django.contrib.auth.models import AnonymousUser
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
    dek_id, dek = keeping.active_key(actor.pk)
    return [_opened(r.sealed, dek=dek, dek_id=dek_id, place=r.place) for r in reflections]


@sensitive_variables()
def open_set_aside(
    aside: SetAside, *, reflection: Reflection, actor: User | AnonymousUser
) -> Pages:
    if not _is_owner(actor, reflection) or aside.reflection_id != reflection.pk:
        raise NotYours
    dek_id, dek = keeping.active_key(actor.pk)
    return _opened(aside.sealed, dek=dek, dek_id=dek_id, place=aside.place_in(reflection))


def need_key(actor: User) -> None:
    """Raise WritingUnreadable now, before anyone types into a page that could not be saved."""
    keeping.active_key(actor.pk)


@sensitive_variables()
def seal(pages: Pages, *, place: Place) -> bytes:
    """Seal words in their place, under their owner's key. Raises WritingUnreadable without one."""
    dek_id, dek = keeping.active_key(place.owner)
    return sealing.seal(responses.to_text(pages), dek=dek, dek_id=dek_id, place=place)


@sensitive_variables()
def _opened(sealed: bytes, *, dek: bytes, dek_id: object, place: Place) -> Pages:
    text = sealing.open_sealed(bytes(sealed), dek=dek, dek_id=dek_id, place=place)
    try:
        return responses.from_text(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WritingUnreadable from None


def _is_owner(actor: User | AnonymousUser, reflection: Reflection) -> bool:
    return actor.is_authenticated and actor.pk == reflection.owner_id
