"""Words that we avoid, and what to write instead. Data, in this one place: the style guide shows
them, and the checks in the editor look for them (writing_checks.py)."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Avoided(NamedTuple):
    """Spellings of one thing, in small letters, and what to write instead."""

    words: tuple[str, ...]
    write: Promise


ABOUT_PEOPLE = [
    Avoided(
        ("suffers from", "suffer from", "suffering from", "sufferer", "sufferers", "afflicted"),
        _("is autistic, has ADHD, lives with"),
    ),
    Avoided(("special needs",), _("access needs, or what someone needs")),
    Avoided(
        ("low-functioning", "low functioning", "high-functioning", "high functioning"),
        _("what someone needs, such as: needs support with speech"),
    ),
    Avoided(("normal", "abnormal"), _("usual, ordinary, or non-autistic where that is meant")),
    Avoided(
        ("wheelchair bound", "wheelchair-bound", "confined to a wheelchair"),
        _("wheelchair user"),
    ),
    Avoided(("the disabled", "the elderly"), _("disabled people, older people")),
    Avoided(("mentally ill", "crazy", "insane"), _("what happens, in plain words")),
    Avoided(("challenging behaviour", "meltdown tantrum"), _("distress, or what someone did")),
    Avoided(("non-compliant", "attention-seeking", "manipulative"), _("what someone did")),
    Avoided(("superpower", "superpowers"), _("strength, or nothing at all")),
]
IDIOMS = [
    Avoided(("dive in", "deep dive", "dive into"), _("look at")),
    Avoided(("unpack", "unpacking"), _("look at, explain")),
    Avoided(("journey", "journeys"), _("course, time, years")),
    Avoided(("on the same page",), _("agreed")),
    Avoided(("touch base", "reach out"), _("write to, talk with")),
    Avoided(("low-hanging fruit", "quick win"), _("something easy to change")),
    Avoided(("move the needle", "game changer", "game-changer"), _("what changes, in plain words")),
    Avoided(("hit the ground running",), _("begin at once")),
    Avoided(("think outside the box",), _("try something new")),
    Avoided(("at the end of the day",), _("in the end")),
    Avoided(("empty cup", "fill your cup"), _("tired, rest")),
    Avoided(("recharge your batteries", "recharge our batteries"), _("rest")),
    Avoided(("tip of the iceberg", "elephant in the room"), _("what is meant, in plain words")),
]
VAGUE_LINKS = {
    "click here", "here", "more", "read more", "this link", "link", "learn more", "find out more",
    "see more", "this page", "this", "go", "details",
}  # fmt: skip
# Abbreviations that need no explanation here.
EXPLAINED = {
    "UK", "PDF", "OK", "VAT", "TV", "BSL", "GP", "AM", "PM", "UTC", "GMT", "BST", "FAQ", "NHS",
    "SHOUT",  # what a helpline asks for in a message
}  # fmt: skip
