import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from course.people.models import User


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def for_manager(self, user: User) -> Self:
        """The organisations this person manages. Superusers have no special road here."""
        return self.filter(managers__user=user)


class Organisation(models.Model):
    """A trust, charity, school or company that buys places for its people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    billing_address = models.TextField(
        _("billing address"), max_length=500, help_text=_("As it should stand on an invoice.")
    )
    vat_number = models.CharField(_("VAT number"), max_length=30, blank=True)
    billing_email = models.EmailField(
        _("e-mail address for invoices"), help_text=_("Receipts and invoices go there.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def billing(self) -> dict[str, str]:
        """What an order freezes, so that a later change rewrites no old invoice."""
        return {
            "name": self.name,
            "address": self.billing_address,
            "vat_number": self.vat_number,
            "email": self.billing_email,
        }


class Manager(models.Model):
    """Someone who looks after an organisation's places. They need no place of their own."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="managers"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="manages")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"], name="manages_an_organisation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} manages {self.organisation_id}"


class ManagerInvitation(models.Model):
    """Someone was asked to look after an organisation's places. The token is never kept (R46)."""

    PENDING, ACCEPTED, WITHDRAWN = "pending", "accepted", "withdrawn"
    STATES = [(s, s) for s in (PENDING, ACCEPTED, WITHDRAWN)]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="manager_invitations"
    )
    email = models.EmailField()  # in lower case; only this address may accept
    token_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=STATES, default=PENDING)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["invited_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(state="pending"),
                name="one_live_manager_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return f"manager invitation {self.pk}"
