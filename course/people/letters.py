"""Letters about an account. They carry links that sign someone in, so what waits in
the outbox is sealed, and gone once it was sent."""

import base64
import hashlib
import json
from typing import Any
from uuid import uuid4

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from course.outbox.owing import owe


def _lock() -> Fernet:
    digest = hashlib.sha256(b"letters/v1" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def post(message: EmailMultiAlternatives) -> None:
    """Owe this letter to the world, sealed."""
    html = message.alternatives[0][0] if message.alternatives else ""
    letter = {"subject": message.subject, "text": message.body, "html": html, "to": message.to}
    sealed = _lock().encrypt(json.dumps(letter).encode()).decode()
    owe(send, key=f"account-letter:{uuid4()}", urgent=True, sealed=sealed)


def send(*, sealed: str) -> None:
    letter: dict[str, Any] = json.loads(_lock().decrypt(sealed.encode()))
    headers = {"Auto-Submitted": "auto-generated"}  # no answer by a machine, no loops
    message = EmailMultiAlternatives(
        letter["subject"], letter["text"], to=letter["to"], headers=headers
    )
    if letter["html"]:
        message.attach_alternative(letter["html"], "text/html")
    message.send()
