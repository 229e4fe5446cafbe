from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "course_sessions"  # django.contrib.sessions owns the other one
    verbose_name = "programme sessions"
