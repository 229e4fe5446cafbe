from django.apps import AppConfig


class CourseConfig(AppConfig):
    name = "course"

    def ready(self) -> None:
        from course import checks, error_reports  # noqa: F401, PLC0415 -- registers the checks

        error_reports.begin()
