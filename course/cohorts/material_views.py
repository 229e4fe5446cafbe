"""What goes with a meeting, for those who may come to it and for nobody else."""

import re
from collections.abc import Iterator
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files import File
from django.db.models import Exists, OuterRef
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render

from course.cohorts import materials, recognising
from course.cohorts.admitting import meetings_for
from course.cohorts.models import Material
from course.cohorts.recognising import Cue
from course.people.models import User

ONE_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
CHUNK = 256 * 1024


def _material(user: User, pk: UUID) -> Material:
    mine = meetings_for(user).filter(pk=OuterRef("meeting_id"))
    found = Material.objects.select_related("meeting__cohort").filter(Exists(mine))
    return get_object_or_404(found, pk=pk)


@login_required
def material(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A transcript or notes as a page: written here, or taken from captions."""
    found = _material(request.user, pk)
    cues = _read(found)
    if not found.words and not cues:
        raise Http404
    context = {"material": found, "meeting": found.meeting, "parts": _spoken(cues)}
    return render(request, "cohorts/material.html", context)


def _read(material: Material) -> list[Cue]:
    if not material.file or materials.type_of(material) is not recognising.VTT:
        return []
    with _opened(material) as file:
        return recognising.captions(file)


def _spoken(cues: list[Cue]) -> list[dict[str, str]]:
    """Captions as paragraphs: one goes on until someone else speaks, or five captions long."""
    parts: list[dict[str, str]] = []
    held = 0
    for cue in cues:
        speaker = cue.speaker or (parts[-1]["speaker"] if parts else "")
        if not parts or speaker != parts[-1]["speaker"] or held == 5:
            minutes, seconds = divmod(int(cue.start), 60)
            parts.append({"at": f"{minutes}:{seconds:02}", "speaker": speaker, "words": ""})
            held = 0
        parts[-1]["words"] = f"{parts[-1]['words']} {cue.words}".strip()
        held += 1
    return parts


@login_required
def material_file(request: HttpRequest, pk: UUID) -> HttpResponse | StreamingHttpResponse:
    """The file itself. A player may ask for any part of it."""
    found = _material(request.user, pk)
    if not found.file:
        raise Http404
    # Recordings are as small as they get, and a part of one must arrive as it is.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    kind = materials.type_of(found)
    name = f"session-{found.meeting.number}-{found.kind}.{kind.ending}"
    file = _opened(found)
    response = _part(request, file) or FileResponse(file)
    response["Content-Type"] = kind.content_type
    how = "inline" if kind.shown_in_page else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Accept-Ranges"] = "bytes"
    return response


def _opened(material: Material) -> File:
    try:
        return material.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None


def _part(request: HttpRequest, file: File) -> HttpResponse | StreamingHttpResponse | None:
    """The bytes asked for; None for all of them."""
    asked = ONE_RANGE.match(request.headers.get("Range", ""))
    if not asked or asked.groups() == ("", ""):
        return None
    first, last = asked.groups()
    if first:
        start, end = int(first), min(int(last), file.size - 1) if last else file.size - 1
    else:
        start, end = max(0, file.size - int(last)), file.size - 1
    if start > end or start >= file.size:
        size = file.size
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(_bytes(file, start, end), status=206)
    response["Content-Range"] = f"bytes {start}-{end}/{file.size}"
    response["Content-Length"] = str(end - start + 1)
    return response


def _bytes(file: File, start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = end - start + 1
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
