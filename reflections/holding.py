from uuid import UUID

from course.people.models import User


def hold(owner_id: UUID) -> User | None:
    """Lock one person's words until the transaction ends. Returns the owner, if there is one.

    Whatever seals holds this before it fetches a key: saving, joining, choosing, renewing,
    deleting. So nobody seals with a key while it is being taken away. (SQLite needs no lock
    of a row: there one transaction writes at a time.)
    """
    return User.objects.select_for_update(no_key=True).filter(pk=owner_id).first()
