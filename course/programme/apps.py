from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "course.programme"
    label = "programme"

    def ready(self) -> None:
        from course import mail  # noqa: PLC0415 -- models can be read from here on
        from course.programme import letters  # noqa: PLC0415

        mail.take_words_from(letters.words_for)
