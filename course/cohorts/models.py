import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from course.people.models import User


def known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone that we know."), {"name": name})


class CohortQuerySet(models.QuerySet["Cohort"]):
    def for_facilitator(self, user: User) -> Self:
        """The cohorts this person runs. Superusers run the site, not the cohorts; they see all."""
        return self if user.is_superuser else self.filter(facilitators=user)

    def to_join(self, today: date) -> Self:
        """Announced cohorts that have not ended, those without dates last."""
        current = Q(ends_on=None) | Q(ends_on__gte=today)
        return self.filter(current, closed_at=None, joining__in=[Cohort.OPEN, Cohort.ON_REQUEST])


class Cohort(models.Model):
    """One run of a programme by a group of people: with dates, or in one's own time."""

    OPEN, ON_REQUEST, BY_INVITATION = "open", "request", "invitation"
    JOINING = [
        (OPEN, _("open to anyone")),
        (ON_REQUEST, _("on request")),
        (BY_INVITATION, _("by invitation")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The programme page by its id, not by a foreign key: deleting a page must not reach people.
    programme_id = models.PositiveIntegerField(db_index=True)
    title = models.CharField(max_length=120)
    starts_on = models.DateField(null=True, blank=True)  # None: in one's own time
    ends_on = models.DateField(null=True, blank=True)
    zone = models.CharField(max_length=60, default="Europe/London", validators=[known_zone])
    joining = models.CharField(max_length=10, choices=JOINING, default=BY_INVITATION)
    # Per place and before tax, in pence or cents; 0 is free.
    price_minor = models.PositiveIntegerField(default=0)
    team_price_minor = models.PositiveIntegerField(default=0)  # what organisations pay
    currency = models.CharField(max_length=3, default="GBP")
    # Who is counted: course/cohorts/capacity.py. None: as many as come.
    capacity = models.PositiveIntegerField(null=True, blank=True)
    held = models.PositiveIntegerField(default=0)  # kept for orders under way, and for bursaries
    sold = models.PositiveIntegerField(default=0)  # places that someone has, or may give away
    bursaries = models.PositiveIntegerField(default=0)  # bursary places to be had, part of `held`
    sessions_needed = models.PositiveSmallIntegerField(default=6)  # of eight, to complete
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    facilitators = models.ManyToManyField(User, through="Facilitation", related_name="facilitates")

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = [F("starts_on").desc(nulls_last=True), "title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="cohort_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(sessions_needed__range=(1, 8)),
                name="cohort_needs_one_to_eight_sessions",
            ),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=F("held") + F("sold")),
                name="cohort_is_never_overbooked",
            ),
            models.CheckConstraint(
                condition=Q(bursaries__lte=F("held")), name="cohort_holds_its_bursary_places"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_free(self) -> bool:
        return self.price_minor == 0

    @property
    def room(self) -> int | None:
        """Places still to be had, or None for as many as come. Never shown: no haste."""
        return None if self.capacity is None else self.capacity - self.held - self.sold


class Facilitation(models.Model):
    """Someone runs a cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="facilitations")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="facilitations")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "user"], name="facilitates_a_cohort_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} runs {self.cohort_id}"


class LiveSession(models.Model):
    """A dated meeting of a cohort, as wall time in the cohort's zone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="live_sessions")
    number = models.PositiveSmallIntegerField()  # of the session it belongs to, 1 to 8
    day = models.DateField()
    starts = models.TimeField()  # as the clock on the wall says in the cohort's zone
    minutes = models.PositiveSmallIntegerField(default=90)

    class Meta:
        ordering = ["day", "starts"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="one_meeting_per_session")
        ]

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


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)

    def for_attendee(self, user: User) -> Self:
        return self.filter(user=user)

    def for_facilitator(self, user: User) -> Self:
        return self if user.is_superuser else self.filter(cohort__facilitators=user)


class Enrolment(models.Model):
    """One person's place in one cohort."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="enrolments")
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # left, moved or withdrawn: no reason
    # What someone asks for, in their words. Facilitators see it only when it was sent.
    access_needs = models.TextField(max_length=2000, blank=True, default="")
    access_needs_sent_at = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "user"],
                condition=Q(ended_at=None),
                name="one_live_enrolment_per_person_and_cohort",
            )
        ]
        indexes = [models.Index(fields=["user", "ended_at"], name="enrolments_of_a_person")]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"


class Interest(models.Model):
    """Someone asked to be told when the next cohort opens. Nothing is sent until confirmed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme_id = models.PositiveIntegerField()
    email = models.EmailField()
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme_id", "email"], name="one_interest_per_address"
            )
        ]

    def __str__(self) -> str:
        return f"interest {self.pk}"
