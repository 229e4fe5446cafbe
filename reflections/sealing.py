"""Sealing and opening, and nothing else: bytes in, bytes out, no database.

    KEK[id]      32 random bytes in a file of its own
      wrap  ->   DEK[person]   32 random bytes, one active per person
        HKDF ->  record key    one per saved version
          AES-256-GCM over padded text, bound to its place

The formats are fixed and have published test vectors (tests/reflections/vectors.json).
All numbers are big-endian.

    wrapped DEK = "W" 01 | kek_id u32 | nonce 12 | ciphertext and tag
    record      = "R" 01 | dek_id 16  | salt 16  | nonce 12 | ciphertext and tag
"""

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

WRAPPED = b"W\x01"
RECORD = b"R\x01"
STEP = 256  # bytes; length must not give the text away (R12)


class WritingUnreadable(Exception):
    """Writing cannot be opened now: a wrong key, a missing key or bytes that were changed.

    It never carries any of the text, and it never means that the text is gone.
    """


@dataclass(frozen=True)
class Place:
    """Where one sealed text belongs. A text that was moved does not open."""

    table: str
    row: UUID
    owner: UUID
    session: UUID
    field: str

    def bound_to(self, dek_id: UUID) -> bytes:
        parts = [b"rec/v1", dek_id.bytes, self.table.encode(), self.row.bytes]
        return length_prefixed(*parts, self.owner.bytes, self.session.bytes, self.field.encode())


def length_prefixed(*parts: bytes) -> bytes:
    """Each part behind its length, so that parts cannot slide into each other."""
    return b"".join(len(part).to_bytes(4) + part for part in parts)


def derive(key: bytes, *, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def wrap(dek: bytes, *, kek: bytes, kek_id: int, owner: UUID, dek_id: UUID) -> bytes:
    """Lock a person's key with the key-encryption key."""
    nonce = os.urandom(12)
    box = AESGCM(derive(kek, salt=None, info=b"refl/dek-wrap/v1"))
    number = kek_id.to_bytes(4)
    bound = length_prefixed(b"dek/v1", owner.bytes, dek_id.bytes, number)
    return WRAPPED + number + nonce + box.encrypt(nonce, dek, bound)


def unwrap(wrapped: bytes, *, kek: bytes, owner: UUID, dek_id: UUID) -> bytes:
    """Open a person's key. Raises WritingUnreadable."""
    if wrapped[:2] != WRAPPED or len(wrapped) < 18 + 16:
        raise WritingUnreadable
    number, nonce, locked = wrapped[2:6], wrapped[6:18], wrapped[18:]
    box = AESGCM(derive(kek, salt=None, info=b"refl/dek-wrap/v1"))
    try:
        return box.decrypt(
            nonce, locked, length_prefixed(b"dek/v1", owner.bytes, dek_id.bytes, number)
        )
    except InvalidTag:
        raise WritingUnreadable from None


def seal(text: str, *, dek: bytes, dek_id: UUID, place: Place) -> bytes:
    """Lock one text to its place, under a record key of its own."""
    salt, nonce = os.urandom(16), os.urandom(12)
    box = AESGCM(derive(dek, salt=salt, info=b"refl/record/v1"))
    locked = box.encrypt(nonce, pad(text.encode()), place.bound_to(dek_id))
    return RECORD + dek_id.bytes + salt + nonce + locked


def open_sealed(record: bytes, *, dek: bytes, dek_id: UUID, place: Place) -> str:
    """Open one text. Raises WritingUnreadable, and never returns anything else than the text."""
    if record[:2] != RECORD or len(record) < 46 + 16 or record[2:18] != dek_id.bytes:
        raise WritingUnreadable
    salt, nonce, locked = record[18:34], record[34:46], record[46:]
    box = AESGCM(derive(dek, salt=salt, info=b"refl/record/v1"))
    try:
        return unpad(box.decrypt(nonce, locked, place.bound_to(dek_id))).decode()
    except (InvalidTag, UnicodeDecodeError):
        raise WritingUnreadable from None


def reseal(
    record: bytes, *, old: tuple[UUID, bytes], new: tuple[UUID, bytes], place: Place
) -> bytes:
    """The same text in the same place under another key. Raises WritingUnreadable."""
    text = open_sealed(bytes(record), dek_id=old[0], dek=old[1], place=place)
    again = seal(text, dek_id=new[0], dek=new[1], place=place)
    if open_sealed(again, dek_id=new[0], dek=new[1], place=place) != text:
        raise WritingUnreadable
    return again


def is_sound(record: bytes, *, dek: bytes, dek_id: UUID, place: Place) -> bool:
    """Whether this opens with this key. What was inside is let go at once."""
    try:
        open_sealed(bytes(record), dek=dek, dek_id=dek_id, place=place)
    except WritingUnreadable:
        return False
    return True


def key_of(record: bytes) -> UUID:
    """Which key a record says it was sealed with."""
    if bytes(record[:2]) != RECORD or len(record) < 18:
        raise WritingUnreadable
    return UUID(bytes=bytes(record[2:18]))


def pad(text: bytes) -> bytes:
    whole = len(text).to_bytes(4) + text
    return whole + bytes(-len(whole) % STEP)


def unpad(padded: bytes) -> bytes:
    size = int.from_bytes(padded[:4])
    if size > len(padded) - 4:
        raise WritingUnreadable
    return padded[4 : 4 + size]
