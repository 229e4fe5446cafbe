"""What a line of the audit says, for whoever did it and reads it in their own copy."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What people do most. All else reads as its code does: “Meeting: brought back”.
SAID: dict[str, str | Promise] = {
    "access.denied": _("A page that is for others stayed shut to you"),
    "account.email_changed": _("You changed your main email address"),
    "account.email_deleted": _("You removed an email address"),
    "account.password_changed": _("You changed your password"),
    "account.password_reset": _("You chose a new password by a link"),
    "account.password_set": _("You set a password"),
    "account.recovery_codes_generated": _("You made new recovery codes"),
    "account.totp_activated": _("You added an app for codes"),
    "account.totp_deactivated": _("You took off the app for codes"),
    "account.webauthn_added": _("You added a passkey"),
    "account.webauthn_removed": _("You removed a passkey"),
    "certificate.replaced": _("You had a name corrected on a certificate"),
    "my_data.taken": _("You took a copy of everything about you"),
    "order.cancelled": _("You cancelled an order"),
    "order.join_link_closed": _("You closed a joining link"),
    "order.join_link_opened": _("You made a joining link"),
    "place.accepted": _("You took a place"),
    "place.completion_hidden": _("You stopped showing your completion"),
    "place.completion_shown": _("You agreed to show your completion"),
    "place.invitation_withdrawn": _("You took an invitation back"),
    "place.invited": _("You invited someone to a place"),
    "place.left": _("You left a place"),
    "place.reminded": _("You had someone reminded of a place"),
    "place.taken_back": _("You freed a place"),
    "summary.downloaded": _("You downloaded a summary"),
    "summary.opened": _("You opened a summary"),
}


def in_words(action: str) -> str | Promise:
    what, _dot, done = action.replace("_", " ").partition(".")
    return SAID.get(action) or f"{what.capitalize()}: {done}"
