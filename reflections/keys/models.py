import uuid

from django.db import models


class WritingKeyQuerySet(models.QuerySet["WritingKey"]):
    def live(self) -> "WritingKeyQuerySet":
        """Keys that still open something: a retired one too, while its texts are re-sealed."""
        return self.filter(destroyed_at=None)

    def active(self) -> "WritingKeyQuerySet":
        """The one key of each person that new words are sealed with."""
        return self.filter(destroyed_at=None, retired_at=None)


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
    retired_at = models.DateTimeField(null=True, blank=True)  # seals nothing new, opens what it did
    destroyed_at = models.DateTimeField(null=True, blank=True)

    objects = WritingKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id"],
                condition=models.Q(destroyed_at=None, retired_at=None),
                name="one_sealing_key_per_person",
            ),
            models.CheckConstraint(
                condition=models.Q(destroyed_at=None, wrapped__isnull=False)
                | models.Q(destroyed_at__isnull=False, wrapped__isnull=True),
                name="a_destroyed_writing_key_is_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"writing key {self.pk}"


class Tombstone(models.Model):
    """Someone was erased. It lives beside the keys, so that it outlives an older data backup."""

    owner_id = models.UUIDField(primary_key=True)
    erased_at = models.DateTimeField()
    # What they chose about their certificates, so that a restore does as they asked.
    keeps_certificates = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return f"tombstone {self.owner_id}"
