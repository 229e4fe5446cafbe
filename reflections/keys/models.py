import uuid

from django.db import models


class WritingKey(models.Model):
    """One person's key, wrapped. It lives in a database of its own.

    There is no foreign key to the person: the two databases are backed up apart, and
    an older data backup must not bring back a destroyed key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_id = models.UUIDField()
    wrapped = models.BinaryField(null=True)  # None once it was destroyed
    kek_id = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id"],
                condition=models.Q(destroyed_at=None),
                name="one_active_writing_key_per_person",
            ),
            models.CheckConstraint(
                condition=models.Q(destroyed_at=None, wrapped__isnull=False)
                | models.Q(destroyed_at__isnull=False, wrapped__isnull=True),
                name="a_destroyed_writing_key_is_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"writing key {self.pk}"
