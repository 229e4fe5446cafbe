"""Letters about places, orders and their papers."""

from django.core.mail import EmailMultiAlternatives

from course.mail.making import Paper, link, make_message


def invitation(
    *, to: str, key: str, path: str, organisation: str, group: str, starts_on: str, until: str
) -> None:
    facts = {"organisation": organisation, "group": group, "starts_on": starts_on, "until": until}
    make_message("invitation", to=to, key=key, context=facts | {"url": link(path)}).send()


def invitation_reminder(
    *, to: str, key: str, path: str, organisation: str, group: str, starts_on: str, until: str
) -> None:
    facts = {"organisation": organisation, "group": group, "starts_on": starts_on, "until": until}
    make_message("invitation_reminder", to=to, key=key, context=facts | {"url": link(path)}).send()


def place_moved(*, to: str, key: str, path: str, group: str) -> None:
    facts = {"url": link(path), "group": group}
    make_message("place_moved", to=to, key=key, context=facts).send()


def manager_invitation(*, to: str, key: str, path: str, organisation: str) -> None:
    facts = {"url": link(path), "organisation": organisation}
    make_message("manager_invitation", to=to, key=key, context=facts).send()


# --- Money: to whoever pays. The paper itself is attached, since they may have no account. ---


def _send_with(paper: Paper, message: EmailMultiAlternatives) -> None:
    message.attach(*paper, "application/pdf")
    message.send()


def invoice_issued(*, to: str, key: str, paper: Paper, number: str, total: str, due: str) -> None:
    facts = {"number": number, "total": total, "due": due}
    _send_with(paper, make_message("invoice_issued", to=to, key=key, context=facts))


def invoice_reminder(*, to: str, key: str, paper: Paper, number: str, total: str, due: str) -> None:
    facts = {"number": number, "total": total, "due": due}
    _send_with(paper, make_message("invoice_reminder", to=to, key=key, context=facts))


def order_confirmed(*, to: str, key: str, paper: Paper, total: str) -> None:
    facts = {"total": total}
    _send_with(paper, make_message("order_confirmed", to=to, key=key, context=facts))


def order_settled(*, to: str, key: str, paper: Paper) -> None:
    """An order with nothing to pay."""
    _send_with(paper, make_message("order_settled", to=to, key=key))


def quote_ready(*, to: str, key: str, paper: Paper, number: str, total: str, until: str) -> None:
    facts = {"number": number, "total": total, "until": until}
    _send_with(paper, make_message("quote_ready", to=to, key=key, context=facts))


def refund_sent(*, to: str, key: str, paper: Paper, total: str, another_way: bool = False) -> None:
    """`another_way`: to a bank account, because it could not go back the way it was paid."""
    facts = {"total": total, "another_way": another_way}
    _send_with(paper, make_message("refund_sent", to=to, key=key, context=facts))


def credit_being_looked_at(*, to: str, key: str, total: str) -> None:
    make_message("credit_being_looked_at", to=to, key=key, context={"total": total}).send()


def payment_did_not_go_through(*, to: str, key: str, path: str) -> None:
    facts = {"url": link(path)}
    make_message("payment_did_not_go_through", to=to, key=key, context=facts).send()


def order_ended(*, to: str, key: str, path: str, reason: str = "") -> None:
    """`reason`: why an order was not invoiced ahead, in words that staff chose from a list."""
    facts = {"url": link(path), "reason": reason}
    make_message("order_ended", to=to, key=key, context=facts).send()
