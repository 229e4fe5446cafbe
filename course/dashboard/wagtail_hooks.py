from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from course.dashboard import effects_views, letters
from course.dashboard.workspace import urls as workspace


@hooks.register("register_admin_urls")
def workspace_urls() -> list[URLPattern]:
    return [
        *workspace.urlpatterns,
        path("letters/", letters.letters, name="letters"),
        path("letters/<slug:name>/", letters.letter, name="letter"),
        path("letters/<slug:name>/again/", letters.our_words_again, name="letter_again"),
        path("letters/<slug:name>/shown/", letters.letter_shown, name="letter_shown"),
        path("effects/", effects_views.effects, name="effects"),
        path("effects/again/", effects_views.kind_again, name="effects_of_kind_again"),
        path("effects/<uuid:pk>/again/", effects_views.effect_again, name="effect_again"),
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


class EffectsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(effects_views.PERMISSION)


@hooks.register("register_admin_menu_item")
def effects_menu_item() -> MenuItem:
    label = _("What waits")
    return EffectsMenuItem(label, reverse("effects"), icon_name="tasks", order=520)


class DeadNotice(Component):
    """On the first page, where something was given up."""

    order, template_name = 10, "dashboard/cms/_effects_notice.html"

    def __init__(self, number: int) -> None:
        self.number = number

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"number": self.number}


@hooks.register("construct_homepage_panels")
def tell_of_dead_effects(request: HttpRequest, panels: list[Component]) -> None:
    if number := effects_views.dead_notice(request):
        panels.insert(0, DeadNotice(number))


@hooks.register("register_permissions")
def permissions_of_these_screens() -> QuerySet[Permission]:
    """So that a superuser can give them: words of letters to editors, what waits to operators."""
    found = Permission.objects.none()
    for permission in (letters.PERMISSION, effects_views.PERMISSION):
        app, _dot, codename = permission.partition(".")
        found |= Permission.objects.filter(content_type__app_label=app, codename=codename)
    return found
