"""Captions in a WebVTT file, read by webvtt-py. Where that is not possible, the line is named."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import webvtt
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from webvtt.errors import MalformedCaptionError, MalformedFileError

LARGEST = 2 * 1024 * 1024  # bytes
VOICE = re.compile(r"^<v(?:\.[^ >]*)?[ \t]+([^>]+)>")
BEGINS_WITH_TIMES = gettext_lazy(
    "Line %(line)s: a caption begins with its times, such as 00:01.000 --> 00:04.500. "
    "It says “%(words)s”."
)
NO_CAPTION = ("NOTE", "STYLE", "REGION")


class Unreadable(ValueError):
    """Captions that we cannot read. Its words name the line, for the person who chose the file."""


@dataclass(frozen=True)
class Cue:
    """One caption: from and to in seconds, who speaks where it is said, and the words."""

    start: float
    end: float
    speaker: str
    words: str


def read(file: BinaryIO) -> list[Cue]:
    """The captions in a file, as they come. Raises Unreadable."""
    file.seek(0)
    try:
        text = file.read(LARGEST + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_("Save the captions as UTF-8, please.")) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    cues = [_cue(block, line) for line, block in _blocks(text)]
    if not cues:
        raise Unreadable(_("There are no captions in this file yet."))
    return cues


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Each caption with the number of its first line. Between captions there is an empty line."""
    head, *rest = re.split(r"(\n[ \t]*(?:\n[ \t]*)*\n)", text.rstrip())
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", head):
        raise Unreadable(_("Line 1 has to be the word WEBVTT, by itself."))
    line = 1 + head.count("\n")
    for gap, block in zip(rest[::2], rest[1::2], strict=True):
        line += gap.count("\n")
        if not block.startswith(NO_CAPTION):
            yield line, block
        line += block.count("\n")


def _cue(block: str, line: int) -> Cue:
    """One block, which is one caption. What is wrong is on its first line with an arrow."""
    said = block.split("\n")
    at = next((n for n, words in enumerate(said[:2]) if "-->" in words), 0)
    facts = {"line": line + at, "words": said[at].strip()[:60]}
    try:
        found = webvtt.from_string(f"WEBVTT\n\n{block}", strict=True).captions
    except (MalformedCaptionError, MalformedFileError, ValueError) as error:
        raise Unreadable(str(BEGINS_WITH_TIMES) % facts) from error
    if len(found) != 1:
        raise Unreadable(str(BEGINS_WITH_TIMES) % facts)
    caption = found[0]
    start, end = _seconds(caption.start), _seconds(caption.end)
    if end <= start:
        raise Unreadable(
            _("Line %(line)s: this caption ends before it begins. It says “%(words)s”.") % facts
        )
    voice = VOICE.match(caption.raw_text)
    words = html.unescape(" ".join(caption.text.split()))
    speaker = html.unescape(voice[1].strip()) if voice else ""
    return Cue(start, end, speaker, words)


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
