from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(AppConfig):
    name = "course.people"
    label = "people"
    default = True


class UsersAppConfig(WagtailUsersAppConfig):
    """Wagtail's user screens, with our fields."""

    user_viewset = "course.people.wagtail_users.UserViewSet"
    group_viewset = "course.people.role_screens.NotedGroupViewSet"
