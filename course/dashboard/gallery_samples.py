"""What stands on the page of components: each one in every state it has, with made-up words."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from course.programme.evidence import EVIDENCE_MEANS
from sessions.prompts import BALANCE, CHECKIN, CHOOSE_MANY, FREE_TEXT, SLIDER, Prompt


@dataclass(frozen=True)
class State:
    """One state of one component: its template, and what it is given."""

    name: Promise
    template: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chapter:
    anchor: str
    title: Promise
    states: tuple[State, ...]


class SampleForm(forms.Form):
    """One field of each kind."""

    email = forms.EmailField(
        label=_("Your email address"),
        help_text=_("We use it for this and nothing else."),
        error_messages={"required": _("Please write an address, such as name@example.org.")},
    )
    words = forms.CharField(
        label=_("A few words (optional)"), widget=forms.Textarea({"rows": 4}), required=False
    )
    how = forms.ChoiceField(
        label=_("How would you like to take part?"),
        choices=[("live", _("Live, with a group")), ("own", _("In my own time"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one of the two ways.")},
    )
    days = forms.MultipleChoiceField(
        label=_("Which days are good?"),
        choices=[("tue", _("Tuesday")), ("wed", _("Wednesday")), ("thu", _("Thursday"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[("a", _("UK time")), ("b", _("Greenland time"))],
        required=False,
    )
    agreed = forms.BooleanField(
        label=_("I am 18 or older"),
        error_messages={"required": _("Please tick this box if you are 18 or older.")},
    )


def component(name: Promise, template: str, **facts: Any) -> State:
    return State(name, f"components/{template}.html", facts)


def question(name: Promise, kind: str, answer: Any, **more: Any) -> State:
    """One question of a reflection, with an answer that nobody gave."""
    prompt = Prompt(
        key=f"sample_{kind}",
        kind=kind,
        label=str(LABELS[kind]),
        low_label=str(_("hardly at all")),
        high_label=str(_("very much")),
        options={"quiet": str(_("Quiet")), "company": str(_("Company"))},
    )
    asked = {"prompt": prompt, "answer": answer, "typed": None, "errors": {}} | more
    return State(name, f"reflections/prompts/{kind}.html", {"q": asked})


LABELS = {
    CHECKIN: _("How resourced do you feel?"),
    SLIDER: _("How much room was there for you?"),
    BALANCE: _("Giving and receiving, this week"),
    CHOOSE_MANY: _("What helped a little?"),
    FREE_TEXT: _("What would you like to keep?"),
}

EMPTY, FILLED, PROBLEM = _("As it comes"), _("With an answer"), _("With something to look at again")

SESSIONS = [
    {"number": 1, "title": _("Starting with you"), "url": "#", "state": "done"},
    {"number": 2, "title": _("Noticing your own state"), "url": "#", "state": "opened"},
    {"number": 3, "title": _("Capacity and tolerance"), "url": "#", "is_next": True},
    {"number": 4, "title": _("Kindness turned inward"), "note": _("Opens on 4 March 2027.")},
]
CHECK_INS = [
    {"number": 1, "weight": 2, "giving": 7, "receiving": 2},
    {"number": 2, "said": "hard_to_tell"},
    {"number": 3, "weight": 4, "giving": 5, "receiving": 5},
]

BUTTONS = Chapter(
    "buttons",
    _("Buttons and links"),
    (
        component(_("The one primary button of a page"), "button", label=_("Open session 3")),
        component(_("The quiet one"), "button", label=_("Save and stop for now"), second=True),
        component(_("A link that looks like one"), "button", label=_("Go to it"), href="#buttons"),
        component(
            _("The way here"),
            "crumbs",
            crumbs=[{"title": _("My programme"), "url": "#buttons"}],
            current=_("Capacity and tolerance"),
        ),
    ),
)
CARDS = Chapter(
    "cards",
    _("What is next, lists and facts"),
    (
        component(
            _("Next"),
            "up_next",
            title=_("Session 3: Capacity and tolerance"),
            text=_("You meet on"),
            when=_("Tuesday 4 March 2027, 2pm to 3:30pm (UK time)"),
            url="#cards",
            action=_("Open session 3"),
            note=_("Nothing to prepare."),
        ),
        component(_("Nothing is next"), "up_next", title=_("Nothing is waiting for you")),
        component(
            _("Sessions, in every state"), "sessions", sessions=SESSIONS, rest=_("Nothing is due.")
        ),
        component(
            _("Facts"),
            "facts",
            facts=[(_("How long"), _("40 minutes")), (_("What you need"), _("Nothing."))],
            glance=True,
        ),
    ),
)
BOXES = Chapter(
    "boxes",
    _("Private, shared, notes and notices"),
    (
        component(_("Private"), "private_box", text=_("It is kept locked until you delete it.")),
        component(_("Shared"), "shared_box", text=_("Your group and its facilitators.")),
        component(
            _("A content note, with two equal ways on"),
            "content_note",
            text=_("Mentions stress at work. Nothing graphic."),
            url_1="#boxes",
            way_1=_("Another way"),
            url_2="#boxes",
            way_2=_("Skip to the key idea"),
        ),
        component(
            _("How sure we are"), "evidence", tag=_("Promising"), text=EVIDENCE_MEANS.get("P", "")
        ),
        component(
            _("An earlier answer, always folded"),
            "earlier",
            summary=_("What you put in session 1"),
            text=_("A walk, most days."),
        ),
        component(_("Something went well"), "notice", kind="good", text=_("Your names are saved.")),
        component(_("Good to know"), "notice", text=_("This is a preview.")),
        component(_("With care"), "notice", kind="care", text=_("Your place ends in May.")),
        component(
            _("A problem"), "notice", kind="problem", text=_("Not saved yet. Your words are here.")
        ),
        component(_("Saved"), "saved", text=_("Saved at 10:42. Only you can open it.")),
    ),
)
QUESTIONS = Chapter(
    "questions",
    _("Questions of a reflection"),
    (
        question(EMPTY, CHECKIN, None),
        question(FILLED, CHECKIN, {"level": 3, "said": None, "word": ""}),
        question(_("Hard to tell"), CHECKIN, {"level": None, "said": "hard_to_tell", "word": ""}),
        question(EMPTY, SLIDER, None),
        question(FILLED, SLIDER, 6),
        question(
            PROBLEM,
            SLIDER,
            None,
            typed={"sample_slider": "twelve"},
            errors={"sample_slider": _("Please use a number from 0 to 10, or leave it empty.")},
        ),
        question(EMPTY, BALANCE, {"giving": None, "receiving": None}),
        question(FILLED, BALANCE, {"giving": 8, "receiving": 3}),
        question(FILLED, CHOOSE_MANY, {"chosen": ["quiet"], "other": ""}),
        question(FILLED, FREE_TEXT, _("The bench by the river.")),
    ),
)
DRAWINGS = Chapter(
    "drawings",
    _("Drawings, each beside its list or table"),
    (
        State(
            _("The map, with states"), "dashboard/gallery/spiral_map.html", {"sessions": SESSIONS}
        ),
        State(
            _("Someone’s own spiral"), "dashboard/gallery/my_spiral.html", {"entries": CHECK_INS}
        ),
        State(_("The small marks"), "dashboard/gallery/marks.html"),
    ),
)

# What frames every page, or is a part of something above: there is nothing to show by itself.
FRAME = {
    "attributes": "inside fields",
    "brand_mark": "the head of this page",
    "choices": "inside fields",
    "error_page": "any address that leads nowhere",
    "field": "every field above",
    "footer": "the foot of this page",
    "footer_links": "the foot of this page",
    "head": "what a browser reads first",
    "input": "inside fields",
    "leave": "pages of writing and of help",
    "leaving": "pages of writing and of help",
    "letters": "what a browser reads first",
    "mark": "the small marks",
    "masthead": "the head of this page",
    "my_spiral": "the drawings",
    "my_spiral_key": "the drawings",
    "notices": "the notices",
    "player": "what a browser reads first",
    "scale": "the slider and the balance",
    "session_turns": "the programme page",
    "sharing": "what other sites read",
    "spiral_key": "the drawings",
    "spiral_line": "the head of the programme page",
    "spiral_map": "the drawings",
    "turn_mark": "the small marks",
}
