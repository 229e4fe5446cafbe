"""The words of the measures that come with the site, kept exactly: scores mean nothing otherwise.

All run from 0 to 10, and every item may be left out. Licensed instruments bring no items:
a row without a questionnaire here is an empty slot.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ENOUGH_FOR_A_SCORE = 6  # of the items that make it


@dataclass(frozen=True)
class Item:
    key: str
    words: str | Promise
    scored: bool = False  # part of the personal score
    context: bool = False  # about the place around someone, and always by itself


@dataclass(frozen=True)
class Questionnaire:
    slug: str
    title: str | Promise
    lead: str | Promise
    low: str | Promise
    high: str | Promise
    items: tuple[Item, ...]
    limits: str | Promise  # said beside every figure
    licence: str
    attribution: str
    source_url: str = ""


STARTER = Questionnaire(
    slug="starter",
    title=_("Starter scale"),
    lead=_("Nine sentences about how things are for you now. A rough guess is fine."),
    low=_("not at all true for me"),
    high=_("completely true for me"),
    items=(
        Item(
            "steady",
            _("I can notice when I am moving away from steady, or have a way of finding out."),
            scored=True,
        ),
        Item(
            "steadying",
            _("I have at least one way of steadying myself that works where I work or care."),
            scored=True,
        ),
        Item("capacity", _("I can adjust what I take on when my capacity is low."), scored=True),
        Item(
            "kind",
            _("I can be fair and kind to myself when something goes wrong."),
            scored=True,
        ),
        Item(
            "others",
            _("I notice how my state and other people’s affect each other."),
            scored=True,
        ),
        Item("support", _("I can ask for support before I am struggling."), scored=True),
        Item("own_care", _("I treat my own care as part of the work."), scored=True),
        Item(
            "share",
            _(
                "I could share a wellbeing practice with the people around me "
                "without pressing it on them."
            ),
            scored=True,
        ),
        Item(
            "around",
            _("The place or family I work or care in makes these things possible."),
            context=True,
        ),
    ),
    limits=_("Our own scale. Nobody has validated it."),
    licence="BSD-3-Clause, as this site",
    attribution="Resourced, the starter programme of this site",
)

# Wording, order and scale of the harmonised standard: they must not be changed or translated
# by us. The four stand by themselves; ONS judged that no total makes sense.
ONS4 = Questionnaire(
    slug="ons4",
    title=_("Four questions about life (ONS4)"),
    lead=_("Four official questions, asked in surveys across the United Kingdom."),
    low="not at all",
    high="completely",
    items=(
        Item("satisfied", "Overall, how satisfied are you with your life nowadays?"),
        Item(
            "worthwhile",
            "Overall, to what extent do you feel that the things you do in your life are "
            "worthwhile?",
        ),
        Item("happy", "Overall, how happy did you feel yesterday?"),
        Item(
            "anxious",
            "On a scale where 0 is “not at all anxious” and 10 is “completely anxious”, overall, "
            "how anxious did you feel yesterday?",
        ),
    ),
    limits=_("In a small group, answers about yesterday jump about."),
    licence="Open Government Licence v3.0",
    attribution="Personal well-being questions (ONS4): Office for National Statistics, licensed "
    "under the Open Government Licence v3.0",
    source_url="https://analysisfunction.civilservice.gov.uk/policy-store/personal-well-being/",
)

QUESTIONNAIRES = {q.slug: q for q in (STARTER, ONS4)}


def personal_score(answers: dict[str, int], questionnaire: Questionnaire = STARTER) -> float | None:
    """The mean of the scored items, where enough were answered. The context is never in it."""
    given = [
        answers[item.key] for item in questionnaire.items if item.scored and item.key in answers
    ]
    return sum(given) / len(given) if len(given) >= ENOUGH_FOR_A_SCORE else None
