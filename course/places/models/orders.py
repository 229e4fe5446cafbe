import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from course.cohorts.models import Cohort
from course.people.models import User
from course.places.models.organisations import Organisation
from course.places.states import OrderStatus


class Discount(models.Model):
    """A code that lowers a price: by a share, by an amount for each place, or wholly."""

    PERCENT, AMOUNT, FREE = "percent", "amount", "free"
    KINDS = [(PERCENT, _("a percentage")), (AMOUNT, _("an amount per place")), (FREE, _("free"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40, unique=True)  # kept in capitals, without spaces
    kind = models.CharField(max_length=10, choices=KINDS)
    value = models.PositiveIntegerField(default=0)  # per cent, or pence or cents for each place
    limit = models.PositiveIntegerField(null=True, blank=True)  # orders; None: no limit
    used = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(limit=None) | Q(used__lte=F("limit")), name="discount_within_its_limit"
            ),
            models.CheckConstraint(
                condition=~Q(kind="percent") | Q(value__lte=100), name="discount_at_most_all"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class OrderQuerySet(models.QuerySet["Order"]):
    def for_manager(self, user: User) -> Self:
        return self.filter(organisation__managers__user=user)

    def for_buyer(self, user: User) -> Self:
        """Someone's own purchases; not those they made for an organisation."""
        return self.filter(buyer=user, organisation=None)


class Order(models.Model):
    """A number of places in one cohort, at a price fixed when it was started.

    Money is in minor units (pence, cents) of `currency`, always whole numbers. The status
    changes only through `course.places.moving.move`.
    """

    CARD, INVOICE, TRANSFER, FREE = "card", "invoice", "transfer", "free"
    CHANNELS = [
        (CARD, _("card")),
        (INVOICE, _("invoice")),
        (TRANSFER, _("bank transfer")),
        (FREE, _("nothing to pay")),
    ]

    # Why it was not invoiced ahead: chosen by staff from these, and told in the same words.
    NO_REASON, DETAILS, OPEN_INVOICE, LARGE, START = "none", "details", "open", "large", "start"
    REFUSALS = [
        (NO_REASON, _("We cannot send an invoice ahead for this order.")),
        (DETAILS, _("We could not match the billing details to an organisation.")),
        (OPEN_INVOICE, _("An earlier invoice is still open. Once it is paid, we can look again.")),
        (LARGE, _("The sum is larger than we can invoice ahead. A smaller order may fit.")),
        (START, _("The group starts soon, so we need the payment first.")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )
    buyer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="orders")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(
        max_length=20, choices=OrderStatus.choices, default=OrderStatus.DRAFT, db_index=True
    )
    channel = models.CharField(max_length=10, choices=CHANNELS, blank=True)
    billing = models.JSONField(default=dict)  # name, address, vat_number, email: frozen
    po_number = models.CharField(max_length=140, blank=True)

    quantity = models.PositiveIntegerField()
    bursaries = models.PositiveIntegerField(default=0)  # given to people nobody here will know
    unit_minor = models.PositiveIntegerField()
    discount = models.ForeignKey(Discount, on_delete=models.PROTECT, null=True, blank=True)
    discount_minor = models.PositiveIntegerField(default=0)
    tax_rate = models.PositiveIntegerField(default=0)  # in hundredths of a per cent: 2000 is 20 %
    tax_minor = models.PositiveIntegerField(default=0)
    total_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)

    created_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)  # of a quote, or of a hold
    due_on = models.DateField(null=True, blank=True)  # of an invoice
    fulfilled_at = models.DateTimeField(null=True, blank=True)  # its places may be used since
    refusal = models.CharField(max_length=10, choices=REFUSALS, blank=True)
    # One attempt to pay after another has its own key at the payment provider (R36).
    attempt = models.PositiveSmallIntegerField(default=0)
    # How often its state was set from what the provider said: of two who looked at the same
    # time, the second looks again, so that nobody sets it from what is no longer so.
    looks = models.PositiveIntegerField(default=0)

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_has_a_place"),
            models.CheckConstraint(
                condition=Q(
                    total_minor=(F("quantity") + F("bursaries")) * F("unit_minor")
                    - F("discount_minor")
                    + F("tax_minor")
                ),
                name="order_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"

    @property
    def seats(self) -> int:
        """Room it needs in the cohort."""
        return self.quantity + self.bursaries

    @property
    def net_minor(self) -> int:
        return self.total_minor - self.tax_minor
