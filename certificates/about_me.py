"""What documents keep about a person: what they are given of it, and what goes."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from certificates import tasks
from certificates.models import (
    Certificate,
    CohortSummary,
    FacilitatorSummary,
    OrganisationReport,
    Paper,
)
from course.cohorts.models import Enrolment
from course.outbox.owing import owe
from course.people.giving import File, Part
from course.people.models import User
from course.places.models import Place

SAID = ("said_around", "thoughts", "for_next_cohort")  # in group_facts.py


def given_to(user: User) -> list[Part]:
    return [_certificates(user), _summaries(user), _releases(user), _reports(user)]


def files_for(user: User) -> list[File]:
    found = Certificate.objects.for_attendee(user).filter(paper__isnull=False)
    return [
        File(
            f"certificates/{c.issued_at:%Y-%m-%d}-{c.state}-{c.version}-{str(c.pk)[:8]}.pdf",
            lambda pk=c.paper_id: bytes(Paper.objects.get(pk=pk).content),
        )
        for c in found.order_by("issued_at")
    ]


def _certificates(user: User) -> Part:
    labels = {
        "code": _("Code"),
        "state": _("State"),
        "issued": _("Issued on"),
        "changed": _("Replaced or taken back on"),
        "shows_name": _("Your name shows to whoever has the code"),
        "facts": _("What it says"),
    }
    facts = [
        {
            "code": c.code,
            "state": c.get_state_display(),
            "issued": c.issued_at,
            "changed": c.state_changed_at,
            "shows_name": c.shows_name,
            "facts": c.facts,
        }
        for c in Certificate.objects.for_attendee(user)
    ]
    note = _("The papers are in the folder “certificates”.") if facts else ""
    return Part("certificates", _("Your certificates"), labels, facts, note)


def summaries_about(user: User) -> dict[str, FacilitatorSummary]:
    """The summaries that facilitators were given about this person, by id in words."""
    places = Enrolment.objects.filter(user=user).values("pk")
    found = FacilitatorSummary.objects.filter(completion_of__in=places)
    return {str(summary.pk): summary for summary in found.select_related("cohort")}


def _summaries(user: User) -> Part:
    labels = {"group": _("Group"), "made": _("Made on"), "facts": _("What it says")}
    facts = [
        {"group": s.cohort.title if s.cohort else "", "made": s.made_at, "facts": s.facts}
        for s in summaries_about(user).values()
    ]
    title = _("What facilitators were given when you completed")
    return Part("facilitator_summaries", title, labels, facts)


def _releases(user: User) -> Part:
    labels = {"group": _("Group"), "made": _("Made on")}
    groups = Enrolment.objects.filter(user=user).values("cohort")
    rows = CohortSummary.objects.filter(summary_of__in=groups).select_related("cohort")
    facts = [{"group": r.cohort.title if r.cohort else "", "made": r.made_at} for r in rows]
    note = _(
        "Figures of a whole group, made once when it closed. Answers you had given by then are "
        "counted in them. Nobody can find them again in there."
    )
    return Part("group_figures", _("Group figures you are part of"), labels, facts, note)


def _reports(user: User) -> Part:
    labels = {"organisation": _("Organisation"), "group": _("Group"), "made": _("Made on")}
    facts = []
    for place in Place.objects.filter(holder=user, order__organisation__isnull=False):
        found = OrganisationReport.objects.filter(
            organisation_id=place.order.organisation_id, report_of=place.cohort_id
        )
        facts += [
            {
                "organisation": place.order.organisation.name,
                "group": place.cohort.title,
                "made": report.made_at,
            }
            for report in found
        ]
    note = _("It counts places, and completions of those who said yes. It names nobody.")
    return Part("organisation_reports", _("Reports to organisations"), labels, facts, note)


@transaction.atomic
def erase(user: User, *, keep_certificates: bool, now: datetime) -> None:
    """Summaries about this person go, and their certificates unless they are to stay checkable.

    Of one that goes, only its code is left: its page says that it is no longer available. Words
    sent to a whole group stay in its summary, and no longer say whose they are.
    """
    summaries = FacilitatorSummary.objects.filter(pk__in=list(summaries_about(user)))
    papers = [s.paper_id for s in summaries if s.paper_id]
    summaries.delete()
    mine = Certificate.objects.for_attendee(user)
    if not keep_certificates:
        papers += [c.paper_id for c in mine if c.paper_id]
        mine.update(facts={}, paper=None, shows_name=False)
    Paper.objects.filter(pk__in=papers).delete()
    _unsign_what_was_said(user, now=now)


def _unsign_what_was_said(user: User, *, now: datetime) -> None:
    names = {user.document_name, user.display_name} - {""}
    groups = Enrolment.objects.filter(user=user).values("cohort")
    for group in CohortSummary.objects.filter(summary_of__in=groups):
        if _unsign(group, names):
            key = f"group:{group.pk}:unsigned:{now:%Y%m%d%H%M%S%f}"
            owe(tasks.draw_group_summary, key=key, now=now, summary=str(group.pk))
    for report in OrganisationReport.objects.filter(report_of__in=groups):
        if _unsign(report, names):
            key = f"report:{report.pk}:unsigned:{now:%Y%m%d%H%M%S%f}"
            owe(tasks.draw_report, key=key, now=now, report=str(report.pk))


def _unsign(document: CohortSummary | OrganisationReport, names: set[str]) -> bool:
    """Take these names away from words that were sent. The paper is drawn anew."""
    signed = [
        said for part in SAID for said in document.facts.get(part, []) if said.get("name") in names
    ]
    for said in signed:
        said["name"] = ""
    if signed:
        old, document.paper = document.paper, None
        document.save(update_fields=["facts", "paper"])
        if old:
            old.delete()
    return bool(signed)
