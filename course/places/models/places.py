import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from course.cohorts.models import Cohort, Enrolment
from course.people.models import User
from course.places.models.orders import Order
from course.places.states import GONE, PlaceState


class PlaceQuerySet(models.QuerySet["Place"]):
    def for_manager(self, user: User) -> Self:
        return self.filter(order__organisation__managers__user=user)

    def live(self) -> Self:
        return self.exclude(state__in=GONE)


class Place(models.Model):
    """One seat of an order. Its state changes only through `course.places.moving`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="places")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="places")
    seq = models.PositiveIntegerField()  # 1 up to the order's quantity
    state = models.CharField(max_length=10, choices=PlaceState.choices, default=PlaceState.RESERVED)
    holder = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="places"
    )
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.SET_NULL, null=True, blank=True, related_name="place"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    # The holder said yes to showing their organisation that they completed. None: not, or no more.
    completion_shown_at = models.DateTimeField(null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["order", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["order", "seq"], name="each_seat_of_an_order_once"),
            models.UniqueConstraint(
                fields=["cohort", "holder"],
                condition=Q(state__in=["accepted", "started", "completed"]),
                name="one_live_place_per_person_and_cohort",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(taken_at__isnull=False),
                name="a_taken_place_was_taken",
            ),
        ]

    def __str__(self) -> str:
        return f"place {self.seq} of {self.order_id}"


class Invitation(models.Model):
    """An offer of one place to one address. The token itself is never kept (R46)."""

    PENDING, ACCEPTED, WITHDRAWN, REPLACED, EXPIRED = (
        "pending",
        "accepted",
        "withdrawn",
        "replaced",
        "expired",
    )
    STATES = [(s, s) for s in (PENDING, ACCEPTED, WITHDRAWN, REPLACED, EXPIRED)]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()  # in lower case
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256, in hex
    state = models.CharField(max_length=10, choices=STATES, default=PENDING)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    send_failed = models.BooleanField(default=False)  # the mail server would not take it
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=Q(state="pending"), name="one_live_invitation_per_place"
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class JoinLink(models.Model):
    """One address for many people, up to a cap. A second, separate kind of right to a place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="join_links")
    token_hash = models.CharField(max_length=64, unique=True)
    cap = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used__lte=models.F("cap")), name="join_link_within_its_cap"
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(closed_at=None), name="one_open_join_link_per_order"
            ),
        ]

    def __str__(self) -> str:
        return f"join link {self.pk}"
