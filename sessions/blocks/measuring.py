"""How long a recording is, read from its file as it comes in. WebM says it in a few bytes of its
head, which tinytag does not know; some browsers leave them out, and then nobody knows."""

import struct
from typing import BinaryIO

from tinytag import TinyTag, TinyTagException
from wagtail.documents.models import Document

from sessions.models.recordings import Recording

PLAYED = {"mp3", "m4a", "mp4", "wav", "webm"}
HEAD = 64 * 1024  # bytes of a WebM file in which its length is looked for
DURATION, SCALE = b"\x44\x89", b"\x2a\xd7\xb1"  # as Matroska names them
NANOSECONDS = 1_000_000_000


def measure(document: Document) -> Recording | None:
    """Note how long this file is, once for each content. None where it does not say."""
    ending = document.file_extension.lower()
    if ending not in PLAYED:
        return None
    mark = document.get_file_hash()
    known = Recording.objects.filter(document=document, file_hash=mark).first()
    if known:
        return known
    try:
        with document.open_file() as file:
            seconds = seconds_of(file, ending)
    except FileNotFoundError:
        return None
    Recording.objects.filter(document=document).delete()
    if not seconds:
        return None
    return Recording.objects.create(document=document, file_hash=mark, seconds=seconds)


def seconds_of(file: BinaryIO, ending: str) -> int:
    """Whole seconds, or 0 where the file does not say or says something that cannot be."""
    file.seek(0)
    if ending == "webm":
        long = _webm(file.read(HEAD))
    else:
        try:
            long = TinyTag.get(filename=f"x.{ending}", file_obj=file, tags=False).duration
        except (TinyTagException, ValueError, OSError, struct.error):
            long = None
    sensible = long is not None and 0 < long < 24 * 60 * 60
    return max(1, round(long)) if sensible else 0


def _webm(head: bytes) -> float | None:
    at = head.find(DURATION)
    if at < 0:
        return None
    width = head[at + 2 : at + 3]
    form = {b"\x84": ">f", b"\x88": ">d"}.get(width)
    if not form:
        return None
    try:
        ticks = struct.unpack_from(form, head, at + 3)[0]
    except struct.error:
        return None
    return ticks * _nanoseconds_a_tick(head) / NANOSECONDS


def _nanoseconds_a_tick(head: bytes) -> int:
    at = head.find(SCALE)
    if at < 0 or not 0x81 <= head[at + 3] <= 0x88:
        return 1_000_000  # a thousandth of a second, unless it says otherwise
    return int.from_bytes(head[at + 4 : at + 4 + (head[at + 3] & 0x0F)], "big")
