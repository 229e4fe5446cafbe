"""What goes along when someone goes on with another group, and what stays where it was said."""

from course.cohorts import letters_to_self
from course.cohorts.models import Enrolment, Guest
from sessions.models import Attendance, CpdNote, MeasureAnswer, Progress, Thought

# What is about the person and the programme. Feedback and thoughts that the facilitators have
# read stay with the group that they were about.
GOES_ALONG = [Attendance, CpdNote, Progress]
NOT_PASSED_ON = [Thought.TO_NEXT_COHORT, Thought.TO_ORGANISATION]  # before a group closes


def take_along(before: Enrolment, following: Enrolment) -> None:
    """The rows themselves go, so that nothing is there twice. Undoing it is the same way back."""
    for kind in GOES_ALONG:
        kind.objects.filter(enrolment=before).update(enrolment=following)
    visits = Guest.objects.filter(enrolment=before)
    visits.filter(meeting__cohort=following.cohort_id).delete()  # no guest in one's own group
    visits.update(enrolment=following)
    letters_to_self.carry_over(before, to=following)
    if before.cohort.closed_at is None:  # afterwards it stands in the papers of that group
        _what_waits_for_the_close(before, following)


def _what_waits_for_the_close(before: Enrolment, following: Enrolment) -> None:
    """Each person's answers count in one group's figures: where they were at its close."""
    thoughts = Thought.objects.filter(enrolment=before, for_whom__in=NOT_PASSED_ON)
    thoughts.update(enrolment=following)
    for answer in MeasureAnswer.objects.filter(enrolment=before):
        there = {"enrolment": following, "measure": answer.measure_id, "moment": answer.moment}
        if not MeasureAnswer.objects.filter(**there).exists():
            MeasureAnswer.objects.filter(pk=answer.pk).update(enrolment=following)
