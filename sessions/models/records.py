import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from course.cohorts.models import Enrolment
from course.people.models import User


class Progress(models.Model):
    """Where one person is in one session, for their own pages. It never completes anything."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="progress")
    session_key = models.UUIDField()
    opened_at = models.DateTimeField()
    place = models.CharField(max_length=40, blank=True)  # the part they were at
    place_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "progress"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "session_key"], name="one_place_per_session_and_person"
            )
        ]

    def __str__(self) -> str:
        return f"progress {self.pk}"


class Attendance(models.Model):
    """How one person was with one session. Catching up counts the same as being there."""

    PRESENT, PART, CAUGHT_UP, NOT_THIS_TIME = "present", "part", "caught_up", "not_this_time"
    STATES = [
        (PRESENT, _("present")),
        (PART, _("there for part of it")),
        (CAUGHT_UP, _("caught up")),
        (NOT_THIS_TIME, _("not this time")),
    ]
    COUNTING = [PRESENT, PART, CAUGHT_UP]
    LIVE = [PRESENT, PART]

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attendances")
    session_key = models.UUIDField()
    number = models.PositiveSmallIntegerField()  # 1 to 8, as it was then
    title = models.CharField(max_length=255)  # as it was then: a certificate must not drift
    state = models.CharField(max_length=15, choices=STATES)
    live_minutes = models.PositiveSmallIntegerField(default=0)
    own_minutes = models.PositiveSmallIntegerField(default=0)  # worked through in one's own time
    on = models.DateField()
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "session_key"], name="one_attendance_per_session_and_person"
            )
        ]

    def __str__(self) -> str:
        return f"attendance {self.pk}: {self.state}"


class AttendanceQuestion(models.Model):
    """Someone remembers a session differently from what is noted. Facilitators look at it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="attendance_questions"
    )
    number = models.PositiveSmallIntegerField()  # of the session, 1 to 8
    words = models.CharField(max_length=300, blank=True)  # to the facilitators; may be empty
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "number"],
                condition=models.Q(settled_at=None),
                name="one_open_question_per_session_and_person",
            )
        ]

    def __str__(self) -> str:
        return f"question {self.pk}"


class Completion(models.Model):
    """The rule was met, once. What was written never counts, nor whether anything was."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="completion")
    completed_at = models.DateTimeField()
    sessions_needed = models.PositiveSmallIntegerField()  # the rule as it was met

    def __str__(self) -> str:
        return f"completion of {self.enrolment_id}"


class Thought(models.Model):
    """A note that someone chose to send. Others will read it, and the form says so."""

    TO_FACILITATORS, TO_NEXT_COHORT, TO_ORGANISATION = (
        "facilitators",
        "next_cohort",
        "organisation",
    )
    FOR = [
        (TO_FACILITATORS, _("the facilitators of my group")),
        (TO_NEXT_COHORT, _("the next group")),
        (TO_ORGANISATION, _("the organisation that pays for my place")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="thoughts")
    for_whom = models.CharField(max_length=15, choices=FOR)
    words = models.TextField(max_length=2000)
    with_name = models.BooleanField(default=False)
    # About what should change around people, where they work or care.
    about_around = models.BooleanField(default=False)
    # Set when it is for an organisation: which one, by value, so that it outlives the order.
    organisation_id = models.UUIDField(null=True, blank=True)
    sent_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["sent_at"]

    def __str__(self) -> str:
        return f"thought {self.pk}"
