"""The demo's organisation, its orders and its people, made through the flows that people use."""

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from course.cohorts.models import Cohort
from course.demo import words
from course.demo.groups import announced, at
from course.people.models import User
from course.places import accepting, buying, inviting, managing, offering, transfer
from course.places.models import Invitation, Order, Organisation
from course.programme.models import ProgrammePage

DAY = timedelta(days=1)
TRUST = {
    "name": "Northmoor Trust",
    "billing_address": "Finance team\n1 Quiet Lane\nNorthmoor\nNM1 1AA",
    "billing_email": "finance@northmoor.example.org",
}
COLLEAGUES = ["Nia Reed", "Sam Field", "Tove Lind"]  # they have a place
INVITED = ["kit.marsh", "lou.bank"]  # they have a letter


@transaction.atomic
def load_teams(programme: ProgrammePage, people: dict[str, User]) -> None:
    """One organisation with a paid order and one invoice that is open. Made once, whole."""
    trust_id = words.stable_id("organisation", "northmoor")
    if Organisation.objects.filter(pk=trust_id).exists():
        return
    today = timezone.now().date()
    cohort = _paid_cohort(programme, today, people=people)
    max, joined = people["max"], at(today - 40 * DAY)
    trust = managing.found_organisation(max, now=joined, id=trust_id, **TRUST)
    paid = _order(max, trust, cohort, quantity=10, day=today - 38 * DAY, po_number="NT-20417")
    _pay(paid, by=people["root"], day=today - 21 * DAY)
    _order(max, trust, cohort, quantity=4, day=today - 8 * DAY, po_number="NT-20633")
    _give_places(paid, by=max, day=today - 6 * DAY)


def _paid_cohort(programme: ProgrammePage, today: date, *, people: dict[str, User]) -> Cohort:
    """A group that has a price: to be paid by each for their own place, or by a team."""
    first = today + timedelta(weeks=9)
    first -= timedelta(days=(first.weekday() - 2) % 7)  # a Wednesday
    title = f"Wednesday group {first:%Y}"
    facts = {"first": first, "flo": people["flo"], "joining": Cohort.OPEN}
    cohort = announced(programme, "paid", title, **facts) or Cohort.objects.get(title=title)
    root, now = people["root"], at(today - 60 * DAY)
    prices = {"price_minor": 12_000, "team_price_minor": 9_500, "currency": "GBP"}
    offering.set_terms(cohort, places=24, by=root, now=now, **prices)
    offering.set_bursaries(cohort, 2, by=root, now=now)
    cohort.refresh_from_db()
    return cohort


def _order(
    buyer: User, trust: Organisation, cohort: Cohort, *, quantity: int, day: date, po_number: str
) -> Order:
    facts = {"organisation": trust, "cohort": cohort, "quantity": quantity}
    order = buying.start_order(buyer, po_number=po_number, now=at(day), **facts)
    return transfer.choose_transfer(order, at(day))


def _pay(order: Order, *, by: User, day: date) -> None:
    facts = {"by": by, "reference": "NORTHMOOR TRUST", "on": day, "now": at(day)}
    transfer.mark_paid(order, amount=order.total_minor, **facts)


def _give_places(order: Order, *, by: User, day: date) -> None:
    """Some are taken, some have a letter, and the rest are free."""
    colleagues = [_colleague(name) for name in COLLEAGUES]
    asked = [person.email for person in colleagues]
    asked += [f"{name}@northmoor.example.org" for name in INVITED]
    inviting.invite(order, asked, by=by, now=at(day))
    for person in colleagues:
        letter = Invitation.objects.get(place__order=order, email=person.email)
        accepting.accept(letter.token_hash, user=person, now=at(day + DAY))


def _colleague(name: str) -> User:
    """Nobody signs in as them: they have no password."""
    email = f"{name.replace(' ', '.')}@northmoor.example.org".lower()
    facts = {"display_name": name.split()[0], "document_name": name, "password": "!"}
    person, made = User.objects.get_or_create(email=email, defaults=facts | {"is_adult": True})
    if made:
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person
