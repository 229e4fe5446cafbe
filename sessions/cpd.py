"""From what is noted of someone to their CPD record. Nothing private comes here."""

from datetime import date

from django.utils.translation import gettext as _

from certificates.cpd import CpdRecord, Learning
from certificates.models import Certificate
from course.cohorts.models import Enrolment
from course.programme.models import ProgrammePage, SiteSettings
from sessions.models import Attendance, CpdNote


def record_of(enrolment: Enrolment, *, today: date) -> CpdRecord:
    """What really happened in this round, as it is noted now. It follows every correction."""
    programme = ProgrammePage.objects.filter(pk=enrolment.cohort.programme_id).first()
    settings = SiteSettings.objects.first()
    issuer = settings.issuer if settings else ""
    certificate = Certificate.objects.filter(
        completion_of=enrolment.pk, state=Certificate.VALID
    ).first()
    notes = {note.number: note for note in CpdNote.objects.filter(enrolment=enrolment)}
    taken = enrolment.attendances.filter(state__in=Attendance.COUNTING)
    return CpdRecord(
        name=enrolment.user.document_name or enrolment.user.display_name,
        programme=programme.title if programme else enrolment.cohort.title,
        cohort=enrolment.cohort.title,
        issuer=issuer,
        drawn_on=today,
        entries=[_learning(row, notes.get(row.number), certificate, issuer) for row in taken],
    )


def _learning(
    row: Attendance, note: CpdNote | None, certificate: Certificate | None, issuer: str
) -> Learning:
    return Learning(
        number=row.number,
        title=row.title,
        method=_method(row),
        practice=note.practice if note else "",
        on=row.on,
        live_minutes=row.live_minutes,
        own_minutes=row.own_minutes,
        code_part=note.code_part if note else "",
        evidence=_evidence(row, certificate, issuer),
    )


def _method(row: Attendance) -> str:
    if row.live_minutes and row.own_minutes:
        return _("Live online session with others, and study in own time")
    return _("Live online session with others") if row.live_minutes else _("Study in own time")


def _evidence(row: Attendance, certificate: Certificate | None, issuer: str) -> str:
    """A certificate is evidence of the sessions that it lists, and of no other."""
    listed = {s["number"] for s in certificate.facts["sessions"]} if certificate else set()
    if row.number in listed:
        groups = (certificate.code[i : i + 4] for i in range(0, len(certificate.code), 4))
        return _("Certificate of attendance, code %(code)s") % {"code": "-".join(groups)}
    return _("Record of attendance, %(issuer)s") % {"issuer": issuer}


def write_note(enrolment: Enrolment, *, number: int, practice: str, code_part: str) -> None:
    """Keep what someone adds to one session. Empty words take it away."""
    if not practice and not code_part:
        CpdNote.objects.filter(enrolment=enrolment, number=number).delete()
        return
    CpdNote.objects.update_or_create(
        enrolment=enrolment,
        number=number,
        defaults={"practice": practice, "code_part": code_part},
    )
