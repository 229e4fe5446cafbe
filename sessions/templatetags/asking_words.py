"""What someone may say something about just now, for the pages of others."""

from typing import Any

from django import template
from django.utils import timezone

from course.cohorts.models import Enrolment
from sessions import feedback, measures, thoughts

register = template.Library()


@register.inclusion_tag("sessions/_asked.html")
def asked_now(enrolment: Enrolment) -> dict[str, Any]:
    """Offers for /my/: the latest meeting without feedback, and measures. Nothing when none."""
    now = timezone.now()
    return {
        "enrolment": enrolment,
        "meeting": feedback.offered(enrolment, now=now),
        "measures": measures.asked_of(enrolment, now=now),
    }


@register.inclusion_tag("sessions/_feedback_link.html")
def feedback_of(enrolment: Enrolment, meeting: Any) -> dict[str, Any]:
    """The way to feedback on a meeting's own page, once the meeting has been."""
    now = timezone.now()
    return {"meeting": meeting, "open": feedback.may_give(enrolment, meeting, now=now)}


@register.inclusion_tag("sessions/_sentences.html")
def sentences_for(enrolment: Enrolment) -> dict[str, Any]:
    """What people of earlier groups left for those who come next."""
    left = thoughts.from_earlier_groups(enrolment.cohort)
    return {
        "sentences": [
            (t.words, thoughts.name_of(t.enrolment.user) if t.with_name else "") for t in left
        ]
    }
