"""What places cost. Whole numbers only: pence or cents, and rates in hundredths of a per cent."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from course.cohorts.models import Cohort
from course.places.models import Discount, Place
from course.places.states import OrderStatus, PlaceState

MOST = 500  # places in one order; more is a conversation


@dataclass(frozen=True)
class Price:
    """A price that adds up: total = places * unit - discount + tax."""

    quantity: int
    bursaries: int
    unit_minor: int
    discount_minor: int
    tax_rate: int
    tax_minor: int
    total_minor: int
    currency: str

    @property
    def net_minor(self) -> int:
        return self.total_minor - self.tax_minor


class NotThatMany(Exception):
    """A number of places that nobody can order."""


class CodeNotValid(Exception):
    """The code is unknown, not for this cohort, used up, or not valid today."""


def price(
    cohort: Cohort,
    *,
    quantity: int,
    bursaries: int = 0,
    for_team: bool,
    discount: Discount | None = None,
) -> Price:
    """The full price with tax. Raises NotThatMany."""
    if not 1 <= quantity <= MOST or not 0 <= bursaries <= MOST:
        raise NotThatMany
    unit = cohort.team_price_minor if for_team else cohort.price_minor
    gross = (quantity + bursaries) * unit
    off = discount_on(discount, places=quantity + bursaries, unit=unit)
    rate = settings.SELLING["tax_rate"]
    tax = _share(gross - off, rate, of=10_000)
    return Price(
        quantity=quantity,
        bursaries=bursaries,
        unit_minor=unit,
        discount_minor=off,
        tax_rate=rate,
        tax_minor=tax,
        total_minor=gross - off + tax,
        currency=cohort.currency,
    )


def discount_on(discount: Discount | None, *, places: int, unit: int) -> int:
    """How much a code takes off; never more than there is."""
    if discount is None:
        return 0
    if discount.kind == Discount.FREE:
        return places * unit
    if discount.kind == Discount.PERCENT:
        return _share(places * unit, discount.value, of=100)
    return places * min(discount.value, unit)


def _share(amount: int, rate: int, *, of: int) -> int:
    """`amount * rate / of`, half a penny rounded up."""
    return (2 * amount * rate + of) // (2 * of)


def find_discount(code: str, *, cohort: Cohort, now: datetime) -> Discount | None:
    """The discount behind what someone typed; None when nothing was. Raises CodeNotValid."""
    tidy = "".join(code.split()).upper()
    if not tidy:
        return None
    valid = Q(cohort=None) | Q(cohort=cohort)
    valid &= Q(starts_at=None) | Q(starts_at__lte=now)
    valid &= Q(ends_at=None) | Q(ends_at__gt=now)
    valid &= Q(limit=None) | Q(used__lt=F("limit"))
    found = Discount.objects.filter(valid, code=tidy).first()
    if found is None:
        raise CodeNotValid
    return found


def use_discount(discount: Discount) -> None:
    """Count one use, when an order is quoted or keeps its places. Raises CodeNotValid when
    somebody else had the last one."""
    left = Q(limit=None) | Q(used__lt=F("limit"))
    if not Discount.objects.filter(left, pk=discount.pk).update(used=F("used") + 1):
        raise CodeNotValid


def count_again(discount: Discount) -> None:
    """An order that used it has let it go: count those that still do."""
    discount = Discount.objects.select_for_update().get(pk=discount.pk)
    Discount.objects.filter(pk=discount.pk).update(used=uses(discount))


def uses(discount: Discount) -> int:
    """Orders that use it: quotes, whose price was promised, and all that keep or had places.

    Money that came after an order's end is right even where the code was used up meanwhile:
    so this is never more than the limit, though one order more may have it.
    """
    kept = Place.objects.filter(order=OuterRef("pk")).exclude(state=PlaceState.RELEASED)
    using = discount.order_set.filter(Q(status=OrderStatus.QUOTED) | Exists(kept)).count()
    return using if discount.limit is None else min(using, discount.limit)
