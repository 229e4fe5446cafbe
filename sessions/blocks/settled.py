"""A part that everyone shares, as one reader's settings ask for it. It works without a script."""

import re
from collections.abc import Mapping

OPEN = '<details class="transcript" open>'
CAPTIONED = '<track kind="captions" default '
# What the template writes around a recording. No editor's words can hold such a comment.
RECORDING = re.compile(r"<!--sound (.*?)-->(.*?)<!--words-->(.*?)<!--end-->", re.DOTALL)
FOLDED = r'\3<details class="recording"><summary>\1</summary>\2</details>'
MUSIC = re.compile(
    r'(<(?:audio|video)[^>]*? src=")([^"]*)("(?:(?!<!--words-->).)*?<option value="\2")'
    r'((?:(?!<!--words-->).)*?<option value="([^"]*)")',
    re.DOTALL,
)


def as_chosen(html: str, reading: Mapping[str, str]) -> str:
    """Transcripts open or folded, captions on or off, music or none, words or sound first."""
    if reading.get("transcript") == "closed":
        html = html.replace(OPEN, '<details class="transcript">')
    if "data-player" not in html:
        return html
    if reading.get("captions") == "off":
        html = html.replace(CAPTIONED, '<track kind="captions" ')
    if reading.get("voice") == "music":
        html = MUSIC.sub(r"\1\5\3\4 selected", html)
    if reading.get("voice") == "text":
        html = RECORDING.sub(FOLDED, html)
    return html
