import json

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from course.people.models import User
from reflections import writing
from reflections.models import Reflection
from reflections.responses import in_words


@sensitive_variables()
def everything(actor: User) -> list[dict]:
    """All of one person's own reflections as plain facts, oldest session first."""
    rows = list(Reflection.objects.for_owner(actor).kept())
    found = []
    for row, pages in zip(rows, writing.open_many(rows, actor=actor), strict=True):
        answers = [
            {"question": r.prompt.label, "answer": in_words(r)}
            for r in pages.responses.values()
            if not r.is_empty
        ]
        found.append(
            {
                "session": pages.number,
                "title": pages.title,
                "turn": row.turn,
                "last_saved": row.updated_at,
                "answers": answers,
            }
        )
    return sorted(found, key=lambda item: (item["session"], item["turn"]))


@sensitive_variables()
def download(actor: User, *, wanted: str) -> HttpResponse:
    """A file made for this one answer. `wanted` is "html" or "json"."""
    reflections = everything(actor)
    today = timezone.localdate()
    if wanted == "json":
        body = json.dumps(reflections, default=str, ensure_ascii=False, indent=2)
        response = HttpResponse(body, content_type="application/json")
    else:
        context = {"reflections": reflections, "today": today}
        response = HttpResponse(render_to_string("reflections/download.html", context))
    response["Content-Disposition"] = f'attachment; filename="my-reflections-{today}.{wanted}"'
    return response
