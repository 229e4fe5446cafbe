"""An order of Northmoor's that is ready to use, and the links into it."""

from course.places import buying, inviting, tokens
from course.places.models import Invitation, Order
from course.places.states import OrderStatus
from tests.cast import NOON


def bought(buyer, organisation, cohort, quantity=3, **facts) -> Order:
    order = buying.start_order(
        buyer, cohort=cohort, organisation=organisation, quantity=quantity, now=NOON, **facts
    )
    buying.keep_places(order, status=OrderStatus.INVOICED, channel=Order.TRANSFER, now=NOON)
    buying.fulfil(order, now=NOON)
    order.refresh_from_db()
    return order


def invited(order, by, email="new@example.org", now=NOON) -> Invitation:
    inviting.invite(order, [email], by=by, now=now)
    return Invitation.objects.get(email=email, state=Invitation.PENDING)


def token_of(invitation: Invitation) -> str:
    return tokens.token(tokens.INVITATION, invitation.pk)


def hash_behind(invitation: Invitation) -> str:
    return tokens.hash_of(token_of(invitation))
