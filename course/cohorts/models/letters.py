"""What may be sent to people about their cohort, and when they want it."""

import secrets
import uuid

from django.db import models

from course.cohorts.models.cohorts import Cohort
from course.cohorts.models.taking_part import Enrolment
from course.people.models import User


def new_token() -> str:
    """160 random bits, in letters that every calendar program takes in an address."""
    return secrets.token_hex(20)


class Reminders(models.Model):
    """What someone chose to be reminded of. Everything is off until it is chosen."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="reminders")
    day_before = models.BooleanField(default=False)  # a meeting, the day before
    hour_before = models.BooleanField(default=False)  # a meeting, about an hour before
    module_opens = models.BooleanField(default=False)  # a session's page opens
    after_meeting = models.BooleanField(default=False)  # recording, notes and feedback are there
    # What facilitators write to the whole group. On until stopped: a person wrote it.
    messages = models.BooleanField(default=True)
    by_email = models.BooleanField(default=True)
    in_calendar = models.BooleanField(default=False)  # as alarms in the subscribed calendar
    stopped_at = models.DateTimeField(null=True, blank=True)  # one press stops all

    def __str__(self) -> str:
        return f"reminders of {self.user_id}"


class CalendarFeed(models.Model):
    """The private address of someone's calendar. Renewing it ends the old address at once."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar")
    token = models.CharField(max_length=40, unique=True, default=new_token)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"


class Message(models.Model):
    """A message from the facilitators to everyone in a cohort. Their words, open to all of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="messages")
    sender = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    heading = models.CharField(max_length=100)
    words = models.TextField(max_length=4000)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return f"message {self.pk}"


class LetterToSelf(models.Model):
    """Someone asked for a link to their own words, six weeks on. Never the words."""

    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.CASCADE, related_name="letter_to_self"
    )
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    sent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"letter to self for {self.enrolment_id}"
