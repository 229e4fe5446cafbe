"""What goes with a meeting, for those who may come to it and for nobody else."""

import hashlib
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files import File
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render

from course import ranges
from course.cohorts import captions, materials, recognising
from course.cohorts.admitting import meetings_for
from course.cohorts.captions import Cue
from course.cohorts.models import Material
from course.people.models import User


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
        return captions.read(file)


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
    kind = materials.type_of(found)
    name = f"session-{found.meeting.number}-{found.kind}.{kind.ending}"
    mark = hashlib.sha256(found.file.name.encode()).hexdigest()[:24]  # named for its content
    response = ranges.answer(request, found.file, content_type=kind.content_type, mark=mark)
    how = "inline" if kind.shown_in_page else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{name}"'
    return response


def _opened(material: Material) -> File:
    try:
        return material.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
