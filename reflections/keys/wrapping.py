"""The key-encryption keys (KEKs): the one interface to them, and the file that holds ours.

`WRITING_KEY_WRAPPER` names a callable that returns today's `KeyWrapper`. Ours reads a file
with one key a line, `<id> <43 or 44 letters of base64>`; the highest id is the active one.
"""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from reflections import sealing
from reflections.keys.filing import KeyFileProblem, read_key_file
from reflections.sealing import WritingUnreadable

OURS = "reflections.keys.wrapping.file_wrapper"


class KeysOutOfReach(WritingUnreadable):
    """The service that opens keys does not answer. Nothing is lost; nothing opens until it does."""


class Wrapped(NamedTuple):
    kek_id: int  # which KEK was used: a service may have turned to a newer one since
    locked: bytes


class KeyWrapper(Protocol):
    """Whatever locks and unlocks a person's key.

    A service stands behind it: Vault's transit engine takes `owner` and `dek_id` as its
    context and its key version as `kek_id`; a cloud KMS takes them as its encryption
    context, with a number of ours for each of its keys. Each method raises WritingUnreadable
    for a key that does not open, and KeysOutOfReach when the service cannot be asked.
    """

    @property
    def active(self) -> int: ...

    def can_open(self, kek_id: int) -> bool: ...

    def wrap(self, dek: bytes, *, owner: UUID, dek_id: UUID) -> Wrapped: ...

    def unwrap(self, locked: bytes, *, kek_id: int, owner: UUID, dek_id: UUID) -> bytes: ...


class FileWrapper:
    """KEKs from a file outside both databases, the uploads and every backup."""

    def __init__(self, path: Path) -> None:
        self._keks = read_key_file(path)
        self.active = max(self._keks)

    @property
    def ids(self) -> Collection[int]:
        return self._keks.keys()

    def can_open(self, kek_id: int) -> bool:
        return kek_id in self._keks

    def wrap(self, dek: bytes, *, owner: UUID, dek_id: UUID) -> Wrapped:
        kek = self._keks[self.active]
        locked = sealing.wrap(dek, kek=kek, kek_id=self.active, owner=owner, dek_id=dek_id)
        return Wrapped(self.active, locked)

    def unwrap(self, locked: bytes, *, kek_id: int, owner: UUID, dek_id: UUID) -> bytes:
        if kek_id not in self._keks:
            raise WritingUnreadable
        return sealing.unwrap(locked, kek=self._keks[kek_id], owner=owner, dek_id=dek_id)


class _Read(NamedTuple):
    stamp: tuple[str, int, int, int]
    keks: FileWrapper


_last: list[_Read] = []  # at most one; replaced whole, so that threads never meet half of it


def file_wrapper() -> FileWrapper:
    """What the key file holds now. A changed file is read anew, without a restart."""
    path = Path(settings.WRITING_KEY_FILE)
    try:
        facts = path.stat()
    except OSError:
        raise KeyFileProblem("the key file cannot be read") from None
    stamp = (str(path), facts.st_mtime_ns, facts.st_ino, facts.st_size)
    for read in _last[:1]:
        if read.stamp == stamp:
            return read.keks
    # Looked at before it is read: what is read may be newer than the stamp, never older.
    keks = FileWrapper(path)
    _last[:] = [_Read(stamp, keks)]
    return keks


def wrapper() -> KeyWrapper:
    """Today's wrapper. Raises WritingUnreadable when there can be none now."""
    return import_string(settings.WRITING_KEY_WRAPPER)()
