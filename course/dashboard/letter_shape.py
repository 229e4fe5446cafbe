"""What a letter is, for the pages that show every letter; and in words, to whom each one goes."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from course import mail

Words = str | Promise  # what is translated when it is shown


@dataclass(frozen=True)
class Letter:
    """One letter. `folder` is where its templates are; `when` and `to` are for editors."""

    name: str
    folder: str
    when: Words
    to: Words
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def editable(self) -> bool:
        """Wagtail writes its own letters; nobody's words but the template's reach them."""
        return self.folder != CMS

    def parts(self) -> mail.Parts:
        base = f"{self.folder}/{self.name}"
        endings = {
            OURS: ("/subject.txt", "/body.txt", "/body.html"),
            CMS: ("_subject.txt", ".txt", ".html"),
        }
        account = ("_subject.txt", "_message.txt", "_message.html")
        return mail.Parts(*(base + ending for ending in endings.get(self.folder, account)))


OURS, ACCOUNT, MFA = "email", "account/email", "mfa/email"
CMS = "wagtailadmin/notifications"

ATTENDEE = _("someone who has a place")
FACILITATOR = _("the group’s facilitators")
ANYONE = _("whoever gave their address")
OWNER = _("the owner of the account")
EDITORS = _("people who work on pages")
INVITED = _("whoever was invited")
BUYER = _("whoever ordered")
PAYER = _("the billing address of the order")
