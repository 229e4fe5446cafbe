"""What is looked at when the site starts. What must never be is refused with the settings
already (course/environment.py); here is what can be, but had better not."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from course.places import attention, gateway


@register(Tags.security)
def stripe_key_is_restricted(**_options: Any) -> list[CheckMessage]:
    """R41: a restricted key can do only what this site does."""
    if settings.DEBUG or not settings.SELLING["stripe_key"].startswith("sk_"):
        return []
    return [
        Warning(
            "STRIPE_SECRET_KEY is an unrestricted key.",
            hint="Make a restricted one (rk_live_…) for Checkout Sessions, Invoices, Customers "
            "and Refunds (write), and Events, Charges, PaymentIntents and Disputes (read).",
            id="places.W001",
        )
    ]


@register
def stripe_versions_agree(**_options: Any) -> list[CheckMessage]:
    """R37: the library and the version we ask for are raised together."""
    if not gateway.is_configured() or gateway.version_of_library() == gateway.API_VERSION:
        return []
    return [
        Warning(
            f"The stripe library speaks {gateway.version_of_library()}, "
            f"and course/places/gateway.py asks for {gateway.API_VERSION}.",
            hint="Raise both together, then run tests/stripe and tests/places.",
            id="places.W002",
        )
    ]


@register(Tags.database)
def stripe_messages_agree(
    databases: list[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """R37: what the endpoint at Stripe was set to. Every message is still read."""
    if "default" not in (databases or []) or not gateway.is_configured():
        return []
    try:
        version = attention.other_version()
    except DatabaseError:  # before the first migration
        return []
    if not version:
        return []
    return [
        Warning(
            f"Stripe's messages come in version {version}, and this site asks in another.",
            hint=f"Set the webhook endpoint's API version to {gateway.API_VERSION}.",
            id="places.W004",
        )
    ]


@register
def invoices_say_where_to_pay(**_options: Any) -> list[CheckMessage]:
    selling = settings.SELLING
    if settings.DEBUG or (selling["seller"] and selling["bank_details"]):
        return []
    return [
        Warning(
            "Invoices do not say who sends them, or where to pay.",
            hint="Set SELLER (name and address) and BANK_DETAILS, with lines parted by |.",
            id="places.W003",
        )
    ]
