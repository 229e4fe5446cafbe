from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "course.outbox"
    label = "outbox"
