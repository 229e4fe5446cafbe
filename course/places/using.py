"""What becomes of a place in use. The sessions package calls it; money never comes here."""

from uuid import UUID

from course.places.models import Organisation, Place
from course.places.states import PlaceState


def started(enrolment_id: UUID) -> None:
    """The first session was opened: from now on nothing about money takes this place away."""
    Place.objects.filter(enrolment=enrolment_id, state=PlaceState.ACCEPTED).update(
        state=PlaceState.STARTED
    )


def completed(enrolment_id: UUID) -> None:
    begun = [PlaceState.ACCEPTED, PlaceState.STARTED]
    Place.objects.filter(enrolment=enrolment_id, state__in=begun).update(state=PlaceState.COMPLETED)


def paid_by(enrolment_id: UUID) -> Organisation | None:
    """The organisation whose place this is, if it is one's."""
    return Organisation.objects.filter(orders__places__enrolment=enrolment_id).first()
