"""Sealing: what goes in comes out, in its own place and nowhere else."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from reflections import sealing
from reflections.sealing import Place, WritingUnreadable

DEK, DEK_ID = bytes(range(32)), UUID(int=7)
HERE = Place("reflection", UUID(int=1), UUID(int=2), UUID(int=3), "answers")
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=600)


def sealed(words: str, place: Place = HERE) -> bytes:
    return sealing.seal(words, dek=DEK, dek_id=DEK_ID, place=place)


def opened(record: bytes, place: Place = HERE, dek: bytes = DEK, dek_id: UUID = DEK_ID) -> str:
    return sealing.open_sealed(record, dek=dek, dek_id=dek_id, place=place)


@given(text)
def test_what_was_sealed_opens_again(words):
    assert opened(sealed(words)) == words


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("set_aside", HERE.row, HERE.owner, HERE.session, HERE.field),
        Place(HERE.table, uuid4(), HERE.owner, HERE.session, HERE.field),
        Place(HERE.table, HERE.row, uuid4(), HERE.session, HERE.field),
        Place(HERE.table, HERE.row, HERE.owner, uuid4(), HERE.field),
        Place(HERE.table, HERE.row, HERE.owner, HERE.session, "other"),
        # parts must not slide into each other
        Place("reflectio", HERE.row, HERE.owner, HERE.session, "nanswers"),
    ],
)
def test_a_text_that_was_moved_does_not_open(elsewhere):
    with pytest.raises(WritingUnreadable):
        opened(sealed("at home"), elsewhere)


def test_another_key_does_not_open_it():
    with pytest.raises(WritingUnreadable):
        opened(sealed("mine"), dek=bytes(32))
    with pytest.raises(WritingUnreadable):
        opened(sealed("mine"), dek_id=UUID(int=8))


@given(st.data())
def test_any_changed_or_missing_byte_is_refused_and_says_nothing(data):
    record = sealed("private words")
    at = data.draw(st.integers(0, len(record) - 1))
    flipped = record[:at] + bytes([record[at] ^ data.draw(st.integers(1, 255))]) + record[at + 1 :]
    for spoilt in (flipped, record[:at]):
        with pytest.raises(WritingUnreadable) as raised:
            opened(spoilt)
        assert "private words" not in repr(raised.value)


@pytest.mark.parametrize("letters", [0, 10, 200, 251])
def test_length_does_not_give_a_short_text_away(letters):
    assert len(sealed("x" * letters)) == len(sealed("")) == 46 + 256 + 16


def test_the_same_text_never_looks_the_same():
    assert sealed("again") != sealed("again")


@given(st.binary(min_size=32, max_size=32), st.integers(1, 2**32 - 1))
def test_a_wrapped_key_opens_for_its_owner_alone(dek, kek_id):
    kek, owner, dek_id = bytes(32), uuid4(), uuid4()
    wrapped = sealing.wrap(dek, kek=kek, kek_id=kek_id, owner=owner, dek_id=dek_id)
    assert sealing.unwrap(wrapped, kek=kek, owner=owner, dek_id=dek_id) == dek
    for wrong in ({"owner": uuid4()}, {"dek_id": uuid4()}, {"kek": bytes(31) + b"x"}):
        with pytest.raises(WritingUnreadable):
            sealing.unwrap(wrapped, **({"kek": kek, "owner": owner, "dek_id": dek_id} | wrong))


def test_published_vectors_open_here_and_in_a_second_implementation():
    """The formats are fixed: bytes sealed long ago open today, and by the words of the format."""
    vectors = json.loads((Path(__file__).parent / "vectors.json").read_text())
    for v in vectors["records"]:
        place = Place(v["table"], *(UUID(v[n]) for n in ("row", "owner", "session")), v["field"])
        record, dek, dek_id = bytes.fromhex(v["record"]), bytes.fromhex(v["dek"]), UUID(v["dek_id"])
        assert opened(record, place, dek, dek_id) == v["text"]
        assert second_implementation(v) == v["text"]
    for v in vectors["wrapped"]:
        bound = {"owner": UUID(v["owner"]), "dek_id": UUID(v["dek_id"])}
        kek, wrapped = bytes.fromhex(v["kek"]), bytes.fromhex(v["wrapped"])
        assert sealing.unwrap(wrapped, kek=kek, **bound).hex() == v["dek"]
        assert second_implementation_of_wrapping(v).hex() == v["dek"]
    assert (len(vectors["records"]), len(vectors["wrapped"])) == (3, 3)


def second_implementation(v: dict) -> str:
    """Written from the description of the format alone: HKDF by hand, no code of ours."""
    import hmac

    record, dek = bytes.fromhex(v["record"]), bytes.fromhex(v["dek"])
    salt, nonce, locked = record[18:34], record[34:46], record[46:]
    prk = hmac.digest(salt, dek, "sha256")
    key = hmac.digest(prk, b"refl/record/v1\x01", "sha256")
    parts = [b"rec/v1", UUID(v["dek_id"]).bytes, v["table"].encode()]
    parts += [UUID(v[n]).bytes for n in ("row", "owner", "session")] + [v["field"].encode()]
    aad = b"".join(len(p).to_bytes(4, "big") + p for p in parts)
    try:
        padded = AESGCM(key).decrypt(nonce, locked, aad)
    except InvalidTag:  # pragma: no cover
        return "not opened"
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")].decode()


def second_implementation_of_wrapping(v: dict) -> bytes:
    """Likewise, for a person's key under a file key. HKDF without a salt has one of zeros."""
    import hmac

    wrapped = bytes.fromhex(v["wrapped"])
    assert wrapped[:6] == b"W\x01" + v["kek_id"].to_bytes(4, "big")
    prk = hmac.digest(bytes(32), bytes.fromhex(v["kek"]), "sha256")
    key = hmac.digest(prk, b"refl/dek-wrap/v1\x01", "sha256")
    parts = [b"dek/v1", UUID(v["owner"]).bytes, UUID(v["dek_id"]).bytes, wrapped[2:6]]
    aad = b"".join(len(p).to_bytes(4, "big") + p for p in parts)
    return AESGCM(key).decrypt(wrapped[6:18], wrapped[18:], aad)
