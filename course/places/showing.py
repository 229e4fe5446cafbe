"""What an organisation sees of a place, and the person in it sees too: this row and no more.

The list of fields is the promise made on the buying page, the invitation and the joining
page; tests hold it. Whoever is in a place sees the same row, made by the same function.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from course.audit.recording import record
from course.cohorts.models import Cohort
from course.people.models import User
from course.places import refunding
from course.places.amounts import shown
from course.places.models import Invitation, Order, Place
from course.places.pricing import Price
from course.places.states import GONE, OrderStatus, PlaceState

S, P = OrderStatus, PlaceState
Words = str | Promise
IN_USE = {P.ACCEPTED, P.STARTED, P.COMPLETED}


@dataclass(frozen=True)
class Row:
    """One place. `address` is what a manager typed, never that of somebody's account."""

    number: int
    words: str
    day: date | None
    address: str
    letter: str  # what became of the invitation's letter
    can_move: bool  # to another person; no longer once the first session was opened
    name: str  # of someone who completed and said yes to showing it


def row(place: Place) -> Row:
    invitation = _living_invitation(place)
    completed = place.state == P.COMPLETED and place.completion_shown_at is not None
    words, day = _words(place, invitation, completed=completed)
    return Row(
        number=place.seq,
        words=words,
        day=day,
        address=invitation.email if invitation else "",
        letter=_letter(invitation),
        can_move=place.state == P.ACCEPTED,
        name=place.holder.display_name if completed and place.holder else "",
    )


def _living_invitation(place: Place) -> Invitation | None:
    wanted = Invitation.ACCEPTED if place.state in IN_USE else Invitation.PENDING
    return next((i for i in place.invitations.all() if i.state == wanted), None)


def _words(
    place: Place, invitation: Invitation | None, *, completed: bool
) -> tuple[str, date | None]:
    if completed:
        return _("Completed"), None
    if place.state in IN_USE:
        return _("Taken"), _day(place.taken_at)
    if invitation:
        return _("Invited"), _day(invitation.invited_at)
    if place.state == P.AVAILABLE:
        return _("Free"), None
    return str(place.get_state_display()).capitalize(), None


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _letter(invitation: Invitation | None) -> str:
    if not invitation or invitation.state != Invitation.PENDING:
        return ""
    if invitation.send_failed:
        return _("The letter could not be delivered. Is the address right?")
    return _("The letter was sent.") if invitation.sent_at else _("The letter is on its way.")


def in_words(cohort: Cohort, price: Price) -> str:
    """A group among others to choose from: its name, its dates, and the full price of a place."""
    start = cohort.starts_on and date_format(cohort.starts_on, "j F Y")
    begins = _("starts on %(day)s") % {"day": start} if start else _("in one’s own time")
    return f"{cohort.title}, {begins}: {per_place(price)}"


def per_place(price: Price) -> str:
    """£114.00 a place, VAT included."""
    facts = {"sum": shown(price.total_minor, price.currency), "tax": settings.SELLING["tax_name"]}
    if not price.tax_rate:
        return _("%(sum)s a place. No %(tax)s is added.") % facts
    return _("%(sum)s a place, %(tax)s included.") % facts


def places_shown(order: Order) -> QuerySet[Place]:
    """The places of an order with all that a row needs, in two queries."""
    return _with_facts(order.places.live().order_by("seq"))


def _with_facts(places: QuerySet[Place]) -> QuerySet[Place]:
    living = Invitation.objects.filter(state__in=[Invitation.PENDING, Invitation.ACCEPTED])
    return places.select_related("holder").prefetch_related(Prefetch("invitations", living))


def places_of(user: User) -> QuerySet[Place]:
    """The places that someone has from an organisation."""
    mine = Place.objects.filter(holder=user, order__organisation__isnull=False)
    return _with_facts(mine.live()).select_related("order__organisation", "cohort")


@dataclass(frozen=True)
class Counts:
    bought: int
    taken: int
    invited: int
    free: int


def counts(order: Order) -> Counts:
    """How an order stands. What is kept or on hold is bought, and neither taken nor free."""
    pending = Q(invitations__state=Invitation.PENDING)
    asked = pending & Q(state__in=[P.INVITED, P.AVAILABLE])
    found = order.places.exclude(state__in=GONE).aggregate(
        bought=Count("pk", distinct=True),
        taken=Count("pk", filter=Q(state__in=IN_USE), distinct=True),
        invited=Count("pk", filter=asked, distinct=True),
        usable=Count("pk", filter=Q(state__in=[P.INVITED, P.AVAILABLE]), distinct=True),
    )
    free = found.pop("usable") - found["invited"]
    return Counts(**found, free=free)


