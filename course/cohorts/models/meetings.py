import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from course.cohorts.models.cohorts import Cohort
from course.people.models import User

DOORS = timedelta(minutes=15)  # before the start, from when the way in is shown


class LiveSession(models.Model):
    """A dated meeting of a cohort, as wall time in the cohort's zone.

    It carries its “what to expect” card: nobody should come into a room without knowing
    who is there, what happens when, and where the breaks are.
    """

    NOT_RECORDED, IDEA_ONLY, WHOLE = "no", "idea", "whole"
    RECORDED = [
        (NOT_RECORDED, _("It is not recorded.")),
        (IDEA_ONLY, _("Only the idea of the week is recorded. The group is never seen or heard.")),
        (WHOLE, _("All of it is recorded, the group included.")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="live_sessions")
    number = models.PositiveSmallIntegerField()  # of the session it belongs to, 1 to 8
    day = models.DateField()
    starts = models.TimeField()  # as the clock on the wall says in the cohort's zone
    minutes = models.PositiveSmallIntegerField(default=90)
    break_minutes = models.PositiveSmallIntegerField(default=10)  # of them; not counted as hours
    # How to get in. Shown to people enrolled, from fifteen minutes before until the end.
    joining_url = models.URLField(max_length=500, blank=True)
    dial_in = models.CharField(max_length=200, blank=True)
    # The card. All three texts and the answer about recording are needed to announce.
    who = models.TextField(blank=True)
    running_order = models.TextField(blank=True)  # a line each: “40 Break, cameras off”
    breakout_rooms = models.TextField(blank=True)
    recorded = models.CharField(max_length=5, choices=RECORDED, blank=True)
    # Rises with every change that a calendar must follow (RFC 5545, SEQUENCE).
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["day", "starts"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="one_meeting_per_session"),
            models.CheckConstraint(
                condition=Q(break_minutes__lt=models.F("minutes")), name="more_meeting_than_break"
            ),
        ]
        indexes = [models.Index(fields=["day"], name="meetings_of_a_day")]

    def __str__(self) -> str:
        return f"session {self.number} of {self.cohort_id}"

    @property
    def starts_at(self) -> datetime:
        """The moment, in the cohort's zone. Correct on both sides of a clock change."""
        return datetime.combine(self.day, self.starts, tzinfo=ZoneInfo(self.cohort.zone))

    @property
    def ends_at(self) -> datetime:
        start = self.starts_at.astimezone(UTC)
        return (start + timedelta(minutes=self.minutes)).astimezone(ZoneInfo(self.cohort.zone))

    @property
    def live_minutes(self) -> int:
        """What counts as hours for someone who was there: breaks do not."""
        return self.minutes - self.break_minutes

    def is_open(self, now: datetime) -> bool:
        """Whether the way in is shown: from fifteen minutes before the start to the end."""
        return not self.cancelled_at and self.starts_at - DOORS <= now < self.ends_at

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now


class Change(models.Model):
    """What a meeting was before someone changed it: told once, then kept as the record."""

    meeting = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="changes")
    was_day = models.DateField()
    was_starts = models.TimeField()
    was_minutes = models.PositiveSmallIntegerField()
    was_cancelled = models.BooleanField()
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField()
    # Passed on to everyone concerned, together with what else was changed in those minutes.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["changed_at", "pk"]
        indexes = [models.Index(fields=["told_at"], name="changes_still_to_tell")]

    def __str__(self) -> str:
        return f"change of {self.meeting_id}"

    @property
    def before(self) -> LiveSession:
        """The meeting as it was, to show and never to save."""
        was = LiveSession(pk=self.meeting_id, cohort=self.meeting.cohort)
        was.number, was.minutes = self.meeting.number, self.was_minutes
        was.day, was.starts = self.was_day, self.was_starts
        return was

    def matters(self, now: datetime) -> bool:
        """Whether the meeting is another one today, and either of the two is still to come."""
        meeting, was = self.meeting, self.before
        cancelled = meeting.cancelled_at is not None
        if self.was_cancelled and cancelled:
            return False
        moved = (was.starts_at, was.minutes) != (meeting.starts_at, meeting.minutes)
        changed = moved or self.was_cancelled != cancelled
        return changed and not (was.is_over(now) and meeting.is_over(now))


class Material(models.Model):
    """What goes with a meeting: slides before it, recording, captions and notes after it."""

    SLIDES, RECORDING, CAPTIONS, TRANSCRIPT, NOTES = (
        "slides",
        "recording",
        "captions",
        "transcript",
        "notes",
    )
    KINDS = [
        (SLIDES, _("slides")),
        (RECORDING, _("recording")),
        (CAPTIONS, _("captions")),
        (TRANSCRIPT, _("transcript")),
        (NOTES, _("written notes")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="materials")
    kind = models.CharField(max_length=10, choices=KINDS)
    title = models.CharField(max_length=120, blank=True)
    # One of these three. A file is served by a view that asks who is there, never as media.
    file = models.FileField(upload_to="meetings/", max_length=200, blank=True)
    url = models.URLField(max_length=500, blank=True)
    words = models.TextField(blank=True)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "added_at"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.meeting_id}"
