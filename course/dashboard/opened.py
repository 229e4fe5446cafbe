"""Who opened what about a person: in plain words, with role and time and no name."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.about_me import summaries_about
from course.audit import reading
from course.audit.words import in_words
from course.cohorts.models import Enrolment
from course.people.giving import Part
from course.people.models import User

WHAT = {
    "summary.opened": _("Your summary was opened"),
    "summary.downloaded": _("Your summary was downloaded"),
    "attendance.exported": _("Your group’s attendance list was downloaded"),
}
FACILITATOR = _("a facilitator of your group")
SITE = _("someone who runs this site")
YOU = _("you")


@dataclass(frozen=True)
class Opening:
    what: str | Promise
    by: str | Promise
    at: datetime


def opened_about(user: User, *, at_most: int = 500) -> list[Opening]:
    """The newest first. How long such lines are kept is a setting (course/environment.py)."""
    groups = Enrolment.objects.filter(user=user).values_list("cohort", flat=True)
    subjects = [f"summary:{pk}" for pk in summaries_about(user)]
    subjects += [f"cohort:{pk}" for pk in groups]
    lines = reading.lines_about(subjects, actions=WHAT, at_most=at_most)
    running = _who_runs_the_site({line.actor for line in lines})
    return [
        Opening(WHAT[line.action], _role(line.actor, user=user, running=running), line.at)
        for line in lines
    ]


def _who_runs_the_site(actors: set[str]) -> set[str]:
    people = User.objects.filter(pk__in=actors - {"system"}, is_superuser=True)
    return {str(pk) for pk in people.values_list("pk", flat=True)}


def _role(actor: str, *, user: User, running: set[str]) -> str | Promise:
    if actor == str(user.pk):
        return YOU
    return SITE if actor in running else FACILITATOR


def given_to(user: User) -> list[Part]:
    labels = {"what": _("What"), "by": _("By"), "on": _("On")}
    opened = [{"what": o.what, "by": o.by, "on": o.at} for o in opened_about(user)]
    nobody = _("Nobody can open your private writing, so it is never in this list.")
    did = {"what": _("What"), "about": _("About"), "on": _("On"), "result": _("Result")}
    did["from"] = _("From the network")
    lines = [
        {
            "what": in_words(e.action),
            "about": e.subject,
            "on": e.at,
            "result": e.result,
            "from": e.network or "",
        }
        for e in reading.lines_by(user.pk)
    ]
    title = _("What you did that is noted for safety")
    return [
        Part("who_opened_what", _("Who opened what about you"), labels, opened, nobody),
        Part("what_you_did", title, did, lines),
    ]
