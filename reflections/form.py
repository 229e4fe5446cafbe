"""The form of private writing: every question on one page, or one question at a time."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_variables

from course.people.models import User
from reflections import earlier, tickets, writing
from reflections.models import Reflection, WritingChoices
from reflections.responses import Pages, Response
from reflections.tickets import Ticket
from sessions.models import SessionPage
from sessions.prompts import CHOOSE_MANY, Prompt

ALL = "all"  # questions on one page, whatever the reading setting says


@sensitive_variables()
def show_form(
    request: HttpRequest,
    *,
    session: SessionPage,
    reflection: Reflection | None,
    turn: int,
) -> HttpResponse:
    writing.need_key(request.user)
    choices = WritingChoices.objects.filter(owner=request.user).first() or WritingChoices()
    prompts = _prompts_of(session, choices)
    one = one_of(
        prompts,
        wanted=request.GET.get("question", ""),
        always=request.reading.get("focus") == "on",
    )
    asked = [one["prompt"]] if one else prompts  # a page saves what it asks, and nothing else
    pages = writing.open_reflection(reflection, actor=request.user) if reflection else None
    offered = {}
    if choices.offer_earlier:
        offered = earlier.earlier_answers(request.user, prompts=asked, besides=reflection)
    ticket = _ticket(request.user, session=session, turn=turn, asked=asked)
    return render(
        request,
        "reflections/reflect.html",
        {
            "page": session,
            "reflection": reflection,
            "turn": turn,
            "one": one,
            "questions": questions(asked, pages=pages, offered=offered),
            "no_longer_asked": _no_longer_asked(pages, prompts),
            "set_aside": _set_aside_of(reflection, actor=request.user),
            "ticket": ticket.signed(),
            "version": reflection.version if reflection else 0,
            "hidden_count": len(choices.hidden_prompts),
        },
    )


def _ticket(user: User, *, session: SessionPage, turn: int, asked: list[Prompt]) -> Ticket:
    """A page of its own: what it may save is what it asks."""
    return Ticket(
        owner=user.pk,
        session=session.key,
        number=session.number,
        title=session.title,
        turn=turn,
        window=tickets.new_window(),
        asked=asked,
    )


@sensitive_variables()
def questions(
    prompts: list[Prompt],
    *,
    pages: Pages | None,
    offered: dict,
    errors: dict[str, str] | None = None,
    typed: Any = None,
) -> list[dict[str, Any]]:
    """One entry a question for the form's template: the prompt, its answer, what was before."""
    found = []
    for prompt in prompts:
        response = pages.responses.get(prompt.key) if pages else None
        mine = {n: t for n, t in (errors or {}).items() if n.partition("-")[0] == prompt.key}
        found.append(
            {
                "prompt": prompt,
                "answer": response.answer if response else None,
                "earlier": offered.get(prompt.key),
                "errors": mine,
                "typed": _typed(prompt, typed) if mine and typed else {},
            }
        )
    return found


@sensitive_variables()
def _typed(prompt: Prompt, typed: Any) -> dict[str, Any]:
    """Every field of one question as it was sent: one error must not clear its other boxes."""
    names = [name for name in typed if name.partition("-")[0] == prompt.key]
    many = prompt.kind == CHOOSE_MANY
    return {n: typed.getlist(n) if many and n == prompt.key else typed.get(n) for n in names}


@sensitive_variables()
def _no_longer_asked(pages: Pages | None, prompts: list[Prompt]) -> list[Response]:
    """Answers to questions that were removed or hidden since: kept, in their own words."""
    asked = {prompt.key for prompt in prompts}
    responses = pages.responses.items() if pages else []
    return [r for key, r in responses if key not in asked and not r.is_empty]


@sensitive_variables()
def _set_aside_of(reflection: Reflection | None, *, actor: User) -> list[dict[str, Any]]:
    if reflection is None:
        return []
    return [
        {
            "aside": aside,
            "pages": writing.open_set_aside(aside, reflection=reflection, actor=actor),
        }
        for aside in reflection.set_aside.all()
    ]


def _prompts_of(session: SessionPage, choices: WritingChoices) -> list[Prompt]:
    return [q for q in session.questions() if q.key not in choices.hidden_prompts]


def one_of(prompts: list[Prompt], *, wanted: str, always: bool) -> dict[str, Any] | None:
    """The question to ask by itself, and the ones on either side; None for all on one page."""
    keys = [prompt.key for prompt in prompts]
    if not keys or wanted == ALL or not (wanted or always):
        return None
    at = keys.index(wanted) if wanted in keys else 0
    return {
        "prompt": prompts[at],
        "number": at + 1,
        "total": len(keys),
        "back": keys[at - 1] if at else "",
        "on": keys[at + 1] if at + 1 < len(keys) else "",
    }


def one_again(ticket: Ticket, *, actor: User, wanted: str) -> dict[str, Any] | None:
    """The same for a page that came back: its ticket holds one question, and not its neighbours."""
    session = SessionPage.objects.live().filter(key=ticket.session).first()
    choices = WritingChoices.objects.filter(owner=actor).first() or WritingChoices()
    prompts = _prompts_of(session, choices) if session and wanted else []
    return one_of(prompts, wanted=wanted, always=False)
