"""Each kind of section with a few words in it, as the block chooser shows it."""

from typing import Any

from django.utils.translation import gettext as _

from course.programme.fields import Examples


def text() -> dict[str, Any]:
    return {
        "heading": _("What a session is like"),
        "body": _(
            "<p>You read, try one small thing, and rest. It takes about an hour.</p>"
            "<p>Skip what does not fit. The rest still works.</p>"
        ),
    }


def pair() -> dict[str, Any]:
    return {
        "heading": _("What your organisation learns"),
        "one_title": _("What you see"),
        "one": [_("How many places are taken."), _("Who completed, if they agreed.")],
        "other_title": _("What you never see"),
        "other": [_("Anything a person writes."), _("Whether they wrote at all.")],
    }


def parts() -> dict[str, Any]:
    return {
        "heading": _("Two ways to take part"),
        "parts": [
            {
                "title": _("In a group, with dates"),
                "text": _("<p>Eight evenings with the same people, and a week to rest.</p>"),
                "link": "#",
                "link_text": _("Dates and prices"),
            },
            {
                "title": _("In your own time"),
                "text": _("<p>Start on any day, in any order. Everything is there in writing.</p>"),
            },
        ],
    }


def questions() -> dict[str, Any]:
    return {
        "heading": _("Good to know before you book"),
        "questions": [
            {
                "question": _("Do I have to speak?"),
                "answer": _("<p>No. You can write, listen, or keep your camera off.</p>"),
            },
            {
                "question": _("May I change my mind?"),
                "answer": _("<p>Yes. The booking policy says until when, and what comes back.</p>"),
            },
        ],
    }


def facts() -> dict[str, Any]:
    return {
        "heading": _("At a glance"),
        "facts": [
            {"name": _("Live sessions"), "value": _("Eight, each of 90 minutes")},
            {"name": _("Group size"), "value": _("Up to 16 people")},
            {"name": _("A week to rest"), "value": _("After the third session")},
        ],
    }


def claims() -> dict[str, Any]:
    return {
        "heading": _("What short pauses can do"),
        "claims": [
            {
                "statement": _("Short pauses help many people to feel less tired."),
                "evidence": "P",
                "text": _("<p>Studies looked at office work. Care work may differ.</p>"),
                "source": _("<p>Nobody has checked this example: please replace it.</p>"),
            }
        ],
    }


def action() -> dict[str, Any]:
    return {
        "heading": _("When you are ready"),
        "text": _("Places stay open until the day before the first session."),
        "link": "#",
        "link_text": _("See dates and prices"),
        "second_link": "#",
        "second_link_text": _("Ask us something first"),
    }


def contact() -> dict[str, Any]:
    return {
        "heading": _("Talk to a person"),
        "body": _("<p>Write in your own words. Half a sentence is enough to begin.</p>"),
    }


def undecided() -> dict[str, Any]:
    return {
        "heading": _("Help with travel"),
        "body": _("<p>We suggest paying fares up to £20. Someone has to agree to that.</p>"),
    }


def groups() -> dict[str, Any]:
    return {
        "heading": _("Groups you can join"),
        "intro": _("Each group has its own dates. The words are the same in all of them."),
    }


def calculator() -> dict[str, Any]:
    return {
        "heading": _("Your own figures"),
        "intro": _("Every box may stay empty. Nothing is stored."),
    }


EXAMPLES: Examples = {
    made.__name__: made
    for made in (
        text,
        pair,
        parts,
        questions,
        facts,
        claims,
        action,
        contact,
        undecided,
        groups,
        calculator,
    )
}
