import uuid
from datetime import datetime
from typing import Self

from django.db import models

from course.people.models import User
from reflections.sealing import Place


class ReflectionQuerySet(models.QuerySet["Reflection"]):
    def for_owner(self, user: User) -> Self:
        return self.filter(owner=user)

    def kept(self) -> Self:
        return self.filter(deleted_at=None)

    def to_purge(self, before: datetime) -> Self:
        return self.filter(deleted_at__lt=before)


class Reflection(models.Model):
    """One person's answers to one session, once round. All of them in one sealed text.

    What cannot be read here, by design: how many questions were answered, how much was
    written (beyond a step of a few thousand letters), and whether it was finished or
    skipped. There is no foreign key to a page, so that no deletion of content can
    reach or reveal it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_key = models.UUIDField()
    turn = models.PositiveSmallIntegerField(default=1)  # writing afresh keeps what was there
    version = models.PositiveIntegerField(default=0)  # rises with every save
    window = models.UUIDField(null=True)  # which open page saved last
    step = models.PositiveIntegerField(default=0)  # and which of its saves that was
    sealed = models.BinaryField()
    updated_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)  # took the time, or passed: both count
    deleted_at = models.DateTimeField(null=True, blank=True)  # from view; gone after seven days

    objects = ReflectionQuerySet.as_manager()

    class Meta:
        ordering = ["session_key", "turn"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "session_key", "turn"], name="one_reflection_per_session_and_turn"
            )
        ]

    def __str__(self) -> str:
        return f"reflection {self.pk}"

    @property
    def place(self) -> Place:
        return Place("reflection", self.pk, self.owner_id, self.session_key, "answers")


class SetAside(models.Model):
    """Words that could not simply be written: both versions are kept until their owner chooses.

    They come from a second window that met a newer version, or from a page whose
    session had ended, where writing is allowed and reading is not.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.CASCADE, related_name="set_aside")
    window = models.UUIDField()  # which open page they came from
    written_on = models.PositiveIntegerField()  # the version that page had been shown
    sealed = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["reflection", "window"], name="one_set_aside_per_window"
            )
        ]

    def __str__(self) -> str:
        return f"set aside {self.pk}"

    def place_in(self, reflection: Reflection) -> Place:
        return Place("set_aside", self.pk, reflection.owner_id, reflection.session_key, "answers")


class WritingChoices(models.Model):
    """How someone likes to be asked."""

    owner = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+", primary_key=True)
    offer_earlier = models.BooleanField(default=True)
    show_spiral = models.BooleanField(default=True)
    hidden_prompts = models.JSONField(default=list)  # keys of questions not to ask again

    def __str__(self) -> str:
        return f"writing choices of {self.owner_id}"
