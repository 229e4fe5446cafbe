import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from course.cohorts.models import Cohort, Enrolment
from course.people.models import User
from course.places.models import Organisation


class Paper(models.Model):
    """A PDF as it was drawn, once. Downloads read these bytes and render nothing."""

    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"paper {self.pk}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def for_attendee(self, user: User) -> Self:
        return self.filter(holder=user)


class Certificate(models.Model):
    """What someone took part in, in facts frozen when it was issued.

    It outlives its page, cohort, organisation and holder: nothing here cascades.
    """

    VALID, REPLACED, REVOKED = "valid", "replaced", "revoked"
    STATES = [(VALID, _("valid")), (REPLACED, _("replaced")), (REVOKED, _("revoked"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=32, unique=True)  # 130 random bits, from no fact
    holder = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="certificates"
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.SET_NULL, null=True, related_name="certificates"
    )
    # The enrolment's id again, by value, so that one completion can never print twice.
    completion_of = models.UUIDField()
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=STATES, default=VALID)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces"
    )
    state_changed_at = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField()
    facts = models.JSONField()  # certificates/facts.py says what is in it
    shows_name = models.BooleanField(default=True)  # on the public page; the holder decides
    paper = models.OneToOneField(Paper, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["completion_of", "version"],
                name="one_certificate_per_completion_and_version",
            ),
            models.UniqueConstraint(
                fields=["completion_of"],
                condition=Q(state="valid"),
                name="one_valid_certificate_per_completion",
            ),
            models.CheckConstraint(
                condition=Q(state="valid", state_changed_at=None)
                | ~Q(state="valid") & Q(state_changed_at__isnull=False),
                name="certificate_changes_have_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"certificate {self.pk}"


class SummaryQuerySet(models.QuerySet["FacilitatorSummary"]):
    def for_facilitator(self, user: User) -> Self:
        return self if user.is_superuser else self.filter(cohort__facilitators=user)


class FacilitatorSummary(models.Model):
    """What facilitators are told when one person completes. Frozen, and safe to forward.

    It holds what the person did in the open and what they chose to send. Nothing of
    their private writing, not even whether there is any.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.SET_NULL, null=True, related_name="summaries"
    )
    completion_of = models.UUIDField(unique=True)
    made_at = models.DateTimeField()
    facts = models.JSONField()
    paper = models.OneToOneField(Paper, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = SummaryQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        verbose_name_plural = "facilitator summaries"

    def __str__(self) -> str:
        return f"summary {self.pk}"


class CohortSummary(models.Model):
    """What a cohort was, frozen when it closed. Only what is shown is kept in it: no answer
    and no person can be found again from it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.SET_NULL, null=True, related_name="cohort_summaries"
    )
    summary_of = models.UUIDField(unique=True)  # the cohort's id by value: one summary, once
    made_at = models.DateTimeField()
    facts = models.JSONField()
    paper = models.OneToOneField(Paper, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = SummaryQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        verbose_name_plural = "cohort summaries"

    def __str__(self) -> str:
        return f"cohort summary {self.pk}"


class ReportQuerySet(models.QuerySet["OrganisationReport"]):
    def for_manager(self, user: User) -> Self:
        """Reports for the organisations whose places this person looks after, and for nobody
        else: superusers have no special road here."""
        mine = Organisation.objects.for_manager(user)
        return self.filter(organisation_id__in=mine.values("pk"))


class OrganisationReport(models.Model):
    """One page for an organisation about its places in one cohort. Frozen; nobody is named."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.UUIDField(db_index=True)  # by value: it outlives the organisation
    report_of = models.UUIDField()  # the cohort's id by value
    made_at = models.DateTimeField()
    facts = models.JSONField()
    paper = models.OneToOneField(Paper, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "report_of"],
                name="one_report_per_organisation_and_cohort",
            )
        ]

    def __str__(self) -> str:
        return f"organisation report {self.pk}"
