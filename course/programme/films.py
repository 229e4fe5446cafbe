"""Films at the two providers that a session may show (R68): YouTube without cookies, and Vimeo.

An address is only ever read, never asked: no request leaves from here. The player's address is
built from the film's number alone, and a browser loads it after a press and not before.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

YOUTUBE_HOSTS = {"youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com"}
VIMEO_HOSTS = {"vimeo.com", "www.vimeo.com", "player.vimeo.com"}
YOUTUBE_NUMBER = re.compile(r"[A-Za-z0-9_-]{11}")
VIMEO_PATH = re.compile(r"/(?:video/)?(\d{5,12})(?:/([0-9a-f]{6,20}))?/?")


@dataclass(frozen=True)
class Film:
    provider: str
    page: str  # at the provider, for a browser without our script
    player: str


def read(address: str) -> Film | None:
    """The film behind this address, or None where it is not one of these two providers."""
    try:
        parts = urlsplit(address.strip())
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.username is not None or port:
        return None
    query = parse_qs(parts.query)
    if host in VIMEO_HOSTS:
        return _vimeo(parts.path, query.get("h", [""])[0])
    if host == "youtu.be":
        return _youtube(parts.path.strip("/"))
    if host in YOUTUBE_HOSTS:
        kind, _, rest = parts.path.strip("/").partition("/")
        named = {"embed", "shorts", "live"}
        return _youtube(rest if kind in named else query.get("v", [""])[0])
    return None


def _youtube(number: str) -> Film | None:
    if not YOUTUBE_NUMBER.fullmatch(number):
        return None
    player = f"https://www.youtube-nocookie.com/embed/{number}?rel=0"
    return Film("YouTube", f"https://www.youtube.com/watch?v={number}", player)


def _vimeo(path: str, asked: str) -> Film | None:
    found = VIMEO_PATH.fullmatch(path)
    if not found:
        return None
    number, unlisted = found.groups()
    unlisted = unlisted or (asked if re.fullmatch(r"[0-9a-f]{6,20}", asked) else "")
    page, player = f"https://vimeo.com/{number}", f"https://player.vimeo.com/video/{number}?dnt=1"
    if unlisted:
        page, player = f"{page}/{unlisted}", f"{player}&h={unlisted}"
    return Film("Vimeo", page, player)
