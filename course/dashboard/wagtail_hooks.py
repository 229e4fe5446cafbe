from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from course.dashboard import letters
from course.dashboard.workspace import urls as workspace


@hooks.register("register_admin_urls")
def workspace_urls() -> list[URLPattern]:
    return [
        *workspace.urlpatterns,
        path("letters/", letters.letters, name="letters"),
        path("letters/<slug:name>/", letters.letter, name="letter"),
        path("letters/<slug:name>/again/", letters.our_words_again, name="letter_again"),
        path("letters/<slug:name>/shown/", letters.letter_shown, name="letter_shown"),
    ]


@hooks.register("register_admin_menu_item")
def groups_menu_item() -> MenuItem:
    return MenuItem(_("My groups"), reverse("facilitator_groups"), icon_name="group", order=150)


class LettersMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(letters.PERMISSION)


@hooks.register("register_admin_menu_item")
def letters_menu_item() -> MenuItem:
    return LettersMenuItem(_("Emails"), reverse("letters"), icon_name="mail", order=510)


@hooks.register("register_permissions")
def permission_to_write_letters() -> QuerySet[Permission]:
    """So that a superuser can give it to a group of editors."""
    app, _dot, codename = letters.PERMISSION.partition(".")
    return Permission.objects.filter(content_type__app_label=app, codename=codename)
