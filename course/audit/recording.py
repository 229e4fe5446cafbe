"""The audit log: append-only, one line per staff or money action, never content (R74)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from course.audit.models import Entry


def record(
    action: str,
    *,
    actor: UUID | None,
    subject: str = "",
    result: str = "done",
    at: datetime | None = None,
) -> None:
    """Append one line. `actor` is a person's id; None is the system itself."""
    facts = {"action": action, "actor": str(actor or "system"), "subject": subject}
    Entry.objects.create(**facts, result=result, **({"at": at} if at else {}))


def record_each(action: str, *, actor: UUID, subjects: Iterable[str], at: datetime) -> None:
    """Append one line for each of these, all at once."""
    facts = {"action": action, "actor": str(actor), "at": at}
    Entry.objects.bulk_create(Entry(subject=subject, **facts) for subject in subjects)
