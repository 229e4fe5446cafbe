"""Every component in every state, on one living page for those who write and build."""

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from course.dashboard import gallery_samples as samples
from sessions.blocks import SessionBody

# The order of a visit: what one presses, fills in, reads, and looks at.
BEFORE_FORMS = (samples.BUTTONS, samples.CARDS, samples.BOXES)
AFTER_FORMS = (samples.QUESTIONS, samples.DRAWINGS)
_NAMES = re.compile(
    r'\b(id|for|aria-labelledby|aria-describedby|popovertarget|name)="([^"]+)"|href="#([^"]+)"'
)


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """For whoever may enter the workspace; to everyone else it is not there."""
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
    chapters = [_drawn(c, request) for c in BEFORE_FORMS]
    chapters += [_forms(request)]
    chapters += [_drawn(c, request) for c in AFTER_FORMS]
    chapters += [_parts()]
    return render(request, "dashboard/components.html", {"chapters": chapters})


def _drawn(chapter: samples.Chapter, request: HttpRequest) -> dict[str, Any]:
    states = [
        (state.name, state.template, _apart(render_to_string(state.template, facts, request), n))
        for n, state in enumerate(chapter.states)
        for facts in [state.facts]
    ]
    return _chapter(chapter.anchor, chapter.title, states)


def _forms(request: HttpRequest) -> dict[str, Any]:
    """The same form as it comes, and as it comes back with something to look at again."""
    names = [(None, _("As they come")), ({"email": "", "words": "Kept"}, _("Sent with problems"))]
    states = []
    for n, (data, name) in enumerate(names):
        form = samples.SampleForm(data, auto_id=f"form-{n}-%s")
        html = render_to_string("dashboard/gallery/form.html", {"form": form}, request)
        html = html.replace(" autofocus", "")  # this page begins at its head
        states.append((name, "components/field.html", mark_safe(html)))
    return _chapter("forms", _("Forms"), states)


def _parts() -> dict[str, Any]:
    """The parts of a session, with the words that the block chooser shows."""
    states = []
    for name, block in SessionBody().child_blocks.items():
        if name == "picture":  # needs a picture that somebody uploaded
            continue
        value = block.get_preview_value()
        html = block.render(value, {"anchor": f"sample-{name}"})
        css = {"key_idea": "idea", "pause": "pause flow", "practice": "practice flow"}
        html = f'<section class="{css.get(name, "flow")}" id="sample-{name}">{html}</section>'
        states.append((block.label, block.meta.template, mark_safe(html)))
    return _chapter("parts", _("Parts of a session"), states)


def _chapter(anchor: str, title: Any, states: list[tuple]) -> dict[str, Any]:
    return {"anchor": anchor, "title": title, "states": states}


def _apart(html: str, number: int) -> SafeString:
    """The same component several times on one page: each with ids and field names of its own."""

    def renamed(found: re.Match[str]) -> str:
        attribute, value, target = found.groups()
        if target is not None:
            return found[0]
        own = " ".join(f"{part}-{number}" for part in value.split())
        return f'{attribute}="{own}"'

    return mark_safe(_NAMES.sub(renamed, html))
