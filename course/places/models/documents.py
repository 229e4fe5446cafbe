import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from course.places.models.orders import Order


class Document(models.Model):
    """A numbered paper about an order: written once from frozen facts, never changed.

    An invoice is cancelled only by a credit note that names it.
    """

    INVOICE, CREDIT_NOTE, QUOTE, RECEIPT = "invoice", "credit_note", "quote", "receipt"
    KINDS = [
        (INVOICE, _("Invoice")),
        (CREDIT_NOTE, _("Credit note")),
        (QUOTE, _("Quote")),
        (RECEIPT, _("Receipt")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=KINDS)
    number = models.CharField(max_length=20)  # INV-2026-0001: no gaps, by kind and year
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="documents")
    # What a receipt, credit note or quote was made for, so that making it twice makes one.
    reason = models.CharField(max_length=80)
    cancels = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="cancelled_by"
    )
    facts = models.JSONField()  # all that is printed
    issued_at = models.DateTimeField()
    pdf = models.BinaryField(null=True, blank=True)  # drawn by the worker, once

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="each_number_once"),
            models.UniqueConstraint(
                fields=["kind", "order", "reason"], name="each_paper_of_an_order_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Numbering(models.Model):
    """The last number given, by kind and year. Its row is the lock that keeps numbers whole."""

    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="one_count_a_year")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
