"""What orders, places and invitations keep about a person: what they are given, and what goes.

A numbered paper stays as it was written, with the name on it, for as long as tax law asks.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from course.cohorts.models import Enrolment
from course.people.about_me import addresses_of
from course.people.giving import File, Part
from course.people.models import User
from course.places import continuing, drawing, inviting, transfer
from course.places.amounts import shown
from course.places.models import (
    Document,
    Invitation,
    JoinLink,
    Manager,
    ManagerInvitation,
    Order,
    Organisation,
    Place,
    Refund,
)
from course.places.states import ENDED, OrderStatus

NOT_ASKED_TO_PAY = {OrderStatus.DRAFT, OrderStatus.QUOTED, OrderStatus.AWAITING_APPROVAL}
FOR_TAX = [Document.INVOICE, Document.CREDIT_NOTE, Document.RECEIPT]


def given_to(user: User) -> list[Part]:
    return [
        _places(user),
        _invitations(user),
        _orders(user),
        _money(user),
        _papers(user),
        _organisations(user),
        _asked_to_manage(user),
        _what_they_did(user),
    ]


def files_for(user: User) -> list[File]:
    """Papers of one's own orders. One that nobody has drawn yet is drawn."""
    mine = Document.objects.filter(order__in=Order.objects.for_buyer(user)).order_by("number")
    return [
        File(f"papers/{drawing.file_name(paper)}", lambda paper=paper: drawing.keep_drawn(paper))
        for paper in mine.defer("pdf")
    ]


def _places(user: User) -> Part:
    labels = {
        "group": _("Group"),
        "paid_by": _("Paid for by"),
        "state": _("State"),
        "taken": _("Taken on"),
        "completion_shown": _("You said yes to showing that you completed, on"),
    }
    rows = Place.objects.filter(holder=user).select_related("cohort", "order__organisation")
    facts = [
        {
            "group": p.cohort.title,
            "paid_by": _whose(p.order),
            "state": p.get_state_display(),
            "taken": p.taken_at,
            "completion_shown": p.completion_shown_at,
        }
        for p in rows.order_by("taken_at")
    ]
    return Part("paid_places", _("Places that were paid for"), labels, facts)


def _whose(order: Order) -> str:
    return order.organisation.name if order.organisation else str(_("a person"))


def _invitations(user: User) -> Part:
    labels = {
        "email": _("Address it went to"),
        "group": _("Group"),
        "from": _("From"),
        "state": _("What became of it"),
        "invited": _("Invited on"),
        "ends": _("Good until"),
        "reminded": _("Reminded on"),
    }
    facts = [
        {
            "email": i.email,
            "group": i.place.cohort.title,
            "from": _whose(i.place.order),
            "state": i.state,
            "invited": i.invited_at,
            "ends": i.expires_at,
            "reminded": i.reminded_at,
        }
        for i in _invitations_to(user).select_related("place__cohort", "place__order__organisation")
    ]
    return Part("invitations", _("Invitations to you"), labels, facts)


def _invitations_to(user: User) -> QuerySet[Invitation]:
    taken = Q(state=Invitation.ACCEPTED, place__holder=user)
    return Invitation.objects.filter(Q(email__in=addresses_of(user)) | taken)


def _orders(user: User) -> Part:
    labels = {
        "id": _("Order"),
        "group": _("Group"),
        "for": _("For"),
        "status": _("State"),
        "begun": _("Begun on"),
        "places": _("Places"),
        "bursaries": _("Bursary places given"),
        "total": _("Total"),
        "paid_by": _("Paid by"),
        "po_number": _("PO number"),
        "billed_to": _("Billed to"),
    }
    facts = [
        {
            "id": str(o.pk),
            "group": o.cohort.title,
            "for": o.organisation.name if o.organisation else _("you"),
            "status": o.get_status_display(),
            "begun": o.created_at,
            "places": o.quantity,
            "bursaries": o.bursaries,
            "total": shown(o.total_minor, o.currency),
            "paid_by": o.get_channel_display(),
            "po_number": o.po_number,
            "billed_to": [str(words) for words in o.billing.values() if words],
        }
        for o in Order.objects.filter(buyer=user).select_related("cohort", "organisation")
    ]
    return Part("orders", _("Orders you made"), labels, facts)


def _money(user: User) -> Part:
    labels = {"order": _("Order"), "what": _("What"), "sum": _("Sum"), "on": _("On")}
    own = Order.objects.for_buyer(user).prefetch_related("ledger")
    facts = [
        {
            "order": str(order.pk),
            "what": entry.kind.replace("_", " "),
            "sum": shown(entry.amount_minor, entry.currency),
            "on": entry.at,
        }
        for order in own
        for entry in order.ledger.all()
    ]
    return Part("payments", _("Money that came or went"), labels, facts)


def _papers(user: User) -> Part:
    labels = {"number": _("Number"), "kind": _("Kind"), "issued": _("Issued on")}
    rows = Document.objects.filter(order__in=Order.objects.for_buyer(user)).defer("pdf", "facts")
    facts = [
        {"number": d.number, "kind": d.get_kind_display(), "issued": d.issued_at} for d in rows
    ]
    note = _("The papers are in the folder “papers”.") if facts else ""
    return Part("papers", _("Invoices and receipts"), labels, facts, note)


