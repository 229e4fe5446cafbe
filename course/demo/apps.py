from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The starter programme's files, and the way back to them from the editor."""

    name = "course.demo"
    label = "demo"
