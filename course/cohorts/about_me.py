"""What groups keep about a person: what they are given of it, and what goes."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from course.cohorts import waiting
from course.cohorts.models import (
    CalendarFeed,
    Enrolment,
    Facilitation,
    Guest,
    Interest,
    LetterToSelf,
    Message,
    NotComing,
    Opening,
    Reminders,
    Waiting,
)
from course.people.about_me import addresses_of
from course.people.giving import Part
from course.people.models import User


def given_to(user: User) -> list[Part]:
    return [
        _enrolments(user),
        _absences(user),
        _visits(user),
        _opened_early(user),
        _waiting(user),
        _reminders(user),
        _calendar(user),
        _letters_to_self(user),
        _interests(user),
        _running(user),
        _messages(user),
    ]


def _enrolments(user: User) -> Part:
    labels = {
        "group": _("Group"),
        "since": _("Place since"),
        "ended": _("Ended"),
        "paused": _("Paused"),
        "goes_on_from": _("Goes on from another place"),
        "live_waived": _("Completes without live meetings"),
        "access_needs": _("What you asked for, to take part"),
        "access_needs_sent": _("Sent to the facilitators"),
    }
    rows = Enrolment.objects.filter(user=user).select_related("cohort", "continues__cohort")
    facts = [
        {
            "group": e.cohort.title,
            "since": e.enrolled_at,
            "ended": e.ended_at,
            "paused": e.paused_at,
            "goes_on_from": e.continues.cohort.title if e.continues else None,
            "live_waived": e.live_waived,
            "access_needs": e.access_needs,
            "access_needs_sent": e.access_needs_sent_at,
        }
        for e in rows.order_by("enrolled_at")
    ]
    return Part("places_in_groups", _("Your places in groups"), labels, facts)


def _absences(user: User) -> Part:
    labels = {"group": _("Group"), "session": _("Session"), "said": _("Said on")}
    rows = NotComing.objects.filter(enrolment__user=user).select_related("meeting__cohort")
    facts = [
        {"group": n.meeting.cohort.title, "session": n.meeting.number, "said": n.said_at}
        for n in rows.order_by("said_at")
    ]
    return Part("not_coming", _("Meetings you said you would not be at"), labels, facts)


def _visits(user: User) -> Part:
    labels = {"group": _("Group you visit"), "session": _("Session"), "asked": _("Asked on")}
    rows = Guest.objects.filter(enrolment__user=user).select_related("meeting__cohort")
    facts = [
        {"group": g.meeting.cohort.title, "session": g.meeting.number, "asked": g.asked_at}
        for g in rows.order_by("asked_at")
    ]
    return Part("visits", _("Meetings of other groups you come to"), labels, facts)


def _opened_early(user: User) -> Part:
    labels = {"group": _("Group"), "session": _("Session"), "opened": _("Opened on")}
    rows = Opening.objects.filter(enrolment__user=user).select_related("cohort")
    facts = [
        {"group": o.cohort.title, "session": o.number, "opened": o.opened_at}
        for o in rows.order_by("opened_at")
    ]
    return Part("opened_early", _("Sessions opened for you before the others"), labels, facts)


def _waiting(user: User) -> Part:
    labels = {
        "group": _("Group"),
        "since": _("In line since"),
        "offered": _("Place kept for you since"),
        "kept_until": _("Kept until"),
        "offers": _("Times a place was offered"),
        "accepted": _("Place taken"),
        "left": _("Left the list"),
    }
    facts = [
        {
            "group": w.cohort.title,
            "since": w.since,
            "offered": w.offered_at,
            "kept_until": w.offer_until,
            "offers": w.offers,
            "accepted": w.accepted_at,
            "left": w.left_at,
        }
        for w in Waiting.objects.filter(user=user).select_related("cohort")
    ]
    return Part("waiting_lists", _("Waiting lists"), labels, facts)


def _reminders(user: User) -> Part:
    labels = {
        "day_before": _("The day before a meeting"),
        "hour_before": _("An hour before a meeting"),
        "module_opens": _("When a session opens"),
        "after_meeting": _("After a meeting"),
        "messages": _("What facilitators write"),
        "by_email": _("By email"),
        "in_calendar": _("In your calendar"),
        "stopped": _("All stopped on"),
    }
    facts = [
        {name: getattr(r, name) for name in labels if name != "stopped"} | {"stopped": r.stopped_at}
        for r in Reminders.objects.filter(user=user)
    ]
    return Part("reminders", _("Your reminders"), labels, facts)


def _calendar(user: User) -> Part:
    labels = {"made": _("Made on")}
    facts = [{"made": c.made_at} for c in CalendarFeed.objects.filter(user=user)]
    secret = _("Its address works like a key, so it is left out. You find it on its own page.")
    return Part("calendar", _("Your private calendar"), labels, facts, secret)


def _letters_to_self(user: User) -> Part:
    labels = {"group": _("Group"), "asked": _("Asked on"), "due": _("Due"), "sent": _("Sent on")}
    rows = LetterToSelf.objects.filter(enrolment__user=user).select_related("enrolment__cohort")
    facts = [
        {
            "group": r.enrolment.cohort.title,
            "asked": r.asked_at,
            "due": r.due_on,
            "sent": r.sent_at,
        }
        for r in rows
    ]
    return Part("letters_to_self", _("Letters to yourself"), labels, facts)


def _interests(user: User) -> Part:
    labels = {
        "email": _("Email"),
        "asked": _("Asked on"),
        "confirmed": _("Confirmed on"),
        "stopped": _("Stopped on"),
    }
    facts = [
        {
            "email": i.email,
            "asked": i.asked_at,
            "confirmed": i.confirmed_at,
            "stopped": i.stopped_at,
        }
        for i in Interest.objects.filter(email__in=addresses_of(user))
    ]
    return Part("told_of_new_groups", _("Being told of new groups"), labels, facts)


def _running(user: User) -> Part:
    labels = {"group": _("Group"), "as": _("As")}
    runs = Facilitation.objects.filter(user=user).select_related("cohort")
    facts = [{"group": f.cohort.title, "as": _("facilitator")} for f in runs]
    facts += [{"group": cohort.title, "as": _("host")} for cohort in user.hosts.all()]
    return Part("groups_you_run", _("Groups you run or host"), labels, facts)


def _messages(user: User) -> Part:
    labels = {
        "group": _("Group"),
        "sent": _("Sent on"),
        "heading": _("Heading"),
        "words": _("Words"),
    }
    rows = Message.objects.filter(sender=user).select_related("cohort")
    facts = [
        {"group": m.cohort.title, "sent": m.sent_at, "heading": m.heading, "words": m.words}
        for m in rows.order_by("sent_at")
    ]
    return Part("messages_you_sent", _("Messages you sent to groups"), labels, facts)


def erase(user: User, *, now: datetime) -> None:
    """Places in groups with all that hangs on them, waiting lists, reminders, addresses to tell.

    What someone wrote to a group as its facilitator stays there, without their name.
    """
    waiting.leave_every_list(user, now=now)
    with transaction.atomic():
        Interest.objects.filter(email__in=addresses_of(user)).delete()
        for model in (Waiting, Reminders, CalendarFeed, Facilitation, Enrolment):
            model.objects.filter(user=user).delete()
        user.hosts.clear()
