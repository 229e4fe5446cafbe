"""Attendance as a table for a spreadsheet: what people did in the open, and no more."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from course.audit.recording import record
from course.cohorts.models import Cohort, Enrolment
from course.dashboard.workspace.frame import NUMBERS, my_group
from course.tables import line, safe
from sessions.models import Attendance


def attendance_file(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    cohort = my_group(request, pk)
    record("attendance.exported", actor=request.user.pk, subject=f"cohort:{cohort.pk}")
    response = StreamingHttpResponse(_lines(cohort), content_type="text/csv; charset=utf-8")
    name = f"attendance-{timezone.now():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store, private"
    return response


def _lines(cohort: Cohort) -> Iterator[str]:
    heads = [_("Session %(n)s") % {"n": n} for n in NUMBERS]
    yield "\ufeff" + line([_("Name"), *heads, _("Hours live"), _("Hours alone"), _("Completed")])
    people = (
        Enrolment.objects.current()
        .filter(cohort=cohort)
        .select_related("user", "completion")
        .prefetch_related(Prefetch("attendances", to_attr="taken"))
        .order_by("user__display_name", "pk")
    )
    for enrolment in people.iterator(chunk_size=500):
        yield line(_row(enrolment))


def _row(enrolment: Enrolment) -> list[str]:
    by_number: dict[int, Attendance] = {a.number: a for a in enrolment.taken}
    states = [str(by_number[n].get_state_display()) if n in by_number else "" for n in NUMBERS]
    live, alone = (
        sum(getattr(a, name) for a in enrolment.taken) for name in ("live_minutes", "own_minutes")
    )
    completion = getattr(enrolment, "completion", None)
    done = f"{completion.completed_at:%Y-%m-%d}" if completion else ""
    name = enrolment.user.document_name or enrolment.user.display_name
    return [safe(name), *states, f"{live / 60:.1f}", f"{alone / 60:.1f}", done]
