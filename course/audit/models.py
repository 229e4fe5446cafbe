import uuid

from django.db import models
from django.utils import timezone


class Entry(models.Model):
    """One line about a staff or money action. Facts by id; never content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=40)  # a person's id, or "system"
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)  # "certificate:<id>"
    result = models.CharField(max_length=20, default="done")

    class Meta:
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject} {self.result}"
