import uuid
from datetime import date
from typing import Self
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.people.models import User


def known_zone(name: str) -> None:
    if name not in available_timezones():
        words = _("“%(name)s” is not a time zone that we know.")
        raise ValidationError(words, params={"name": name})


class CohortQuerySet(models.QuerySet["Cohort"]):
    def for_facilitator(self, user: User) -> Self:
        """The cohorts this person runs. Superusers run the site, not the cohorts; they see all."""
        return self if user.is_superuser else self.filter(facilitators=user)

    def for_host(self, user: User) -> Self:
        """The cohorts whose meetings this person may open: as facilitator or as host."""
        if user.is_superuser:
            return self
        return self.filter(Q(facilitators=user) | Q(hosts=user)).distinct()

    def to_join(self, today: date) -> Self:
        """Announced cohorts that have not ended, those without dates last."""
        current = Q(ends_on=None) | Q(ends_on__gte=today)
        return self.filter(
            current,
            announced_at__isnull=False,
            cancelled_at=None,
            closed_at=None,
            joining__in=[Cohort.OPEN, Cohort.ON_REQUEST],
        )


class Cohort(models.Model):
    """One run of a programme by a group of people: with dates, or in one's own time.

    Where it stands is derived from its facts, from planned to closed: `state` says it.
    One that is being planned has no `announced_at`.
    """

    OPEN, ON_REQUEST, BY_INVITATION = "open", "request", "invitation"
    JOINING = [
        (OPEN, _("open to anyone")),
        (ON_REQUEST, _("on request")),
        (BY_INVITATION, _("by invitation")),
    ]
    PLANNED, TENTATIVE, TO_COME, RUNNING, OVER, CLOSED, CANCELLED = (
        "planned",
        "tentative",
        "to_come",
        "running",
        "over",
        "closed",
        "cancelled",
    )
    STATES = {
        PLANNED: _("planned, not announced yet"),
        TENTATIVE: _("announced, and runs once enough people have joined"),
        TO_COME: _("announced, and will run"),
        RUNNING: _("running"),
        OVER: _("all meetings have been; not closed yet"),
        CLOSED: _("closed"),
        CANCELLED: _("called off"),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The programme page by its id, not by a foreign key: deleting a page must not reach people.
    programme_id = models.PositiveIntegerField(db_index=True)
    title = models.CharField(max_length=120)
    starts_on = models.DateField(null=True, blank=True)  # None: in one's own time
    ends_on = models.DateField(null=True, blank=True)
    zone = models.CharField(max_length=60, default="Europe/London", validators=[known_zone])
    rest_after = models.PositiveSmallIntegerField(null=True, blank=True)  # a session's number
    joining = models.CharField(max_length=10, choices=JOINING, default=BY_INVITATION)
    # Per place and before tax, in pence or cents; 0 is free.
    price_minor = models.PositiveIntegerField(default=0)
    team_price_minor = models.PositiveIntegerField(default=0)  # what organisations pay
    currency = models.CharField(max_length=3, default="GBP")
    # Who is counted: course/cohorts/capacity.py. None: as many as come.
    capacity = models.PositiveIntegerField(null=True, blank=True)
    held = models.PositiveIntegerField(default=0)  # kept: orders, bursaries, offers
    sold = models.PositiveIntegerField(default=0)  # places that someone has, or may give away
    bursaries = models.PositiveIntegerField(default=0)  # bursary places to be had, part of `held`
    sessions_needed = models.PositiveSmallIntegerField(default=6)  # of eight, to complete
    live_needed = models.PositiveSmallIntegerField(default=0)  # of those, live; mostly none
    # Days before its meeting that a module opens. None: everything is open from the first day.
    opens_days_before = models.PositiveSmallIntegerField(null=True, blank=True)
    # A tentative run is sure once so many have joined. None: it runs in any case.
    people_needed = models.PositiveSmallIntegerField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # a tentative run became sure
    cancelled_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    facilitators = models.ManyToManyField(User, through="Facilitation", related_name="facilitates")
    # Hosts open the room and look after the chat. They see meetings, and nothing of people.
    hosts = models.ManyToManyField(User, related_name="hosts", blank=True)

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
                condition=Q(live_needed__lte=F("sessions_needed")),
                name="cohort_needs_no_more_live_than_all",
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
    def is_dated(self) -> bool:
        return self.starts_on is not None

    @property
    def room(self) -> int | None:
        """Places still to be had, or None for as many as come. Never shown: no haste."""
        return None if self.capacity is None else self.capacity - self.held - self.sold

    @property
    def is_tentative(self) -> bool:
        """Whether it still waits for enough people to be sure."""
        return self.people_needed is not None and self.confirmed_at is None

    def takes_people(self, today: date) -> bool:
        """Whether anyone may come in at all, by whichever road: orders, offers, invitations."""
        over = self.ends_on is not None and self.ends_on < today
        return bool(self.announced_at) and not (self.cancelled_at or self.closed_at or over)

    def state(self, today: date) -> str:
        """Where it stands on this day, one of STATES."""
        if self.cancelled_at:
            return self.CANCELLED
        if self.closed_at:
            return self.CLOSED
        if not self.announced_at:
            return self.PLANNED
        if self.ends_on and self.ends_on < today:
            return self.OVER
        if not self.starts_on or self.starts_on <= today:
            return self.RUNNING
        return self.TENTATIVE if self.is_tentative else self.TO_COME


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
