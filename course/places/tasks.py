"""What the outbox does for places: fetch by id, call one leaf."""

from collections.abc import Callable
from smtplib import SMTPRecipientsRefused

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from course import mail
from course.audit.recording import record
from course.cohorts.models import Enrolment
from course.places import gateway, tokens
from course.places.models import Invitation, ManagerInvitation, Refund

DAY = "l j F Y"

# --- Letters about places: who is asked, and who is told ------------------------------------------


def send_invitation(*, invitation: str) -> None:
    _write_to_invited(mail.invitation, invitation, key=f"invitation:{invitation}")


def send_reminder(*, invitation: str) -> None:
    last = Invitation.objects.filter(pk=invitation).values_list("reminded_at", flat=True).first()
    key = f"invitation:{invitation}:reminder:{last:%Y-%m-%d}" if last else f"{invitation}:reminder"
    _write_to_invited(mail.invitation_reminder, invitation, key=key)


def _write_to_invited(letter: Callable[..., None], pk: str, *, key: str) -> None:
    """Send, and note for the manager's page whether the mail server took it."""
    pending = Invitation.objects.filter(pk=pk, state=Invitation.PENDING)
    found = pending.select_related("place__order__organisation", "place__cohort").first()
    if not found or found.place.cohort.cancelled_at:
        return
    facts = _of_the_place(found)
    path = reverse("open_invitation", args=[tokens.token(tokens.INVITATION, found.pk)])
    try:
        letter(to=found.email, key=key, path=path, **facts)
    except SMTPRecipientsRefused as error:
        pending.update(send_failed=True)
        if any(code < 500 for code, _words in error.recipients.values()):
            raise  # “come again later”; otherwise trying again would change nothing
    except OSError:
        pending.update(send_failed=True)
        raise
    else:
        pending.update(sent_at=timezone.now(), send_failed=False)


def _of_the_place(invitation: Invitation) -> dict[str, str]:
    order, cohort = invitation.place.order, invitation.place.cohort
    return {
        "organisation": order.organisation.name if order.organisation else "",
        "group": cohort.title,
        "starts_on": date_format(cohort.starts_on, DAY) if cohort.starts_on else "",
        "until": date_format(timezone.localtime(invitation.expires_at), DAY),
    }


def tell_place_moved(*, enrolment: str) -> None:
    found = Enrolment.objects.select_related("user", "cohort").filter(pk=enrolment).first()
    if found:
        key, path = f"enrolment:{enrolment}:moved", reverse("my_programme")
        mail.place_moved(to=found.user.email, key=key, path=path, group=found.cohort.title)


def send_manager_invitation(*, invitation: str) -> None:
    pending = ManagerInvitation.objects.filter(pk=invitation, state=ManagerInvitation.PENDING)
    found = pending.select_related("organisation").first()
    if found:
        path = reverse("open_manager_invitation", args=[tokens.token(tokens.MANAGER, found.pk)])
        mail.manager_invitation(
            to=found.email,
            key=f"manager-invitation:{invitation}",
            path=path,
            organisation=found.organisation.name,
        )


# --- Money that goes back -------------------------------------------------------------------------


def send_refund(*, refund: str) -> None:
    """Ask Stripe to send it, once. What became of it is seen by `reconciling` (R36).

    What goes by bank is sent by a person, so there is nothing to do for it.
    """
    going = Refund.objects.filter(pk=refund, by_bank=False, state__in=[Refund.AGREED, Refund.SENT])
    found = going.select_related("payment", "order").first()
    paid = found and (found.payment or found.order.payments.filter(status="paid").first())
    if not found or not paid or paid.provider != "stripe":
        return
    if not paid.intent_id:  # an invoice that was noted at Stripe as paid elsewhere
        going.update(by_bank=True)
        record("refund.by_hand", actor=None, subject=f"refund:{found.pk}", result="look")
        return
    try:
        sent = gateway.refund(
            key=f"refund:{found.pk}",
            refund_id=str(found.pk),
            order_id=str(found.order_id),
            intent_id=paid.intent_id,
            amount_minor=found.amount_minor,
        )
    except gateway.Refused:  # asking again would change nothing: a person looks at it
        if going.update(state=Refund.FAILED):
            record("refund.failed", actor=None, subject=f"refund:{found.pk}", result="look")
        return
    going.filter(state=Refund.AGREED).update(state=Refund.SENT, provider_ref=sent.id)
