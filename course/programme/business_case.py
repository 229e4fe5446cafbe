"""The reader's own figures, added up. No rates, no assumptions and no promise of a return."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Figures:
    """What someone typed. None means that they left the box empty."""

    people: Decimal | None = None
    hours: Decimal | None = None  # for each person, over the whole programme
    pay: Decimal | None = None  # for one hour, with what an employer pays on top
    place: Decimal | None = None  # the price of one place
    sick_days: Decimal | None = None  # in a year, in this group of people
    sick_day: Decimal | None = None  # what one of those days costs
    leavers: Decimal | None = None  # in a year
    leaver: Decimal | None = None  # what it costs to fill one post again


@dataclass(frozen=True)
class Sums:
    """What follows from the figures. None where a figure is missing: never a guess."""

    hours: Decimal | None
    time: Decimal | None
    places: Decimal | None
    asked: Decimal | None  # time and places together, as far as both are known
    each: Decimal | None  # the same for one person
    sickness: Decimal | None
    leaving: Decimal | None
    already: Decimal | None  # sickness and leaving together, as far as they are known
    same_as_days: Decimal | None  # how many of their sickness days cost as much

    @property
    def is_empty(self) -> bool:
        return self.hours is None and self.asked is None and self.already is None


def add_up(figures: Figures) -> Sums:
    hours = _times(figures.people, figures.hours)
    time = _times(hours, figures.pay)
    places = _times(figures.people, figures.place)
    asked = _plus(time, places)
    sickness = _times(figures.sick_days, figures.sick_day)
    leaving = _times(figures.leavers, figures.leaver)
    return Sums(
        hours=hours,
        time=time,
        places=places,
        asked=asked,
        each=_shared(asked, figures.people),
        sickness=sickness,
        leaving=leaving,
        already=_plus(sickness, leaving),
        same_as_days=_shared(asked, figures.sick_day),
    )


def _times(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one * other


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    known = [value for value in (one, other) if value is not None]
    return sum(known, NOTHING) if known else None


def _shared(whole: Decimal | None, by: Decimal | None) -> Decimal | None:
    return whole / by if whole is not None and by else None


def in_figures(value: Decimal, *, places: int = 0) -> str:
    """`1,234`, or `1,234.50` where a part of one matters."""
    step = Decimal(1).scaleb(-places)
    rounded = value.quantize(step, rounding=ROUND_HALF_UP)
    whole = rounded == rounded.to_integral_value()
    return f"{rounded:,.0f}" if whole else f"{rounded:,.{places}f}"