@transaction.atomic
def show_completion(place_id: UUID, *, user: User, yes: bool, now: datetime) -> bool:
    """Let the organisation see that one completed, or no longer. Returns whether it is theirs."""
    mine = places_of(user).filter(pk=place_id).values_list("pk", flat=True)
    found = Place.objects.filter(pk__in=list(mine))
    if not found.update(completion_shown_at=now if yes else None):
        return False
    what = "shown" if yes else "hidden"
    record(f"place.completion_{what}", actor=user.pk, subject=f"place:{place_id}", at=now)
    return True


def story(order: Order) -> tuple[Words, Words]:
    """What an order's state means to whoever reads it: (in words, what happens next)."""
    words, onward = STORY[order.status]
    if order.status == S.REFUND_DUE and refunding.waits(order):
        onward = _("Your bank could not take it. The money is safe with us, and we write to you.")
    if order.status == S.CANCELLED and order.refusal:
        reason = str(order.get_refusal_display())
        onward = f"{reason} " + _("Nothing is owed, and nothing is kept.")
    return words, onward


STORY = {
    S.DRAFT: (
        gettext_lazy("Not ordered yet"),
        gettext_lazy("Nothing is kept and nothing is owed. Choose how to pay when you are ready."),
    ),
    S.QUOTED: (
        gettext_lazy("You have a quote"),
        gettext_lazy("The price stays as it is. No places are kept until you order."),
    ),
    S.AWAITING_APPROVAL: (
        gettext_lazy("Being looked at"),
        gettext_lazy("A person looks at larger invoices first. Your places are kept meanwhile."),
    ),
    S.AWAITING_PAYMENT: (
        gettext_lazy("Waiting for payment"),
        gettext_lazy("Your places are kept. They open once the payment has arrived."),
    ),
    S.PROCESSING: (
        gettext_lazy("Payment on its way"),
        gettext_lazy("This way of paying takes some days. Your places are kept. We write to you."),
    ),
    S.INVOICED: (
        gettext_lazy("Invoiced"),
        gettext_lazy("The invoice is below, and was sent to your billing address."),
    ),
    S.OVERDUE: (
        gettext_lazy("Invoice not paid yet"),
        gettext_lazy("It may have crossed with your payment. Write to us if something is wrong."),
    ),
    S.PAID: (gettext_lazy("Paid"), gettext_lazy("All is settled. Thank you.")),
    S.PARTLY_REFUNDED: (
        gettext_lazy("Partly refunded"),
        gettext_lazy("Some money went back. The other places are as they were."),
    ),
    S.REFUNDED: (
        gettext_lazy("Refunded"),
        gettext_lazy("The money went back the way it came. That can take ten days."),
    ),
    S.REFUND_DUE: (
        gettext_lazy("Refund on its way"),
        gettext_lazy("Your payment came when no place was left. It goes back, whole."),
    ),
    S.DISPUTED: (
        gettext_lazy("Payment questioned"),
        gettext_lazy("Your bank asks about this payment. Free places rest until that is clear."),
    ),
    S.QUARANTINE: (
        gettext_lazy("Being checked by a person"),
        gettext_lazy("The sum differs from the order. Your money is safe. We write to you."),
    ),
    S.EXPIRED: (
        gettext_lazy("Ended, nothing paid"),
        gettext_lazy("The time for paying ran out, and nothing was taken. You can order again."),
    ),
    S.FAILED: (
        gettext_lazy("Payment did not go through"),
        gettext_lazy("Nothing was taken, and no place is kept. You can order again."),
    ),
    S.CANCELLED: (gettext_lazy("Cancelled"), gettext_lazy("Nothing is owed, and nothing is kept.")),
    S.VOID: (
        gettext_lazy("Invoice cancelled"),
        gettext_lazy("Nothing is owed. People who had started keep their places."),
    ),
    S.WRITTEN_OFF: (
        gettext_lazy("Closed"),
        gettext_lazy("Nothing more is asked. People who had started keep their places."),
    ),
}
