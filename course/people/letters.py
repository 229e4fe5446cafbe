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

from course import mail
from course.outbox.owing import owe


def _lock() -> Fernet:
    digest = hashlib.sha256(b"letters/v1" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def post(message: EmailMultiAlternatives) -> None:
    """Owe this letter to the world, sealed."""
    html = message.alternatives[0][0] if message.alternatives else ""
    letter = {"subject": message.subject, "text": message.body, "html": html, "to": message.to}
    sealed = _lock().encrypt(json.dumps(letter).encode()).decode()
    number = str(uuid4())
    owe(send, key=f"account-letter:{number}", urgent=True, sealed=sealed, number=number)


def send(*, sealed: str, number: str = "") -> None:
    """`number` makes a letter that goes twice after a crash one letter; older ones have none."""
    letter: dict[str, Any] = json.loads(_lock().decrypt(sealed.encode()))
    headers = {"Auto-Submitted": "auto-generated"}  # no answer by a machine, no loops
    headers["Message-ID"] = mail.message_id(number and f"account-letter:{number}")
    message = EmailMultiAlternatives(
        letter["subject"], letter["text"], to=letter["to"], headers=headers
    )
    if letter["html"]:
        message.attach_alternative(letter["html"], "text/html")
    message.send()


def post_goodbye(*, to: str, kept: bool) -> None:
    """Owe the last letter to someone whose account goes in the same moment. Their address is
    nowhere but in here, sealed, and goes when the letter was sent."""
    number = str(uuid4())
    sealed = _lock().encrypt(to.encode()).decode()
    owe(say_goodbye, key=f"goodbye:{number}", sealed=sealed, kept=kept, number=number)


def say_goodbye(*, sealed: str, kept: bool, number: str) -> None:
    to = _lock().decrypt(sealed.encode()).decode()
    mail.goodbye(to=to, key=f"goodbye:{number}", kept=kept)
