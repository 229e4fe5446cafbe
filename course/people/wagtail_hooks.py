from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from course.people.role_screens import note_bulk_action

hooks.register("after_bulk_action", note_bulk_action)


@hooks.register("register_admin_menu_item")
def reading_settings_menu_item() -> MenuItem:
    """The workspace has Wagtail's own themes; everywhere else these apply."""
    address = reverse("reading_settings") + "?next=/cms/"
    return MenuItem(_("Reading settings"), address, icon_name="view", order=9000)
