"""Do the books add up? The invariants of orders, money and places, proved on what is there.

Each check yields one line for each breach, with ids and numbers and nothing personal.
Constraints of the database guard many of these too; the books are checked all the same,
because a restored or repaired database may have lost them.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet

from course.audit.models import Entry
from course.cohorts.models import Cohort, Enrolment, Waiting
from course.outbox.models import Effect
from course.places import book_of_money, pricing
from course.places.models import Discount, Document, Numbering, Order, Payment, Place
from course.places.offering import SOLD
from course.places.papers import PREFIX
from course.places.states import HOLDING, OPEN_INVOICE, OrderStatus, PlaceState

S, P = OrderStatus, PlaceState
READY = {P.AVAILABLE, P.INVITED, P.ACCEPTED}  # whoever has one may start
TAKEN = {P.ACCEPTED, P.STARTED, P.COMPLETED}
COVERED = {S.PAID, S.PARTLY_REFUNDED, S.QUARANTINE} | OPEN_INVOICE
KEPT = HOLDING | OPEN_INVOICE
NEVER_KEPT = {S.DRAFT, S.QUOTED, S.CANCELLED, S.EXPIRED}
AT_ONCE = 200


def breaches() -> Iterator[str]:
    """Everything that does not add up, one line each. Nothing is changed."""
    for order in _orders():
        for check in OF_AN_ORDER:
            for words in check(order):
                yield f"order {order.pk}: {words}"
    for check in OF_ALL:
        yield from check()


def _orders() -> Iterator[Order]:
    papers = Document.objects.select_related("cancelled_by").defer("pdf", "cancelled_by__pdf")
    parts = ("places__enrolment", "ledger", "refunds", "payments", Prefetch("documents", papers))
    return Order.objects.prefetch_related(*parts).order_by("pk").iterator(chunk_size=AT_ONCE)


# --- One order ----------------------------------------------------------------------------


def every_place_is_there(order: Order) -> Iterator[str]:
    """I1: as many places as were ordered, each once, or none yet."""
    found = sorted(place.seq for place in order.places.all())
    if not found and order.status in NEVER_KEPT:
        return
    if found != list(range(1, order.quantity + 1)):
        yield f"I1: {len(found)} places for a quantity of {order.quantity}"
    released = sum(place.state == P.RELEASED for place in order.places.all())
    if released and (released != order.quantity or order.fulfilled_at):
        yield f"I1: {released} of {order.quantity} places were given back one by one"


def places_may_be_used_only_for_money(order: Order) -> Iterator[str]:
    """I3: money, or an approved invoice that is open. And nobody pays for nothing."""
    states = Counter(place.state for place in order.places.all())
    ready = sum(states[state] for state in READY)
    free = states[P.AVAILABLE] + states[P.INVITED]
    covered = order.status in COVERED and order.fulfilled_at
    if ready and not covered and not (order.status == S.DISPUTED and not free):
        yield f"I3: {ready} places may be used, and the order is {order.status}"
    if order.status in OPEN_INVOICE and ready and not order.organisation_id:
        yield "I3: a place may be used before it was paid for"
    if states[P.RESERVED] and (order.fulfilled_at or order.status not in KEPT):
        yield f"I3: {states[P.RESERVED]} places wait, and the order is {order.status}"
    if states[P.FROZEN] and order.status != S.DISPUTED:
        yield f"I3: {states[P.FROZEN]} places are on hold without a dispute"
    if order.status in {S.PAID, S.PARTLY_REFUNDED} and not order.fulfilled_at:
        yield "I3: paid, and its places cannot be used"


def places_fit_their_enrolments(order: Order) -> Iterator[str]:
    for place in order.places.all():
        current = place.enrolment and place.enrolment.ended_at is None
        if current and place.state not in TAKEN:
            yield f"place {place.seq} is {place.state}, and someone still takes part with it"
        if current and place.enrolment.cohort_id != place.cohort_id:
            yield f"place {place.seq} and its enrolment are in two groups"
        if place.state == P.ACCEPTED and place.holder_id and not current:
            yield f"place {place.seq} is taken, and nobody takes part with it"


def the_status_was_recorded(order: Order) -> Iterator[str]:
    """I8: no status without a move, and every move leaves a line in the audit."""
    line = Entry.objects.filter(action=f"order.{order.status}", subject=f"order:{order.pk}")
    if order.status != S.DRAFT and not line.exists():
        yield f"I8: is {order.status}, and nothing says how it came to be"


OF_AN_ORDER: list[Callable[[Order], Iterator[str]]] = [
    every_place_is_there,
    places_may_be_used_only_for_money,
    places_fit_their_enrolments,
    the_status_was_recorded,
    *book_of_money.OF_AN_ORDER,
]


# --- Everything together ----------------------------------------------------------------------


def cohorts_are_counted() -> Iterator[str]:
    """I4: never overbooked, and what is counted is what is there."""
    waiting = _waiting()
    sold = dict(_count(Place.objects.filter(state__in=SOLD)))
    others = dict(_count(Enrolment.objects.current().filter(place=None)))
    for cohort in Cohort.objects.all():
        name = f"group {cohort.pk}: "
        if cohort.capacity is not None and cohort.held + cohort.sold > cohort.capacity:
            yield f"{name}I4: {cohort.held} + {cohort.sold} places in {cohort.capacity}"
        kept = waiting[cohort.pk] + cohort.bursaries
        if cohort.held != kept:
            yield f"{name}I4: {cohort.held} places are held, and {kept} are accounted for"
        places, people = sold.get(cohort.pk, 0), others.get(cohort.pk, 0)
        # Where there is no limit, people may have been let in without being counted.
        least = places if cohort.capacity is None else places + people
        if not least <= cohort.sold <= places + people:
            yield f"{name}I4: {cohort.sold} places are sold, and {places + people} are used"


def _waiting() -> Counter:
    """Room kept, by cohort: the places of orders, the bursary places they give, and offers."""
    kept: Counter = Counter()
    waiting = Count("places", filter=Q(places__state=P.RESERVED))
    orders = Order.objects.annotate(waiting=waiting).filter(waiting__gt=0)
    for cohort, number, bursaries in orders.values_list("cohort", "waiting", "bursaries"):
        kept[cohort] += number + bursaries
    for cohort, number in _count(Waiting.objects.offered()):
        kept[cohort] += number
    return kept


def _count(rows: QuerySet) -> list[tuple]:
    return list(rows.order_by().values_list("cohort").annotate(Count("pk")))


def nobody_has_two_places() -> Iterator[str]:
    """I5."""
    held = Place.objects.filter(state__in=TAKEN, holder__isnull=False).order_by()
    for row in held.values("cohort", "holder").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"group {row['cohort']}: I5: one person has {row['n']} places"


def each_payment_pays_once() -> Iterator[str]:
    """I2, and I9: real money and test money never meet."""
    known = Payment.objects.exclude(object_id=None).order_by().values("provider", "object_id")
    for row in known.annotate(n=Count("pk")).filter(n__gt=1):
        yield f"payment {row['object_id']}: I2: noted {row['n']} times"
    key = settings.SELLING["stripe_key"]
    if key:
        live = key.startswith(("sk_live_", "rk_live_"))
        other = Payment.objects.filter(provider="stripe", status="paid").exclude(livemode=live)
        for payment in other:
            yield f"payment {payment.pk}: I9: from the other mode, test or live"


def papers_are_numbered_without_gaps() -> Iterator[str]:
    given = Counter(_kind_and_year(*row) for row in Document.objects.values_list("kind", "number"))
    counted = {(n.kind, n.year): n.last for n in Numbering.objects.all()}
    for kind, year in sorted(given.keys() | counted.keys()):
        beginning = f"{PREFIX[kind]}-{year}-"
        papers = Document.objects.filter(kind=kind, number__startswith=beginning)
        found = {int(n.removeprefix(beginning)) for n in papers.values_list("number", flat=True)}
        last = counted.get((kind, year), 0)
        if found != set(range(1, last + 1)) or given[kind, year] != last:
            yield f"papers {beginning}: {len(found)} of {last} numbers are there"


def _kind_and_year(kind: str, number: str) -> tuple[str, int]:
    return kind, int(number.split("-")[1])


def codes_are_used_within_their_limits() -> Iterator[str]:
    for code in Discount.objects.all():
        if code.limit is not None and code.used > code.limit:
            yield f"discount {code.pk}: used {code.used} times of {code.limit}"
        elif code.used != (uses := pricing.uses(code)):
            yield f"discount {code.pk}: counted {code.used} times, and {uses} orders use it"


def effects_of_money_are_not_dead() -> Iterator[str]:
    """I11: each has one key, which the database holds; one that was given up needs a person."""
    about = Q(dedupe_key__startswith="refund:") | Q(dedupe_key__startswith="paper:")
    for effect in Effect.objects.filter(about, state=Effect.DEAD):
        yield f"effect {effect.dedupe_key}: I11: was tried eight times and given up"


OF_ALL: list[Callable[[], Iterator[str]]] = [
    cohorts_are_counted,
    nobody_has_two_places,
    each_payment_pays_once,
    papers_are_numbered_without_gaps,
    codes_are_used_within_their_limits,
    effects_of_money_are_not_dead,
]