def _organisations(user: User) -> Part:
    labels = {"organisation": _("Organisation"), "since": _("Since")}
    rows = Manager.objects.filter(user=user).select_related("organisation")
    facts = [{"organisation": m.organisation.name, "since": m.since} for m in rows]
    return Part("organisations", _("Organisations whose places you look after"), labels, facts)


def _asked_to_manage(user: User) -> Part:
    labels = {
        "organisation": _("Organisation"),
        "email": _("Address it went to"),
        "state": _("What became of it"),
        "asked": _("Asked on"),
    }
    rows = ManagerInvitation.objects.filter(email__in=addresses_of(user))
    facts = [
        {
            "organisation": m.organisation.name,
            "email": m.email,
            "state": m.state,
            "asked": m.invited_at,
        }
        for m in rows.select_related("organisation")
    ]
    return Part("asked_to_look_after", _("Being asked to look after places"), labels, facts)


def _what_they_did(user: User) -> Part:
    labels = {"what": _("What"), "on": _("On")}
    made = [
        (_("invited someone"), Invitation.objects.filter(invited_by=user), "invited_at"),
        (_("asked a manager"), ManagerInvitation.objects.filter(invited_by=user), "invited_at"),
        (_("opened a link for several people"), JoinLink.objects.filter(made_by=user), "made_at"),
        (_("asked for a refund"), Refund.objects.filter(asked_by=user), "asked_at"),
        (_("agreed to a refund"), Refund.objects.filter(agreed_by=user), "asked_at"),
    ]
    facts = [
        {"what": what, "on": moment}
        for what, rows, when in made
        for moment in rows.values_list(when, flat=True)
    ]
    return Part("what_you_did_with_places", _("What you did with places"), labels, facts)


# --- Going ------------------------------------------------------------------------------------


def left_alone_by(user: User) -> list[Organisation]:
    """Organisations with places that nobody but this person looks after."""
    others = Manager.objects.filter(organisation=OuterRef("pk")).exclude(user=user)
    places = Place.objects.live().filter(order__organisation=OuterRef("pk"))
    alone = Organisation.objects.for_manager(user).filter(Exists(places), ~Exists(others))
    return list(alone.order_by("name"))


def erase(user: User, *, now: datetime) -> None:
    """A place that was not started goes back, one that was stays used. Addresses go out of
    invitations, and names out of orders that never came to a paper for the books."""
    for enrolment in Enrolment.objects.current().filter(user=user).select_related("cohort"):
        continuing.leave(enrolment, now=now)
    for invitation in _invitations_to(user).filter(state=Invitation.PENDING):
        _turn_down(invitation, user=user, now=now)
    for order in Order.objects.for_buyer(user).filter(status__in=NOT_ASKED_TO_PAY):
        transfer.cancel_order(order, by=user, now=now)
    # The clock closes a page to pay on, and sees first whether it was used (jobs.end_holds).
    unpaid = {"status": OrderStatus.AWAITING_PAYMENT, "channel": Order.CARD}
    Order.objects.for_buyer(user).filter(**unpaid, valid_until__gt=now).update(valid_until=now)
    _take_names_away(user)


def _turn_down(invitation: Invitation, *, user: User, now: datetime) -> None:
    try:
        inviting.withdraw(invitation.place, by=user, now=now)
    except inviting.CannotNow:  # on hold, or answered in this moment
        Invitation.objects.filter(pk=invitation.pk).update(state=Invitation.WITHDRAWN)


@transaction.atomic
def _take_names_away(user: User) -> None:
    _invitations_to(user).update(email="")
    Place.objects.filter(holder=user).update(completion_shown_at=None)
    asked = ManagerInvitation.objects.filter(email__in=addresses_of(user))
    asked.filter(state=ManagerInvitation.PENDING).update(state=ManagerInvitation.WITHDRAWN)
    asked.update(email="")
    papers = Document.objects.filter(order=OuterRef("pk"), kind__in=FOR_TAX)
    unbilled = Order.objects.for_buyer(user).filter(~Exists(papers), status__in=ENDED)
    for quote in Document.objects.filter(order__in=unbilled):
        facts = quote.facts | {"buyer": dict.fromkeys(quote.facts.get("buyer", {}), "")}
        Document.objects.filter(pk=quote.pk).update(facts=facts, pdf=None)
    unbilled.update(billing={}, po_number="")
    _forget_empty_organisations(user)
    Manager.objects.filter(user=user).delete()


def _forget_empty_organisations(user: User) -> None:
    """One that never ordered anything, and that nobody else looks after, was only a form."""
    others = Manager.objects.filter(organisation=OuterRef("pk")).exclude(user=user)
    orders = Order.objects.filter(organisation=OuterRef("pk"))
    Organisation.objects.for_manager(user).filter(~Exists(others), ~Exists(orders)).delete()
