"""What the audit says about one matter. Nothing here changes a line."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from course.audit.models import Entry


def lines_about(
    subjects: Iterable[str], *, actions: Collection[str], at_most: int = 500
) -> list[Entry]:
    """Lines of these kinds about these things, the newest first."""
    found = Entry.objects.filter(subject__in=list(subjects), action__in=list(actions))
    return list(found.order_by("-at")[:at_most])


def lines_by(actor: UUID, *, at_most: int = 2000) -> list[Entry]:
    """What one person did, the newest first."""
    return list(Entry.objects.filter(actor=str(actor)).order_by("-at")[:at_most])


def wait(action: str, *, actor: UUID, times: int, within: timedelta, now: datetime) -> timedelta:
    """How long until this person may do it again, when so many times in so long is enough.
    Nothing when they may now."""
    lately = Entry.objects.filter(action=action, actor=str(actor), at__gt=now - within)
    moments = list(lately.order_by("-at").values_list("at", flat=True)[:times])
    return moments[-1] + within - now if len(moments) == times else timedelta(0)
