"""What goes with a meeting: a file, a link or words. Added, removed, and found again."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from course.audit.recording import record
from course.cohorts import recognising
from course.cohorts.models import LiveSession, Material
from course.cohorts.recognising import FileType, NotRecognised

# Which files each kind takes.
ENDINGS = {
    Material.SLIDES: ["pdf", "pptx"],
    Material.RECORDING: ["mp4", "webm", "mp3", "m4a"],
    Material.CAPTIONS: ["vtt"],
    Material.TRANSCRIPT: ["vtt", "pdf"],
    Material.NOTES: ["pdf"],
}
WRITTEN = {Material.TRANSCRIPT, Material.NOTES}  # may be words
AHEAD = {Material.SLIDES}  # before the meeting; everything else comes after it


def check_file(kind: str, file: UploadedFile) -> FileType:
    """What this file is, if it is one that this kind takes. Raises NotRecognised with words."""
    found = recognising.recognise(file.file)
    if found.ending not in ENDINGS[kind]:
        facts = {"is": found.ending.upper(), "may": ", ".join(ENDINGS[kind]).upper()}
        raise NotRecognised(_("This is a %(is)s file. Here it can be: %(may)s.") % facts)
    return found


@transaction.atomic
def add_material(
    meeting: LiveSession,
    *,
    kind: str,
    title: str = "",
    file: UploadedFile | None = None,
    url: str = "",
    words: str = "",
    by: UUID | None,
    now: datetime,
) -> Material:
    """Put one of the three with a meeting. The same again is the same. Raises NotRecognised.

    The file's own name is not kept: it may say more than its author thinks.
    """
    meeting = LiveSession.objects.select_for_update().get(pk=meeting.pk)
    facts = {"kind": kind, "title": title, "url": url, "words": words, "file": ""}
    if file:
        ending = check_file(kind, file).ending
        facts["file"] = f"meetings/{meeting.pk}/{kind}-{_digest(file)}.{ending}"
    already = Material.objects.filter(meeting=meeting, **facts).first()
    if already:
        return already
    if file and not default_storage.exists(facts["file"]):
        facts["file"] = default_storage.save(facts["file"], file)
    material = Material.objects.create(meeting=meeting, added_at=now, **facts)
    record("material.added", actor=by, subject=f"material:{material.pk}", at=now)
    return material


@transaction.atomic
def remove_material(material: Material, *, by: UUID | None, now: datetime) -> None:
    """Take it away, and its file once that is certain. Taking it away twice is once."""
    gone, _each = Material.objects.filter(pk=material.pk).delete()
    if not gone:
        return
    record("material.removed", actor=by, subject=f"material:{material.pk}", at=now)
    name = material.file.name
    if name and not Material.objects.filter(file=name).exists():
        transaction.on_commit(lambda: default_storage.delete(name))


def type_of(material: Material) -> FileType:
    """By the ending that we gave it ourselves when we had looked at it."""
    return recognising.BY_ENDING[material.file.name.rpartition(".")[2]]


def is_page(material: Material) -> bool:
    """Whether it is read on a page of ours: words, or a transcript made of captions."""
    written = not material.url and not material.file
    spoken = material.kind == Material.TRANSCRIPT and material.file.name.endswith(".vtt")
    return written or spoken


def is_sound(material: Material) -> bool:
    """Whether there is nothing to see in it."""
    return material.file.name.endswith((".mp3", ".m4a"))


def _digest(file: UploadedFile) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()[:24]
