"""The audit log: append-only, one line per staff or money action, never content (R74)."""

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import datetime
from ipaddress import ip_address, ip_network
from uuid import UUID

from course.audit.models import Entry

# Where the request that is being answered came from, shortened.
network: ContextVar[str | None] = ContextVar("network", default=None)
KEPT = {4: 24, 6: 48}  # bits: what a provider gives to many, or to one customer


def shortened(address: str) -> str | None:
    """203.0.113.7 as 203.0.113.0/24. None for what is no address."""
    try:
        whole = ip_address(address)
    except ValueError:
        return None
    whole = getattr(whole, "ipv4_mapped", None) or whole
    return str(ip_network((whole, KEPT[whole.version]), strict=False))


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
    facts |= {"network": network.get()}
    Entry.objects.create(**facts, result=result, **({"at": at} if at else {}))


def record_each(action: str, *, actor: UUID, subjects: Iterable[str], at: datetime) -> None:
    """Append one line for each of these, all at once."""
    facts = {"action": action, "actor": str(actor), "at": at, "network": network.get()}
    Entry.objects.bulk_create(Entry(subject=subject, **facts) for subject in subjects)
