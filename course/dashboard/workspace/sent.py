"""What people sent to the facilitators on purpose: access needs, thoughts, questions."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from course.cohorts.models import Enrolment
from course.dashboard.workspace.frame import a_page, my_group, show
from sessions.models import AttendanceQuestion, Thought


def sent(request: HttpRequest, pk: UUID) -> HttpResponse:
    cohort = my_group(request, pk)
    needs = Enrolment.objects.current().filter(cohort=cohort, access_needs_sent_at__isnull=False)
    thoughts = Thought.objects.filter(enrolment__cohort=cohort, taken_back_at=None).exclude(
        for_whom=Thought.TO_ORGANISATION
    )
    questions = AttendanceQuestion.objects.filter(enrolment__cohort=cohort, settled_at=None)
    context = {
        "needs": needs.select_related("user").order_by("-access_needs_sent_at")[:200],
        "questions": questions.select_related("enrolment__user")[:200],
        "page": a_page(request, thoughts.select_related("enrolment__user").order_by("-sent_at")),
    }
    return show(request, "sent", cohort, tab="group_sent", **context)
