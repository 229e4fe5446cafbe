"""What the outbox does about itself: one letter, with no more in it than a number."""

from django.conf import settings
from django.urls import reverse

from course import mail
from course.outbox.models import Effect
from course.programme.tasks import help_address


def operator_address() -> str:
    """Whoever looks after this installation; where nobody is named, whoever answers for help."""
    return settings.OPERATOR_EMAIL or help_address()


def say_effects_wait(*, day: str) -> None:
    """Unless somebody has seen to it in the meantime."""
    number = Effect.objects.filter(state=Effect.DEAD).count()
    address = operator_address()
    if number and address:
        mail.effects_wait(to=address, key=f"effects:{day}", number=number, path=reverse("effects"))
