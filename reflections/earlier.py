"""Earlier answers, offered folded beside the same question met again."""

from dataclasses import dataclass
from datetime import datetime

from django.views.decorators.debug import sensitive_variables

from course.people.models import User
from reflections import writing
from reflections.models import Reflection
from reflections.responses import Pages, Response
from sessions.prompts import Prompt


@dataclass(frozen=True)
class Earlier:
    """An answer from before, with the wording it was given to."""

    response: Response
    number: int
    title: str
    on: datetime

    def __repr__(self) -> str:
        return f"<Earlier answer from session {self.number}>"


@sensitive_variables()
def earlier_answers(
    actor: User, *, prompts: list[Prompt], besides: Reflection | None
) -> dict[str, Earlier]:
    """For each prompt the newest answer to the question it revisits, or to itself.

    Costs one query for all of one person's own reflections.
    """
    others = [
        r
        for r in Reflection.objects.for_owner(actor).kept().order_by("updated_at")
        if besides is None or r.pk != besides.pk
    ]
    found: dict[str, Earlier] = {}
    for reflection, pages in zip(others, writing.open_many(others, actor=actor), strict=True):
        for prompt in prompts:
            earlier = _answer_to(prompt, pages, on=reflection.updated_at)
            if earlier:
                found[prompt.key] = earlier
    return found


@sensitive_variables()
def _answer_to(prompt: Prompt, pages: Pages, *, on: datetime) -> Earlier | None:
    for key in (prompt.key, prompt.revisits):
        response = pages.responses.get(key) if key else None
        if response and not response.is_empty:
            return Earlier(response, pages.number, pages.title, on)
    return None
