from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "course.dashboard"
    label = "dashboard"
