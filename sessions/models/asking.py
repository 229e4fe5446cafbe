"""What people are asked and may leave unanswered: feedback after a meeting, and measures.

Nobody ever sees one person's answers but that person. Others see frozen releases, made
once at the close of a cohort (sessions/disclosing.py).
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from course.cohorts.models import Cohort, Enrolment, Guest


class Feedback(models.Model):
    """The pulse after one live session: three scales from 1 to 5, and a comment for others."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="feedback")
    number = models.PositiveSmallIntegerField()  # of the session, 1 to 8
    # 1 “not at all” to 5 “completely”; None is left out.
    safe = models.PositiveSmallIntegerField(null=True, blank=True)
    useful = models.PositiveSmallIntegerField(null=True, blank=True)
    accessible = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.TextField(max_length=1000, blank=True)  # facilitators read it, unsigned
    sent_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "number"], name="one_feedback_per_session_and_person"
            ),
            models.CheckConstraint(
                condition=(Q(safe=None) | Q(safe__range=(1, 5)))
                & (Q(useful=None) | Q(useful__range=(1, 5)))
                & (Q(accessible=None) | Q(accessible__range=(1, 5))),
                name="feedback_scales_run_from_one_to_five",
            ),
        ]

    def __str__(self) -> str:
        return f"feedback {self.pk}"


class GuestComment(models.Model):
    """What a guest says of the meeting they visited. Its facilitators read it, unsigned.

    Guests are asked no scales: the figures of a group are of those who belong to it.
    """

    guest = models.OneToOneField(Guest, on_delete=models.CASCADE, related_name="comment")
    words = models.TextField(max_length=1000)
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"comment {self.pk} of a guest"


class Measure(models.Model):
    """A questionnaire that cohorts may use. It cannot be switched on before its licence is
    confirmed. The items of ours and of ONS4 are in sessions/measures.py; a licensed one
    brings none."""

    slug = models.SlugField(primary_key=True)
    title = models.CharField(max_length=120)
    licence = models.CharField(max_length=200, blank=True)
    attribution = models.CharField(max_length=300, blank=True)
    source_url = models.URLField(blank=True)
    licence_confirmed_on = models.DateField(null=True, blank=True)
    items_included = models.BooleanField(default=False)
    cohorts = models.ManyToManyField(Cohort, related_name="measures", blank=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class MeasureAnswer(models.Model):
    """One person's answers to one measure at one moment. Optional, and any item may be left."""

    BEFORE, AFTER = "before", "after"
    MOMENTS = [(BEFORE, _("before the first session")), (AFTER, _("after the last session"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="measure_answers"
    )
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="answers")
    moment = models.CharField(max_length=6, choices=MOMENTS)
    answers = models.JSONField(default=dict)  # {item key: 0 to 10}
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "measure", "moment"], name="one_answer_per_measure_and_moment"
            )
        ]

    def __str__(self) -> str:
        return f"answers {self.pk}"


class CpdNote(models.Model):
    """What someone adds to their own CPD record for one session: it goes out with the record."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="cpd_notes")
    number = models.PositiveSmallIntegerField()
    practice = models.CharField(max_length=500, blank=True)  # the link to their practice
    code_part = models.CharField(max_length=40, blank=True)  # the part of a professional code

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "number"], name="one_cpd_note_per_session_and_person"
            )
        ]

    def __str__(self) -> str:
        return f"CPD note {self.pk}"
