"""Every letter this site can send, with sample facts to show it by.

A new letter belongs here too; tests/mail/test_letters.py finds one that is missing.
"""

from types import SimpleNamespace

from django.utils.translation import gettext_lazy as _

from course import mail
from course.dashboard.letter_shape import (
    ACCOUNT,
    ANYONE,
    ATTENDEE,
    BUYER,
    CMS,
    EDITORS,
    FACILITATOR,
    INVITED,
    MFA,
    OURS,
    OWNER,
    PAYER,
    Letter,
    Words,
)
from course.dashboard.live_letter_samples import A_CALENDAR, LIVE

PROGRAMME = [
    Letter(
        "place_confirmed",
        OURS,
        _("after someone has taken a place"),
        ATTENDEE,
        {
            "url": mail.link("/my/"),
            "dates": [{"when": "Monday 4 March 2030, 2pm to 3:30pm (UK time)"}],
            "calendars": A_CALENDAR,
        },
    ),
    Letter(
        "certificate_ready",
        OURS,
        _("when someone has completed, and the certificate is drawn"),
        ATTENDEE,
        {"url": mail.link("/my/certificates/a-sample/")},
    ),
    Letter(
        "summary_ready",
        OURS,
        _("when someone in a group has completed"),
        FACILITATOR,
        {"url": mail.link("/cms/summaries/a-sample/")},
    ),
    Letter(
        "group_summary_ready",
        OURS,
        _("when a group has ended and its summary is made"),
        FACILITATOR,
        {"url": mail.link("/cms/group-summaries/a-sample/")},
    ),
    Letter(
        "report_ready",
        OURS,
        _("when a group in which an organisation has places has ended"),
        _("those who look after the organisation’s places"),
        {"url": mail.link("/teams/reports/a-sample/")},
    ),
    Letter(
        "confirm_interest",
        OURS,
        _("when someone asks to be told about the next group"),
        ANYONE,
        {"url": mail.link("/groups/tell-me/a-sample/")},
    ),
    Letter(
        "cohort_open",
        OURS,
        _("when a group opens, to those who asked"),
        ANYONE,
        {"url": mail.link("/groups/"), "stop_url": mail.link("/groups/stop/a-sample/")},
    ),
    Letter(
        "signposts_to_check",
        OURS,
        _("when helplines wait for their three-monthly check"),
        _("whoever checks them"),
        {"url": mail.link("/cms/snippets/programme/signpost/"), "count": 3},
    ),
    Letter(
        "help_request",
        OURS,
        _("when someone writes to us on the page “Ask a person”"),
        _("whoever helps"),
        {"message": "How do I move to another group?", "address": "reader@example.org"},
    ),
    Letter(
        "effects_wait",
        OURS,
        _("when an email or a paper could not be sent after eight tries"),
        _("whoever runs this site"),
        {"url": mail.link("/cms/effects/"), "number": 3},
    ),
]

AN_INVITATION = {
    "url": mail.link("/join/a-sample/"),
    "organisation": "A Sample Organisation",
    "group": "A sample group",
    "starts_on": "Monday 4 March 2030",
    "until": "Monday 4 February 2030",
}

PLACES = [
    Letter("invitation", OURS, _("when someone is invited to a place"), INVITED, AN_INVITATION),
    Letter(
        "invitation_reminder",
        OURS,
        _("when whoever offers a place sends the invitation’s link once more"),
        INVITED,
        AN_INVITATION,
    ),
    Letter(
        "place_moved",
        OURS,
        _("when a place was given to someone else, or taken back"),
        _("whoever had the place"),
        {"url": mail.link("/my/"), "group": "A sample group"},
    ),
    Letter(
        "manager_invitation",
        OURS,
        _("when someone is asked to look after an organisation’s places"),
        INVITED,
        {"url": mail.link("/teams/look-after/a-sample/"), "organisation": "A Sample Organisation"},
    ),
]

A_PAPER = {"paper": ("a-sample.pdf", b"%PDF-"), "total": "£570.00"}
AN_INVOICE = A_PAPER | {"number": "INV-2030-0001", "due": "4 March 2030"}
AN_ORDER = {"url": mail.link("/orders/a-sample/")}
A_QUOTE = A_PAPER | {"number": "QUO-2030-0001", "until": "4 March 2030"}

