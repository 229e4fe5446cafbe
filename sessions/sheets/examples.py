"""Each kind of part with a few words in it, as the block chooser shows it."""

from django.utils.translation import gettext as _

from course.programme.fields import Examples

EXAMPLES: Examples = {
    "text": lambda: {
        "title": _("What the place can do"),
        "body": _("<p>Supervision, breaks and fair rotas are ways to act early.</p>"),
    },
    "lines": lambda: {
        "title": _("What I can let go of today"),
        "fields": [{"label": _("Drop"), "rows": 1}, {"label": _("Hand over, to whom"), "rows": 2}],
    },
    "boxes": lambda: {
        "items": [{"title": _("One minute"), "hint": _("At a desk")}, {"title": _("Ten minutes")}],
        "height": "low",
    },
    "table": lambda: {
        "title": _("What is it like here?"),
        "first": _("In this place"),
        "columns": [_("Fine"), _("Varies"), _("Hard")],
        "tick": True,
        "rows": [
            {"title": _("Light"), "starts_part": True},
            {"title": _("Brightness"), "starts_part": False},
        ],
    },
    "ticks": lambda: {
        "title": _("What I can say"),
        "items": [_("“I can do this, not that.”"), _("“Not today. Thursday.”")],
        "own": True,
    },
    "columns": lambda: {
        "items": [
            {"title": _("To say no"), "body": _("<p>Thank you for asking. I cannot do it.</p>")},
            {"title": _("To accept"), "body": _("<p>Yes please. That would help.</p>")},
        ]
    },
    "note": lambda: {
        "title": _("Keep it safe"),
        "body": _("<p>Leave out names, and details of cases.</p>"),
    },
}
