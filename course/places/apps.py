import logging

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "course.places"
    label = "places"

    def ready(self) -> None:
        from course.places import checks  # noqa: F401, PLC0415 -- registers the start-up checks

        # Its library tells of every request, and at DEBUG of everything in it.
        logging.getLogger("stripe").setLevel(logging.WARNING)
