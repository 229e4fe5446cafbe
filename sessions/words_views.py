"""The words of a recording as a plain file, for who may read the session that it is in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from sessions import drawing, reading
from sessions.blocks.plain import plain
from sessions.models import SessionPage
from sessions.reading import Frame, Shown


def words(request: HttpRequest, programme_slug: str, session_slug: str, part: str) -> HttpResponse:
    frame = reading.frame_of(programme_slug)
    session = frame.find(session_slug) if frame else None
    if session is None or not _may_read(request, frame, session):
        raise Http404
    page = SessionPage.objects.get(pk=session.pk)
    found = next((b for b in page.body if drawing.anchor_of(b) == part), None)
    if found is None or found.block_type != "media":
        raise Http404
    value = found.value
    text = f"{value['title']}\n\n{plain(value['transcript'].source)}"
    if value["what_you_see"].source:
        text += f"\n{_('What there is to see')}\n\n{plain(value['what_you_see'].source)}"
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = slugify(value["title"]) or "words"
    response["Content-Disposition"] = f'attachment; filename="{name}.txt"'
    return response


def _may_read(request: HttpRequest, frame: Frame, session: Shown) -> bool:
    """As on the session's own page (views.py)."""
    user = request.user
    if session.open_to_all or reading.may_read_without_place(user, frame=frame):
        return True
    if not user.is_authenticated:
        return False
    enrolment = reading.enrolment_for(user, frame=frame, session=session)
    return bool(enrolment) and not reading.opens_on(enrolment, session=session, now=timezone.now())
