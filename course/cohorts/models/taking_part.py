import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from course.cohorts.models.cohorts import Cohort
from course.cohorts.models.meetings import LiveSession
from course.people.models import User

MOST_OFFERS = 3  # made by the clock; a facilitator may make more
REST_AFTER_OFFER = timedelta(days=1)


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
    paused_at = models.DateTimeField(null=True, blank=True)  # nothing is sent until they are back
    # Where this one goes on from: deferred from another group, or begun again.
    continues = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="continued_by"
    )
    # An access adjustment: completes without a minimum of live meetings. No reason is kept.
    live_waived = models.BooleanField(default=False)
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


class Opening(models.Model):
    """A module was opened: for a whole cohort, or for one person before the rest.

    Once written it stays, so that moving a date never locks again what was open.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="openings")
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, null=True, blank=True, related_name="openings"
    )
    number = models.PositiveSmallIntegerField()  # of the session, 1 to 8
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "number"],
                condition=Q(enrolment=None),
                name="a_module_opens_once_for_a_cohort",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "number"],
                condition=Q(enrolment__isnull=False),
                name="a_module_opens_once_for_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.number} opened for {self.enrolment_id or self.cohort_id}"


class NotComing(models.Model):
    """Someone said beforehand that they will not be at a meeting. No reason is asked."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="not_coming")
    meeting = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="not_coming")
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "meeting"], name="not_coming_is_said_once")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} will not be at {self.meeting_id}"


class Guest(models.Model):
    """Someone comes to the same session with a later cohort, to catch up."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="visits")
    meeting = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="guests")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "meeting"], name="a_guest_comes_once")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} visits {self.meeting_id}"


class WaitingQuerySet(models.QuerySet["Waiting"]):
    def open(self) -> Self:
        """Still on the list, whether or not a place is being offered just now."""
        return self.filter(accepted_at=None, left_at=None)

    def offered(self) -> Self:
        """Those with a place kept for them. It is, until the clock's job has ended the offer."""
        return self.open().filter(offered_at__isnull=False)

    def in_turn(self, now: datetime) -> Self:
        """Those whom the next free place is offered to, and whom nobody may pass by.

        Someone who let an offer pass is asked again after a day, if the place is still there,
        and a few times in all. They stay on the list for as long as they like.
        """
        rested = Q(offers__lt=MOST_OFFERS, since__lte=now - REST_AFTER_OFFER)
        return self.open().filter(Q(offers=0) | rested, offered_at=None).order_by("since", "pk")


class Waiting(models.Model):
    """Someone asked for a place: the list is full, or the cohort is joined on request.

    An offer holds one place (course/cohorts/capacity.py) until it is taken, declined or
    over. After a kind end of an offer the person stays on the list, behind the others.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="waiting")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="waiting")
    since = models.DateTimeField()  # decides whose turn it is; renewed when an offer ran out
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_until = models.DateTimeField(null=True, blank=True)
    offers = models.PositiveSmallIntegerField(default=0)  # so far; each has one letter
    accepted_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "user"],
                condition=Q(accepted_at=None, left_at=None),
                name="one_wait_per_person_and_cohort",
            ),
            models.CheckConstraint(
                condition=Q(offered_at=None, offer_until=None)
                | Q(offered_at__isnull=False, offer_until__gt=models.F("offered_at")),
                name="an_offer_says_until_when",
            ),
        ]

    def __str__(self) -> str:
        return f"waiting {self.pk}"


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
