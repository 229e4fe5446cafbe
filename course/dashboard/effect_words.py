"""What each kind of effect is, in words for somebody who runs the site."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the function that does it. A test finds one that is missing.
KINDS: dict[str, str | Promise] = {
    "certificates.tasks.announce_certificate": _("Email: a certificate is ready"),
    "certificates.tasks.announce_group_summary": _("Email: a group’s summary is ready"),
    "certificates.tasks.announce_report": _("Email: an organisation’s report is ready"),
    "certificates.tasks.announce_summary": _("Email: a person’s summary is ready"),
    "certificates.tasks.draw_certificate": _("Drawing a certificate"),
    "certificates.tasks.draw_group_summary": _("Drawing a group’s summary"),
    "certificates.tasks.draw_report": _("Drawing an organisation’s report"),
    "certificates.tasks.draw_summary": _("Drawing a person’s summary"),
    "course.cohorts.letter_tasks.ask_for_way_in": _("Email: a meeting has no way in yet"),
    "course.cohorts.letter_tasks.remind": _("Email: reminder of a meeting"),
    "course.cohorts.letter_tasks.remind_afterwards": _("Email: after a meeting"),
    "course.cohorts.letter_tasks.send_letter_to_self": _("Email: someone’s letter waits for them"),
    "course.cohorts.letter_tasks.send_message": _("Email: message to a group"),
    "course.cohorts.letter_tasks.tell_of_changes": _("Email: dates have changed"),
    "course.cohorts.letter_tasks.tell_of_opening": _("Email: a session is open"),
    "course.cohorts.tasks.confirm_interest": _("Email: please confirm your address"),
    "course.cohorts.tasks.confirm_place": _("Email: a place is confirmed"),
    "course.cohorts.tasks.tell_of_cohort": _("Email: a new group is open"),
    "course.cohorts.waiting_tasks.offer_place": _("Email: a place is offered"),
    "course.cohorts.waiting_tasks.say_group_called_off": _("Email: a group is called off"),
    "course.cohorts.waiting_tasks.say_group_confirmed": _("Email: a group will run"),
    "course.cohorts.waiting_tasks.say_offer_ended": _("Email: an offer has ended"),
    "course.cohorts.waiting_tasks.say_waiting_again": _("Email: still on the waiting list"),
    "course.dashboard.effect_tasks.say_effects_wait": _("Email: something here waits for you"),
    "course.people.letters.say_goodbye": _("Email: an account has gone"),
    "course.people.letters.send": _("Email about an account, such as a link to sign in"),
    "course.people.quiet_accounts.tell": _("Email: an account has been quiet"),
    "course.places.jobs.look_at": _("Looking at a payment"),
    "course.places.letters.draw_paper": _("Drawing an invoice or receipt"),
    "course.places.letters.remind_of_invoice": _("Email: an invoice is open"),
    "course.places.letters.say_credit_is_looked_at": _("Email: an order is looked at"),
    "course.places.letters.say_order_ended": _("Email: an order has ended"),
    "course.places.letters.say_payment_failed": _("Email: a payment did not go through"),
    "course.places.letters.say_refund_sent": _("Email: money is on its way back"),
    "course.places.letters.send_invoice": _("Email with an invoice"),
    "course.places.letters.send_quote": _("Email with a quote"),
    "course.places.letters.send_receipt": _("Email with a receipt"),
    "course.places.tasks.send_invitation": _("Email: an invitation"),
    "course.places.tasks.send_manager_invitation": _("Email: to look after an organisation"),
    "course.places.tasks.send_refund": _("Sending money back"),
    "course.places.tasks.send_reminder": _("Email: an invitation is still open"),
    "course.places.tasks.tell_place_moved": _("Email: a place has moved"),
    "course.programme.tasks.ask_to_check_signposts": _("Email: signposts to check"),
    "course.programme.tasks.pass_on_help_request": _("Email: a question from the site"),
    "sessions.letter_tasks.say_attendance_questioned": _("Email: attendance was questioned"),
}


def in_words(task: str) -> str | Promise:
    """For one that this release does not know, the name of its function."""
    return KINDS.get(task) or task.rpartition(".")[2].replace("_", " ").capitalize()
