import uuid
from typing import Any, Never

from django.db import models
from django.utils import timezone


class OnlyAppended(Exception):
    """Lines of the audit log are added, and nothing else (R74)."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def _refuse(self, *_args: Any, **_facts: Any) -> Never:
        raise OnlyAppended

    update = delete = bulk_update = update_or_create = _refuse


class Entry(models.Model):
    """One line about a staff or money action. Facts by id; never content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=40)  # a person's id, or "system"
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)  # "certificate:<id>"
    result = models.CharField(max_length=20, default="done")
    # "203.0.113.0/24": enough to tell one place from another, too little to find a home. Null is
    # the system itself, and lines from before there was this column.
    network = models.CharField(max_length=45, null=True)  # noqa: DJ001 -- only expands

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject} {self.result}"

    def save(self, *args: Any, **facts: Any) -> None:
        if not self._state.adding:
            raise OnlyAppended
        super().save(*args, **facts)

    def delete(self, *_args: Any, **_facts: Any) -> Never:
        raise OnlyAppended
