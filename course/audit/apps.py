from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "course.audit"
    label = "audit"
