"""Each kind of part with a few words in it, as the block chooser shows it."""

from typing import Any

from django.utils.translation import gettext as _

from course.programme.fields import Examples


def text() -> dict[str, Any]:
    return {
        "title": _("What regulation means here"),
        "minutes": 4,
        "body": _(
            "<p>Here it means moving between states in ways that work for you. That can be up, "
            "down or across.</p><p>It does not mean being calm, still or quiet.</p>"
        ),
        "evidence": "V",
        "evidence_note": _("The meaning is our own choice of words."),
    }


def media() -> dict[str, Any]:
    return {
        "title": _("One ordinary shift"),
        "minutes": 4,
        "medium": "audio",
        "intro": _("<p>One voice, four minutes, no other sound. The person is made up.</p>"),
        "transcript": _("<p>It is two o’clock. The alarm has gone off three times since noon.</p>"),
        "evidence": "L",
    }


def picture() -> dict[str, Any]:
    return {
        "title": _("The view from the bench"),
        "description": _("Three low hills under a wide, empty sky."),
        "caption": _("Somewhere easy to look at."),
        "credit": _("Drawing by the team"),
    }


def key_idea() -> dict[str, Any]:
    return {"text": _("Steady looks different on everyone.")}


def practice() -> dict[str, Any]:
    return {
        "title": _("Arrive in your own way"),
        "minutes": 4,
        "intro": _("<p>A few small choices, to make the next hour easier.</p>"),
        "steps": [
            {"seconds": 30, "text": _("If you’d like, choose how to be: sit, stand or walk.")},
            {"seconds": 60, "text": _("Find three things that are easy to look at.")},
        ],
        "alternative_title": _("Rest for four minutes"),
        "alternative": _("<p>Do nothing at all, in any place you like.</p>"),
        "sensory_note": _("<p>Eyes open. Quiet. It works without seeing or hearing.</p>"),
        "ending": _("Nothing has to happen."),
        "evidence": "L",
    }


def share() -> dict[str, Any]:
    return {
        "title": _("The one-minute arrival"),
        "minutes": 3,
        "team": _("<p>Before a meeting, one quiet minute to make one thing easier.</p>"),
        "family": _("<p>A quiet minute between work and home. Adults too.</p>"),
        "alone": _("<p>One minute before you open your email.</p>"),
        "keep_safe": _("<p>Nobody is asked what they changed.</p>"),
    }


def pause() -> dict[str, Any]:
    return {"text": _("Look away from the screen, if you like.")}


def resources() -> dict[str, Any]:
    return {
        "intro": _("<p>For a wall, a bag or a bad day.</p>"),
        "items": [
            {"title": _("A menu to print"), "text": _("Three boxes to fill in."), "link": "#"},
            {"title": _("A list for your surroundings"), "text": _("One page."), "link": "#"},
        ],
    }


EXAMPLES: Examples = {
    made.__name__: made
    for made in (text, media, picture, key_idea, practice, share, pause, resources)
}
