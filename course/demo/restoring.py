"""Back to the starter's words for one session, as a draft that somebody may publish or leave."""

from functools import cache
from uuid import UUID

from django.db import transaction
from wagtail.models import Revision

from course.audit import recording
from course.demo import words
from course.demo.pages import session_page
from course.people.models import User
from sessions.models import SessionPage

# Where a session stands, what people's answers hang on, and who may read it are no words.
_STAYS = {"page_ptr", "key", "number", "open_to_all"}
_WORDS = ["title", "search_description"] + [
    field.name for field in SessionPage._meta.local_fields if field.name not in _STAYS
]


@cache
def _starters() -> dict[UUID, int]:
    """Which sessions came with the starter, by their keys. The files do not change while we run."""
    facts = words.load_all("sessions")
    return {words.stable_id("session", one["slug"]): place for place, one in enumerate(facts)}


def is_starter(page: SessionPage) -> bool:
    return page.key in _starters()


@transaction.atomic
def restore(page: SessionPage, *, actor: User) -> Revision:
    """Make a draft with the words this session came with. Nothing is published.

    Address, place in the spiral and keys stay, so answers stay with their questions. When the
    newest draft says the same already, that one is returned.
    """
    page = SessionPage.objects.select_for_update().get(pk=page.pk)
    original = session_page(words.load_all("sessions")[_starters()[page.key]])
    draft = page.get_latest_revision_as_object()
    if page.latest_revision and _said(draft) == _said(original):
        return page.latest_revision
    for name in _WORDS:
        setattr(draft, name, getattr(original, name))
    revision = draft.save_revision(user=actor, log_action=True)
    recording.record("session.restored", actor=actor.pk, subject=f"session:{page.key}")
    return revision


def _said(page: SessionPage) -> dict[str, object]:
    stored = page.serializable_data()
    return {name: stored[name] for name in _WORDS}
