from collections.abc import Iterator

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from course.demo import restoring
from course.demo.restore_view import restore_session
from course.people.models import User
from sessions.models import SessionPage


@hooks.register("register_admin_urls")
def restore_urls() -> list[URLPattern]:
    return [path("starter/<int:pk>/restore/", restore_session, name="restore_session")]


@hooks.register("register_page_header_buttons")
def restore_button(
    page: Page, user: User, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """In the menu beside a starter session's name, for those who may edit it."""
    if not isinstance(page, SessionPage) or not restoring.is_starter(page):
        return
    if page.permissions_for_user(user).can_edit():
        address = reverse("restore_session", args=[page.pk])
        yield Button(_("Restore the original"), address, icon_name="resubmit", priority=66)