MONEY = [
    Letter("quote_ready", OURS, _("when someone asks for a quote"), BUYER, A_QUOTE),
    Letter(
        "credit_being_looked_at",
        OURS,
        _("when an order by invoice is so large that a person looks first"),
        BUYER,
        {"total": "£5,700.00"},
    ),
    Letter("invoice_issued", OURS, _("when an invoice is written"), PAYER, AN_INVOICE),
    Letter(
        "invoice_reminder",
        OURS,
        _("when an invoice was not paid in time, three times at most"),
        PAYER,
        AN_INVOICE,
    ),
    Letter("order_confirmed", OURS, _("when a payment has arrived"), PAYER, A_PAPER),
    Letter("order_settled", OURS, _("when an order has nothing to pay"), PAYER, A_PAPER),
    Letter(
        "payment_did_not_go_through",
        OURS,
        _("when a payment did not go through"),
        BUYER,
        AN_ORDER,
    ),
    Letter(
        "refund_sent",
        OURS,
        _("when money was sent back"),
        PAYER,
        A_PAPER | {"another_way": False},
    ),
    Letter(
        "order_ended",
        OURS,
        _("when an invoice was cancelled, or a large order was not taken on"),
        BUYER,
        AN_ORDER | {"reason": ""},
    ),
]

SIGNING_IN = [
    Letter(
        "email_confirmation_signup",
        ACCOUNT,
        _("when someone makes an account"),
        ANYONE,
        {"activate_url": mail.link("/accounts/confirm-email/a-sample/")},
    ),
    Letter(
        "email_confirmation",
        ACCOUNT,
        _("when someone adds an address to an account"),
        ANYONE,
        {"activate_url": mail.link("/accounts/confirm-email/a-sample/")},
    ),
    Letter(
        "account_already_exists",
        ACCOUNT,
        _("when someone makes an account with an address we know"),
        OWNER,
        {"password_reset_url": mail.link("/accounts/password/reset/")},
    ),
    Letter(
        "unknown_account",
        ACCOUNT,
        _("when someone asks for a password with an address we do not know"),
        ANYONE,
        {"signup_url": mail.link("/accounts/signup/")},
    ),
    Letter(
        "password_reset_key",
        ACCOUNT,
        _("when someone asks for a new password"),
        OWNER,
        {"password_reset_url": mail.link("/accounts/password/reset/key/a-sample/")},
    ),
]

CHANGES = [
    Letter("password_changed", ACCOUNT, _("after a password was changed"), OWNER),
    Letter("password_reset", ACCOUNT, _("after a new password was chosen by link"), OWNER),
    Letter("password_set", ACCOUNT, _("after a first password was set"), OWNER),
    Letter("email_confirm", ACCOUNT, _("after an address was confirmed"), OWNER),
    Letter(
        "email_changed",
        ACCOUNT,
        _("after the main address was changed"),
        OWNER,
        {"from_email": "old@example.org", "to_email": "new@example.org"},
    ),
    Letter(
        "email_deleted",
        ACCOUNT,
        _("after an address was removed"),
        OWNER,
        {"deleted_email": "old@example.org"},
    ),
    Letter("totp_activated", MFA, _("after an app for codes was added"), OWNER),
    Letter("totp_deactivated", MFA, _("after an app for codes was removed"), OWNER),
    Letter("webauthn_added", MFA, _("after a passkey was added"), OWNER),
    Letter("webauthn_removed", MFA, _("after a passkey was removed"), OWNER),
    Letter("recovery_codes_generated", MFA, _("after new spare codes were made"), OWNER),
]

A_PAGE = {"page": SimpleNamespace(id=1)}

KEEPING = [
    Letter(
        "quiet_account",
        OURS,
        _("thirty days, and seven days, before an account that nobody uses is erased"),
        OWNER,
        {"url": mail.link("/my/data/"), "day": "4 March 2030"},
    ),
    Letter("goodbye", OURS, _("after everything about someone was erased"), OWNER, {"kept": True}),
]

WORKSPACE = [
    Letter(name, CMS, when, EDITORS, A_PAGE)
    for name, when in [
        ("workflow_state_submitted", _("when a page is sent for a second look")),
        ("task_state_submitted", _("when it is someone’s turn to look at a page")),
        ("workflow_state_approved", _("when a page was approved")),
        ("workflow_state_rejected", _("when a page was sent back")),
        ("updated_comments", _("when someone comments on a page")),
    ]
]

KINDS: list[tuple[Words, list[Letter]]] = [
    (_("About the programme"), PROGRAMME),
    (_("About meetings and groups"), LIVE),
    (_("About places"), PLACES),
    (_("About orders and money"), MONEY),
    (_("Signing in"), SIGNING_IN),
    (_("Changes to an account"), CHANGES),
    (_("The end of an account"), KEEPING),
    (_("For those who work on pages"), WORKSPACE),
]
BY_NAME = {letter.name: letter for _kind, letters in KINDS for letter in letters}
