"""What a file is, by what is in it. Its name and what a browser says about it do not count."""

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO

from django.utils.translation import gettext as _

from course.cohorts import captions

MEGABYTE = 1024 * 1024


class NotRecognised(Exception):
    """A file that we cannot take. Its words are for the person who chose it."""


@dataclass(frozen=True)
class FileType:
    ending: str
    content_type: str
    shown_in_page: bool  # played or read in place; all others are only downloaded


PDF = FileType("pdf", "application/pdf", False)
PPTX = FileType(
    "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", False
)
VTT = FileType("vtt", "text/vtt; charset=utf-8", True)
MP4 = FileType("mp4", "video/mp4", True)
M4A = FileType("m4a", "audio/mp4", True)
WEBM = FileType("webm", "video/webm", True)
MP3 = FileType("mp3", "audio/mpeg", True)
BY_ENDING = {t.ending: t for t in (PDF, PPTX, VTT, MP4, M4A, WEBM, MP3)}
LARGEST = {"pdf": 50, "pptx": 50, "vtt": 2}  # megabytes
LARGEST_RECORDING = 500
MOST_BOXES = 200_000  # of an MP4 file; hours of recording in parts of a second


def recognise(file: BinaryIO) -> FileType:
    """The type of this file, looked at from its first byte to its last. Raises NotRecognised."""
    found = next((kind for looks, kind in LOOKS if looks(_head(file))), None)
    if found is None:
        raise NotRecognised(_("We could not tell what kind of file this is."))
    most = LARGEST.get(found.ending, LARGEST_RECORDING)
    if _size(file) > most * MEGABYTE:
        facts = {"most": most}
        raise NotRecognised(_("This file is larger than %(most)s megabytes.") % facts)
    if not WHOLE[found.ending](file):
        raise NotRecognised(_("This file seems damaged, or its end did not arrive."))
    if found is MP4 and _head(file)[8:12] in (b"M4A ", b"M4B "):
        found = M4A
    file.seek(0)
    return found


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(1024)


def _size(file: BinaryIO) -> int:
    return file.seek(0, SEEK_END)


def _is_mp3(head: bytes) -> bool:
    return head.startswith(b"ID3") or _is_mp3_frame(head[:4])


def _is_mp3_frame(four: bytes) -> bool:
    """The first bytes of MPEG audio, layer III: sync, a bit rate and a sampling rate that exist."""
    if len(four) < 4 or four[0] != 0xFF or four[1] & 0xE0 != 0xE0:
        return False
    version, layer = four[1] >> 3 & 3, four[1] >> 1 & 3
    return version != 1 and layer == 1 and four[2] >> 4 not in (0, 15) and four[2] >> 2 & 3 != 3


def _whole_pdf(file: BinaryIO) -> bool:
    file.seek(max(0, _size(file) - 2048))
    return b"%%EOF" in file.read()


def _whole_pptx(file: BinaryIO) -> bool:
    """A presentation without macros. Nothing in it is unpacked."""
    try:
        with zipfile.ZipFile(file) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    parts = {"[Content_Types].xml", "ppt/presentation.xml"}
    return parts <= names and not any(name.endswith("vbaProject.bin") for name in names)


def _whole_vtt(file: BinaryIO) -> bool:
    try:
        return bool(captions.read(file))
    except captions.Unreadable as error:
        raise NotRecognised(str(error)) from error


def _whole_mp4(file: BinaryIO) -> bool:
    """Its boxes fill the file to the end, and the one that says how to play it is among them."""
    at, kinds, size = 0, set(), _size(file)
    for _box in range(MOST_BOXES):
        if at == size:
            break
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return False
        length, kind = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            length = struct.unpack(">Q", head[8:])[0]
        elif length == 0:
            length = size - at
        if length < 8 or at + length > size:
            return False
        kinds.add(kind)
        at += length
    return at == size and b"moov" in kinds and bool(kinds & {b"mdat", b"moof"})


def _whole_webm(file: BinaryIO) -> bool:
    return _size(file) > 1024 and b"\x18\x53\x80\x67" in _head(file)  # a Segment follows the header


def _whole_mp3(file: BinaryIO) -> bool:
    """Sound begins where the tag before it ends."""
    head = _head(file)
    start = 0
    if head.startswith(b"ID3"):
        a, b, c, d = head[6:10]
        start = 10 + (a << 21 | b << 14 | c << 7 | d)
    file.seek(start)
    rest = file.read(4096)
    return any(_is_mp3_frame(rest[i : i + 4]) for i in range(max(0, len(rest) - 3)))


LOOKS: list[tuple[Callable[[bytes], bool], FileType]] = [
    (lambda head: head.startswith(b"%PDF-"), PDF),
    (lambda head: head.startswith(b"PK\x03\x04"), PPTX),
    (lambda head: head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"), VTT),
    (lambda head: head[4:8] == b"ftyp", MP4),
    (lambda head: head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64], WEBM),
    (_is_mp3, MP3),
]
WHOLE: dict[str, Callable[[BinaryIO], bool]] = {
    "pdf": _whole_pdf,
    "pptx": _whole_pptx,
    "vtt": _whole_vtt,
    "mp4": _whole_mp4,
    "webm": _whole_webm,
    "mp3": _whole_mp3,
}
