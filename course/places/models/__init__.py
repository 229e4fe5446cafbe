from course.places.models.documents import Document, Numbering
from course.places.models.money import Difference, LedgerEntry, Payment, Refund, StripeEvent
from course.places.models.orders import Discount, Order
from course.places.models.organisations import Manager, ManagerInvitation, Organisation
from course.places.models.places import Invitation, JoinLink, Place

__all__ = [
    "Difference",
    "Discount",
    "Document",
    "Invitation",
    "JoinLink",
    "LedgerEntry",
    "Manager",
    "ManagerInvitation",
    "Numbering",
    "Order",
    "Organisation",
    "Payment",
    "Place",
    "Refund",
    "StripeEvent",
]
