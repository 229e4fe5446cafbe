"""What accounts keep about a person: what they are given of it, and what goes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from course.people import letters, reading
from course.people.giving import Part
from course.people.models import Erasure, User
from course.people.reading_options import OPTIONS


def given_to(user: User) -> list[Part]:
    return [_account(user), _addresses(user), _reading(user), _consents(user), *_signing_in(user)]


def _account(user: User) -> Part:
    labels = {
        "id": _("Number of the account"),
        "email": _("Email"),
        "name_on_screen": _("Name on screen"),
        "name_on_documents": _("Name on documents"),
        "said_adult": _("Said to be an adult"),
        "joined": _("Account made"),
        "last_signed_in": _("Last signed in"),
        "last_seen": _("Seen here, as noted each night"),
        "told_about_quiet": _("Told that the account is quiet"),
        "time_zone": _("Time zone"),
        "roles": _("Roles"),
        "rights": _("Rights of one’s own"),
    }
    facts = {
        "id": str(user.pk),
        "email": user.email,
        "name_on_screen": user.display_name,
        "name_on_documents": user.document_name,
        "said_adult": user.is_adult,
        "joined": user.date_joined,
        "last_signed_in": user.last_login,
        "last_seen": user.seen_at,
        "told_about_quiet": user.quiet_letter_at,
        "time_zone": user.zone,
        "roles": sorted(user.groups.values_list("name", flat=True)),
        "rights": sorted(user.user_permissions.values_list("codename", flat=True)),
    }
    return Part("account", _("Your account"), labels, [facts])


def _addresses(user: User) -> Part:
    labels = {"email": _("Email"), "confirmed": _("Confirmed"), "main": _("Main address")}
    rows = EmailAddress.objects.filter(user=user).order_by("pk")
    facts = [{"email": a.email, "confirmed": a.verified, "main": a.primary} for a in rows]
    return Part("email_addresses", _("Your email addresses"), labels, facts)


def _reading(user: User) -> Part:
    chosen = reading.for_html(user.reading)
    labels = {option.key: option.label for option in OPTIONS}
    facts = {
        option.key: option.values[chosen[option.attribute]][0]
        for option in OPTIONS
        if option.key in user.reading
    }
    return Part("reading_settings", _("Your reading settings"), labels, [facts] if facts else [])


def _consents(user: User) -> Part:
    labels = {
        "about": _("What you said yes to"),
        "version": _("Wording of the question"),
        "given": _("Yes on"),
        "taken_back": _("Taken back on"),
    }
    facts = [
        {
            "about": c.get_about_display(),
            "version": c.version,
            "given": c.given_at,
            "taken_back": c.withdrawn_at,
        }
        for c in user.consents.order_by("given_at")
    ]
    return Part("consents", _("What you said yes to"), labels, facts)


def _signing_in(user: User) -> list[Part]:
    ways = {"kind": _("Kind"), "added": _("Added"), "last_used": _("Last used")}
    second = [
        {"kind": a.get_type_display(), "added": a.created_at, "last_used": a.last_used_at}
        for a in Authenticator.objects.filter(user=user).order_by("pk")
    ]
    devices = {
        "since": _("Since"),
        "last": _("Last noted"),
        "address": _("Internet address"),
        "device": _("Browser, as it names itself"),
    }
    where = [
        {"since": s.created_at, "last": s.last_seen_at, "address": s.ip, "device": s.user_agent}
        for s in UserSession.objects.filter(user=user).order_by("created_at")
    ]
    secret = _("Passwords, codes and keys are secrets, and are left out.")
    return [
        Part("second_ways_in", _("Your second ways to sign in"), ways, second, secret),
        Part("signed_in", _("Where you are signed in"), devices, where),
    ]


def addresses_of(user: User) -> set[str]:
    """Every address of this person, in lower case."""
    others = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return {address.lower() for address in (user.email, *others)}


@transaction.atomic
def note_wish(user: User, *, now: datetime, keep_certificates: bool, quietly: bool) -> Erasure:
    """Write down that this person is to be erased, and close the account at once."""
    User.objects.select_for_update().filter(pk=user.pk).update(is_active=False)
    wish = {"asked_at": now, "keeps_certificates": keep_certificates, "quietly": quietly}
    erasure, _made = Erasure.objects.get_or_create(user=user, defaults=wish)
    return erasure


def sign_out_everywhere(users: Iterable[UUID]) -> int:
    """End every web session of these people. Returns how many there were."""
    open_ones = UserSession.objects.filter(user__in=users)
    Session.objects.filter(session_key__in=open_ones.values("session_key")).delete()
    ended, _by_model = open_ones.delete()
    return ended


def erase(erasure: Erasure) -> None:
    """The last step: picture, web sessions, account. The goodbye is owed in the same moment."""
    user = erasure.user
    profile = getattr(user, "wagtail_userprofile", None)
    if profile and profile.avatar:
        profile.avatar.delete()
    with transaction.atomic():
        sign_out_everywhere([user.pk])
        if not erasure.quietly:
            letters.post_goodbye(to=user.email, kept=erasure.keeps_certificates)
        user.delete()
