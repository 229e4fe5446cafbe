"""The roles that come with permissions. Everything else is a fact in the data."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import Group, Permission

from course.people.models import User

FACILITATORS = "Facilitators"
FINANCE = "Finance"

# What a facilitator may do besides editing pages. No users, no groups, no settings.
_FACILITATOR_PERMISSIONS = [
    ("wagtailadmin", "access_admin"),
    ("programme", "change_signpost"),
    ("programme", "view_signpost"),
    ("programme", "add_glossaryterm"),
    ("programme", "change_glossaryterm"),
    ("programme", "view_glossaryterm"),
]
# Orders and what belongs to them, and no people beyond billing (R52).
_FINANCE_PERMISSIONS = [
    ("wagtailadmin", "access_admin"),
    ("places", "view_order"),
    ("places", "change_order"),
    ("places", "add_discount"),
    ("places", "change_discount"),
    ("places", "view_discount"),
]


def facilitators() -> Group:
    """The group whose members see the workspace. Made, with its permissions, if missing."""
    return _group(FACILITATORS, _FACILITATOR_PERMISSIONS)


def finance() -> Group:
    """The group whose members see orders and money. Made, with its permissions, if missing."""
    return _group(FINANCE, _FINANCE_PERMISSIONS)


def _group(name: str, wanted: list[tuple[str, str]]) -> Group:
    group, _made = Group.objects.get_or_create(name=name)
    permissions = Permission.objects.none()
    for app, codename in wanted:
        permissions |= Permission.objects.filter(content_type__app_label=app, codename=codename)
    group.permissions.add(*permissions)
    return group


# Where a role opens doors. Elsewhere a facilitator sees what an attendee sees.
DOORS = (
    "/cms/",
    "/documents/",
    "/teams/",
    "/papers/",
    "/orders/",
    "/my/meetings/",
    "/my/materials/",
)


def needs_second_factor(user: User, path: str) -> bool:
    """Whether what is at this address opens only to people with a second factor.

    Those who look after an organisation's places hold its invoices and invitations.
    """
    if path.startswith("/cms/") or path == "/teams/new/":
        return True
    if path.startswith("/my/"):  # superusers may look into any group's meetings
        return user.is_superuser
    if path.startswith("/documents/"):  # files of pages that are not published yet
        return user.has_perm("wagtailadmin.access_admin")
    if path.startswith("/teams/"):
        return user.manages.exists()
    return user.manages.exists() or user.has_perm("places.view_order")


def has_second_factor(user: User) -> bool:
    return is_mfa_enabled(user)
