"""The key-encryption keys (KEKs): where they come from, and the one interface to them.

A cloud key service can stand behind `KeyWrapper` later. Ours reads a file with one
key a line, `<id> <43 or 44 letters of base64>`; the highest id is the active one.
"""

import base64
import binascii
import os
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings

from reflections import sealing
from reflections.sealing import WritingUnreadable


class KeyFileProblem(WritingUnreadable):
    """The key file is missing or spoilt. Its text names the file's problem, never a key."""


class KeyWrapper(Protocol):
    active: int

    def wrap(self, dek: bytes, *, owner: UUID, dek_id: UUID) -> bytes: ...

    def unwrap(self, wrapped: bytes, *, kek_id: int, owner: UUID, dek_id: UUID) -> bytes: ...


class FileWrapper:
    """KEKs from a file outside both databases, the uploads and every backup."""

    def __init__(self, path: Path) -> None:
        self._keks = read_key_file(path)
        self.active = max(self._keks)

    def wrap(self, dek: bytes, *, owner: UUID, dek_id: UUID) -> bytes:
        kek = self._keks[self.active]
        return sealing.wrap(dek, kek=kek, kek_id=self.active, owner=owner, dek_id=dek_id)

    def unwrap(self, wrapped: bytes, *, kek_id: int, owner: UUID, dek_id: UUID) -> bytes:
        if kek_id not in self._keks:
            raise WritingUnreadable
        return sealing.unwrap(wrapped, kek=self._keks[kek_id], owner=owner, dek_id=dek_id)


def read_key_file(path: Path) -> dict[int, bytes]:
    """The KEKs by id. Raises KeyFileProblem."""
    try:
        lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
        keks = {int(number): base64.urlsafe_b64decode(key + "==") for number, key in lines}
    except OSError:
        raise KeyFileProblem("the key file cannot be read") from None
    except (ValueError, binascii.Error):
        raise KeyFileProblem("the key file is not in the form “<id> <key>”") from None
    if not keks:
        raise KeyFileProblem("the key file is empty")
    if any(len(kek) != 32 for kek in keks.values()):
        raise KeyFileProblem("a key in the key file is not 32 bytes long")
    return keks


def make_key_file(path: Path) -> None:
    """Write a first key file, readable by its owner alone. Never overwrites one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"1 {base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip('=')}\n")


_wrappers: dict[tuple[str, float], FileWrapper] = {}


def wrapper() -> KeyWrapper:
    """Today's wrapper. A changed key file is read anew, without a restart."""
    path = Path(settings.WRITING_KEY_FILE)
    try:
        stamp = (str(path), path.stat().st_mtime)
    except OSError:
        raise KeyFileProblem("the key file cannot be read") from None
    if stamp not in _wrappers:
        _wrappers.clear()
        _wrappers[stamp] = FileWrapper(path)
    return _wrappers[stamp]
