"""The secret half of a link. A token is the right to a place, so it is kept nowhere (R46).

It is made from the id of what it opens and from SECRET_KEY: the letter's task can make it
again, and whoever reads the database cannot. What is kept, also in a session, is its hash.
"""

import base64
import hashlib
from uuid import UUID

from django.utils.crypto import salted_hmac

INVITATION, JOIN_LINK, MANAGER = "invitation", "join-link", "manager"


def token(kind: str, pk: UUID) -> str:
    """256 bits as 43 letters that are safe in an address."""
    digest = salted_hmac(f"course.places.tokens.{kind}", str(pk), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def hash_for(kind: str, pk: UUID) -> str:
    """What is kept beside the id."""
    return hash_of(token(kind, pk))
