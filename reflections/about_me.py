"""What writing keeps about a person. Its words are opened here for their author, signed in,
by the only road there is; they are given even where one of them cannot be opened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from course.people.giving import Part
from course.people.models import User
from reflections import deleting, writing
from reflections.keys import keeping, tombstones
from reflections.keys.models import WritingKey
from reflections.models import Reflection, SetAside, WritingChoices
from reflections.responses import Pages, in_words
from reflections.sealing import WritingUnreadable


@sensitive_variables()
def given_to(actor: User) -> list[Part]:
    return [_reflections(actor), _choices(actor), _keys(actor)]


@sensitive_variables()
def _reflections(actor: User) -> Part:
    labels = {
        "session": _("Session"),
        "title": _("Title"),
        "turn": _("Time round"),
        "last_saved": _("Last saved"),
        "done": _("Done, or passed by"),
        "deleted": _("Deleted on; it can be brought back for seven days"),
        "set_aside": _("Set aside from another window on"),
        "problem": _("What could not be done"),
        "answers": _("Answers"),
    }
    rows = list(Reflection.objects.for_owner(actor).prefetch_related("set_aside"))
    facts: list[dict[str, Any]] = []
    for row, pages in zip(rows, _open_all(rows, actor=actor), strict=True):
        facts.append(_facts(row, pages))
        for aside in row.set_aside.all():
            other = _open_aside(aside, reflection=row, actor=actor)
            facts.append(_facts(row, other, aside=aside))
    facts.sort(key=lambda one: (one["session"] or 99, one["turn"]))
    return Part("reflections", _("Your private writing"), labels, facts)


@sensitive_variables()
def _open_all(rows: list[Reflection], *, actor: User) -> list[Pages | None]:
    """None for each that cannot be opened: the rest is still given."""
    try:
        return list(writing.open_many(rows, actor=actor))
    except WritingUnreadable:
        return [_open_one(row, actor=actor) for row in rows]


@sensitive_variables()
def _open_one(row: Reflection, *, actor: User) -> Pages | None:
    try:
        return writing.open_reflection(row, actor=actor)
    except WritingUnreadable:
        return None


@sensitive_variables()
def _open_aside(aside: SetAside, *, reflection: Reflection, actor: User) -> Pages | None:
    try:
        return writing.open_set_aside(aside, reflection=reflection, actor=actor)
    except WritingUnreadable:
        return None


@sensitive_variables()
def _facts(row: Reflection, pages: Pages | None, aside: SetAside | None = None) -> dict[str, Any]:
    return {
        "session": pages.number if pages else None,
        "title": pages.title if pages else "",
        "turn": row.turn,
        "last_saved": row.updated_at,
        "done": row.done_at,
        "deleted": row.deleted_at,
        "set_aside": aside.made_at if aside else None,
        "problem": "" if pages else _("This could not be opened now. It is kept as it is."),
        "answers": [
            {"question": r.prompt.label, "answer": in_words(r)}
            for r in (pages.responses.values() if pages else ())
            if not r.is_empty
        ],
    }


def _choices(actor: User) -> Part:
    labels = {
        "offer_earlier": _("Earlier answers are offered"),
        "show_spiral": _("Your spiral is shown"),
        "hidden_questions": _("Questions not to ask again"),
    }
    facts = [
        {
            "offer_earlier": c.offer_earlier,
            "show_spiral": c.show_spiral,
            "hidden_questions": c.hidden_prompts,
        }
        for c in WritingChoices.objects.filter(owner=actor)
    ]
    return Part("writing_choices", _("How you like to be asked"), labels, facts)


def _keys(actor: User) -> Part:
    labels = {"made": _("Made on"), "destroyed": _("Destroyed on")}
    facts = [
        {"made": k.created_at, "destroyed": k.destroyed_at}
        for k in WritingKey.objects.filter(owner_id=actor.pk).order_by("created_at")
    ]
    secret = _("The key itself never leaves its store. Your words are here without a lock.")
    return Part("writing_keys", _("Keys of your writing"), labels, facts, secret)


def destroy_key(owner_id: UUID, *, now: datetime, keeps_certificates: bool = False) -> None:
    """First of all: from here on nothing that this person wrote can be opened, by anyone. Then
    the stone that says so, beside the keys, for every restore to read."""
    keeping.destroy_key(owner_id, now=now)
    tombstones.erect(owner_id, now, keeps_certificates=keeps_certificates)


def kept_certificates(owner_id: UUID) -> bool:
    """What somebody who was erased had chosen about their certificates."""
    return tombstones.kept_certificates(owner_id)


def erase(user: User, *, now: datetime) -> None:
    """The rows. Their key went before."""
    deleting.delete_all(user, now=now)
    WritingChoices.objects.filter(owner=user).delete()
