import uuid

from django.db import models
from django.db.models import Q

from course.people.models import User
from course.places.models.orders import Order


class Payment(models.Model):
    """One object at a payment provider, or one bank transfer. One object pays one order (I2)."""

    SESSION, INVOICE, TRANSFER = "session", "invoice", "transfer"
    KINDS = [(SESSION, "session"), (INVOICE, "invoice"), (TRANSFER, "transfer")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=10)  # "stripe" or "bank"
    kind = models.CharField(max_length=10, choices=KINDS)
    # Kept before the provider is asked, so that asking again is asking once (R36).
    idempotency_key = models.CharField(max_length=120, unique=True)
    object_id = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 -- unique
    intent_id = models.CharField(max_length=120, blank=True, db_index=True)
    url = models.URLField(max_length=2000, blank=True)  # where the payer goes on
    status = models.CharField(max_length=30, default="asked")
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    livemode = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "object_id"], name="one_payment_per_object_of_a_provider"
            )
        ]

    def __str__(self) -> str:
        return f"payment {self.pk}"


class LedgerEntry(models.Model):
    """Money that came or went. Rows are only ever added; their sum is what an order is worth."""

    PAID, REFUNDED, DISPUTED, DISPUTE_WON = "paid", "refunded", "disputed", "dispute_won"
    CAME_BACK = "came_back"  # a refund that its bank sent back to us
    KINDS = [(kind, kind) for kind in (PAID, REFUNDED, DISPUTED, DISPUTE_WON, CAME_BACK)]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=12, choices=KINDS)
    amount_minor = models.IntegerField()  # below zero when money goes
    currency = models.CharField(max_length=3)
    provider_ref = models.CharField(max_length=120)  # the object at the provider, or our own
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "provider_ref"], name="each_movement_of_money_is_written_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["paid", "dispute_won", "came_back"], amount_minor__gte=0)
                | Q(kind__in=["refunded", "disputed"], amount_minor__lte=0),
                name="money_comes_or_goes_as_its_kind_says",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"


class Refund(models.Model):
    """Money going back, with the places it takes along. Asked by one person, and above a limit
    agreed by a second (R42)."""

    ASKED, AGREED, SENT, DONE, FAILED, REFUSED = (
        "asked",
        "agreed",
        "sent",
        "done",
        "failed",
        "refused",
    )
    STATES = [(s, s) for s in (ASKED, AGREED, SENT, DONE, FAILED, REFUSED)]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    # The payment it goes back on; None is the one that paid the order.
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    places = models.PositiveIntegerField(default=0)  # withdrawn with it, never a started one
    # A refund that its bank sent back, and that this one is made in place of.
    instead_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replacements"
    )
    amount_minor = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=STATES, default=ASKED)
    by_bank = models.BooleanField(default=False)  # a person sends it, and notes that here
    provider_ref = models.CharField(max_length=120, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    agreed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"refund {self.pk}"

    @property
    def first(self) -> "Refund":
        """What was asked for at first, if its bank sent that back since."""
        return self.instead_of.first if self.instead_of else self


class StripeEvent(models.Model):
    """That something happened at Stripe. Only what is needed to look it up there (R33)."""

    NEW, DONE, DEAD = "new", "done", "dead"
    STATES = [(s, s) for s in (NEW, DONE, DEAD)]

    event_id = models.CharField(primary_key=True, max_length=120)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120)
    livemode = models.BooleanField()
    api_version = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField()  # by Stripe's clock
    received_at = models.DateTimeField()
    state = models.CharField(max_length=5, choices=STATES, default=NEW)

    class Meta:
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Difference(models.Model):
    """Where Stripe and our books do not say the same: written anew each night, for staff."""

    UNKNOWN, UNWRITTEN, AMOUNT, NOT_THERE = "unknown", "unwritten", "amount", "not_there"
    KINDS = [(kind, kind) for kind in (UNKNOWN, UNWRITTEN, AMOUNT, NOT_THERE)]

    object_id = models.CharField(primary_key=True, max_length=120)  # at Stripe
    kind = models.CharField(max_length=10, choices=KINDS)
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, null=True, blank=True, related_name="differences"
    )
    at_stripe_minor = models.IntegerField(default=0)
    in_books_minor = models.IntegerField(default=0)
    currency = models.CharField(max_length=3)
    since = models.DateTimeField()  # when it was first found

    class Meta:
        ordering = ["since", "object_id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
