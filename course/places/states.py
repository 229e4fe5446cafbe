"""The states of orders and places, and which may follow which. Everything else is derived."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderStatus(models.TextChoices):
    DRAFT = "draft", _("started")
    QUOTED = "quoted", _("quote given")
    AWAITING_APPROVAL = "awaiting_approval", _("being looked at")
    AWAITING_PAYMENT = "awaiting_payment", _("waiting for payment")
    PROCESSING = "processing", _("payment on its way")
    INVOICED = "invoiced", _("invoiced")
    OVERDUE = "overdue", _("invoice not paid yet")
    PAID = "paid", _("paid")
    PARTLY_REFUNDED = "partly_refunded", _("partly refunded")
    REFUNDED = "refunded", _("refunded")
    REFUND_DUE = "refund_due", _("refund on its way")
    DISPUTED = "disputed", _("payment disputed")
    QUARANTINE = "quarantine", _("being checked by a person")
    EXPIRED = "expired", _("ended unpaid")
    FAILED = "failed", _("payment did not go through")
    CANCELLED = "cancelled", _("cancelled")
    VOID = "void", _("invoice cancelled")
    WRITTEN_OFF = "written_off", _("written off")


S = OrderStatus
# From each state, those that may follow. A state without an entry is an end.
MAY_FOLLOW: dict[str, set[str]] = {
    S.DRAFT: {S.QUOTED, S.AWAITING_PAYMENT, S.AWAITING_APPROVAL, S.INVOICED, S.PAID, S.CANCELLED},
    S.QUOTED: {S.AWAITING_PAYMENT, S.AWAITING_APPROVAL, S.INVOICED, S.PAID, S.EXPIRED, S.CANCELLED},
    S.AWAITING_APPROVAL: {S.INVOICED, S.CANCELLED},
    S.AWAITING_PAYMENT: {S.PAID, S.PROCESSING, S.EXPIRED, S.FAILED, S.CANCELLED, S.QUARANTINE},
    S.PROCESSING: {S.PAID, S.FAILED, S.QUARANTINE},
    S.INVOICED: {S.PAID, S.OVERDUE, S.VOID, S.WRITTEN_OFF, S.QUARANTINE},
    S.OVERDUE: {S.PAID, S.VOID, S.WRITTEN_OFF, S.QUARANTINE},
    S.PAID: {S.PARTLY_REFUNDED, S.REFUNDED, S.DISPUTED},
    S.PARTLY_REFUNDED: {S.REFUNDED, S.DISPUTED},
    S.DISPUTED: {S.PAID, S.PARTLY_REFUNDED, S.REFUNDED},
    S.QUARANTINE: {S.PAID, S.REFUND_DUE, S.CANCELLED},
    # Money that arrives after the end takes places if there still are some, or goes back.
    S.EXPIRED: {S.PAID, S.REFUND_DUE},
    S.FAILED: {S.PAID, S.REFUND_DUE},
    S.CANCELLED: {S.PAID, S.REFUND_DUE},
    S.VOID: {S.PAID, S.REFUND_DUE},
    S.WRITTEN_OFF: {S.PAID, S.REFUND_DUE},
    S.REFUND_DUE: {S.REFUNDED},
    S.REFUNDED: {S.REFUND_DUE},  # the bank sent the refund back: it is due again
}
# Orders whose places are kept for them, though nobody may use them yet.
HOLDING = {S.AWAITING_APPROVAL, S.AWAITING_PAYMENT, S.PROCESSING, S.QUARANTINE}
OPEN_INVOICE = {S.INVOICED, S.OVERDUE}
ENDED = {S.EXPIRED, S.FAILED, S.CANCELLED, S.VOID, S.WRITTEN_OFF}


class PlaceState(models.TextChoices):
    RESERVED = "reserved", _("kept until the order is settled")
    AVAILABLE = "available", _("free")
    INVITED = "invited", _("invited")
    ACCEPTED = "accepted", _("taken")
    STARTED = "started", _("in use")
    COMPLETED = "completed", _("completed")
    FROZEN = "frozen", _("on hold")
    RELEASED = "released", _("given back")
    REVOKED = "revoked", _("withdrawn")


P = PlaceState
UNSTARTED = {P.RESERVED, P.AVAILABLE, P.INVITED, P.ACCEPTED, P.FROZEN}
USABLE = {P.AVAILABLE, P.INVITED, P.ACCEPTED, P.STARTED, P.COMPLETED}
GONE = {P.RELEASED, P.REVOKED}
PLACE_MAY_FOLLOW: dict[str, set[str]] = {
    P.RESERVED: {P.AVAILABLE, P.RELEASED, P.REVOKED},
    P.AVAILABLE: {P.INVITED, P.ACCEPTED, P.FROZEN, P.REVOKED},
    P.INVITED: {P.AVAILABLE, P.ACCEPTED, P.FROZEN, P.REVOKED},
    P.ACCEPTED: {P.AVAILABLE, P.STARTED, P.REVOKED},
    P.FROZEN: {P.AVAILABLE, P.REVOKED},
    P.STARTED: {P.COMPLETED},
    P.RELEASED: {P.RESERVED},  # money came late, and there was still room
}
