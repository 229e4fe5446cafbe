"""What can be wrong with how the writing keys are kept. No message ever shows a key."""

import base64
import hashlib
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError
from django.utils.module_loading import import_string

from reflections.keys import keeping
from reflections.keys.filing import KeyFileProblem, read_key_file
from reflections.keys.models import WritingKey
from reflections.keys.wrapping import OURS, KeysOutOfReach, wrapper
from reflections.sealing import WritingUnreadable

MADE_BY_BACKUP = "resourced-*/manifest.json"


def usable() -> list[CheckMessage]:
    """Whether writing can be opened and sealed at all."""
    closed = [*_wrapper(), *_key_file()]
    return [*_databases(), *(closed or _existing_keys())]


def apart() -> list[CheckMessage]:
    """Whether whoever steals one thing would have stolen the other as well."""
    if settings.WRITING_KEY_WRAPPER != OURS:
        return []
    path = Path(settings.WRITING_KEY_FILE)
    return [*_missing(path), *_mode(path), *_place(path.resolve())]


def _error(number: int, words: str, hint: str) -> Error:
    return Error(words, hint=hint, id=f"writing_keys.E{number:03}")


def _databases() -> Iterator[CheckMessage]:
    if _identity(settings.DATABASES["default"]) == _identity(settings.DATABASES["keys"]):
        words = "The writing keys are in the same database as the writing."
        yield _error(1, words, "Give KEYS_DATABASE_URL a database of its own.")


def _identity(database: dict[str, Any]) -> tuple:
    name = str(database["NAME"])
    if database["ENGINE"].endswith("sqlite3"):
        return (str(Path(name).resolve()),)
    server = (database.get("HOST") or "localhost", str(database.get("PORT") or 5432))
    return (*server, name, (database.get("OPTIONS") or {}).get("options"))


def _wrapper() -> Iterator[CheckMessage]:
    try:
        import_string(settings.WRITING_KEY_WRAPPER)
    except ImportError:
        words = "WRITING_KEY_WRAPPER names nothing that can be imported."
        yield _error(2, words, f"Leave it out for the key file, which is {OURS}.")


def _key_file() -> list[CheckMessage]:
    """What the file itself shows. A missing file matters here only once there are keys."""
    path = Path(settings.WRITING_KEY_FILE)
    if settings.WRITING_KEY_WRAPPER != OURS or not path.exists():
        return []
    try:
        keks = read_key_file(path)
    except KeyFileProblem as problem:
        words = f"Private writing is closed: {problem}."
        return [_error(3, words, "Nothing is lost. Put a good copy of the key file in its place.")]
    if set(keks.values()) & made_from(settings.SECRET_KEY):
        words = "A key in the key file is made from SECRET_KEY."
        return [_error(4, words, "Add a random one: manage.py rewrap_keys --new.")]
    return []


def made_from(secret: str) -> set[bytes]:
    """The keys that somebody in a hurry would make from a text: its bytes, or a digest of it."""
    text = secret.encode()
    plain = {text[:32], text[-32:], text.ljust(32, b"\0"), text.ljust(32, b" ")}
    digests = {hashlib.new(name, text).digest() for name in ("sha256", "sha3_256", "blake2s")}
    halves = {hashlib.sha512(text).digest()[:32], hashlib.sha512(text).digest()[32:]}
    hexed = {hashlib.md5(text, usedforsecurity=False).hexdigest().encode()}
    hexed |= {hashlib.sha256(text).hexdigest().encode()[:32]}
    coded = {base64.urlsafe_b64encode(text)[:32]}
    with suppress(ValueError):
        coded |= {base64.urlsafe_b64decode(text + b"==")[:32]}
    return plain | digests | halves | hexed | coded


def _existing_keys() -> Iterator[CheckMessage]:
    """Open one key of each file key. Where the database cannot be asked, that is said elsewhere."""
    database = settings.DATABASES["keys"]
    if database["ENGINE"].endswith("sqlite3") and not Path(str(database["NAME"])).exists():
        return
    try:
        numbers = WritingKey.objects.live().order_by().values_list("kek_id", flat=True).distinct()
        samples = [WritingKey.objects.live().filter(kek_id=n).first() for n in numbers]
    except DatabaseError:
        return
    for key in filter(None, samples):
        try:
            keeping.unwrapped(key)
        except KeysOutOfReach:
            words = "The service that opens keys does not answer."
            yield _error(5, words, "Nothing is lost. Writing opens again when it does.")
        except WritingUnreadable:
            words = f"File key {key.kek_id} is missing or is another one than the one in use."
            yield _error(6, words, "Nothing is lost. Put the right key file at WRITING_KEY_FILE.")


def _missing(path: Path) -> Iterator[CheckMessage]:
    try:
        wrapper()
    except KeyFileProblem:
        if not path.exists():
            words = "There is no key file, so nobody can write."
            yield _error(7, words, "Make the first one: manage.py rewrap_keys --new.")


def _mode(path: Path) -> Iterator[CheckMessage]:
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        words = "The key file can be read or changed by others on this machine."
        yield _error(8, words, f"chmod 600 {path}")


def _place(path: Path) -> Iterator[CheckMessage]:
    for what, folder in _wrong_folders():
        if path.is_relative_to(folder.resolve()):
            hint = "Move it to a folder that is in no backup, and set WRITING_KEY_FILE."
            yield _error(9, f"The key file lies in {what}.", hint)
    for above in path.parents:
        if (above / "manifest.json").exists() or any(above.glob(MADE_BY_BACKUP)):
            yield _error(10, "The key file lies among backups.", "Move it out of that folder.")
            return


def _wrong_folders() -> Iterator[tuple[str, Path]]:
    for alias, database in settings.DATABASES.items():
        if database["ENGINE"].endswith("sqlite3"):
            yield f"the folder of the {alias} database", Path(str(database["NAME"])).parent
    yield "the folder of uploads", Path(settings.MEDIA_ROOT)
    yield "the folder of static files", Path(settings.STATIC_ROOT)
    for finder in get_finders():
        for storage in getattr(finder, "storages", {}).values():
            yield "a folder of static files", Path(storage.location)
    if not settings.DEBUG:
        yield "the project’s own folder", settings.BASE_DIR
