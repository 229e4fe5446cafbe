"""What there is to choose on the page of reading settings, as data. The logic is in reading.py.

Codes are short because they stand in a cookie. A code that was once given out keeps its
meaning; what a later version adds, an earlier one ignores.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Values = dict[str, tuple[Promise, Promise | str]]


@dataclass(frozen=True)
class Option:
    """One thing to choose. `values` maps stored codes to (label, explanation), in their order.

    The first is the default, unless `usual` names another.
    """

    key: str
    attribute: str
    label: Promise
    hint: Promise | str
    values: Values
    usual: str = ""

    @property
    def default(self) -> str:
        return self.usual or next(iter(self.values))


@dataclass(frozen=True)
class Preset:
    """A whole way of reading with one name. `choices` are codes by key, defaults left out."""

    name: str
    label: Promise
    hint: Promise
    choices: dict[str, str]


COLOUR = (
    Option(
        "t",
        "theme",
        _("Colours"),
        _("All but one have text with strong contrast. Soft is lower on purpose."),
        {
            "auto": (_("Match my device"), _("Light or dark, as your device asks.")),
            "light": (_("Light"), _("Dark text on warm white.")),
            "calm": (_("Calm"), _("Sand and green, with less glare.")),
            "dark": (_("Dark"), _("Light text on dark grey.")),
            "more": (_("More contrast"), _("Black on white, with bold edges.")),
            "soft": (_("Soft"), _("Lower contrast than the others.")),
        },
    ),
    Option(
        "b",
        "tint",
        _("Background tint"),
        _("For Light only. Text stays as easy to see on each of them."),
        {
            "none": (_("None"), _("Warm white, as it comes.")),
            "cream": (_("Cream"), ""),
            "peach": (_("Peach"), ""),
            "yellow": (_("Pale yellow"), ""),
            "mint": (_("Mint"), ""),
            "blue": (_("Pale blue"), ""),
            "lilac": (_("Lilac"), ""),
            "rose": (_("Rose"), ""),
            "grey": (_("Grey"), ""),
        },
    ),
)

WORDS = (
    Option(
        "f",
        "font",
        _("Letters"),
        _("No letter shape is best for everyone. “Try it first” below shows one at work."),
        {
            "ahn": (_("Atkinson Hyperlegible Next"), _("Letters that are hard to mix up.")),
            "lexend": (_("Lexend"), _("Round and wide, with open shapes.")),
            "opendyslexic": (_("OpenDyslexic"), _("Heavier at the foot of each letter.")),
            "inter": (_("Inter"), _("Plain and even, as in many apps.")),
            "device": (_("My device’s own"), _("The one you see in your menus.")),
        },
    ),
    Option(
        "s",
        "size",
        _("Text size"),
        _("On top of what your browser does."),
        {
            "90": (_("Smaller"), _("90%")),
            "100": (_("Standard"), _("100%")),
            "115": (_("A little larger"), _("115%")),
            "130": (_("Larger"), _("130%")),
            "150": (_("Half as large again"), _("150%")),
            "175": (_("Much larger"), _("175%")),
            "200": (_("Twice the size"), _("200%")),
        },
        usual="100",
    ),
    Option(
        "h",
        "leading",
        _("Space between lines"),
        "",
        {
            "1.5": (_("A little closer"), ""),
            "1.6": (_("Standard"), ""),
            "1.8": (_("Wider"), ""),
            "2": (_("Widest"), ""),
        },
        usual="1.6",
    ),
    Option(
        "w",
        "spacing",
        _("Space between letters and words"),
        _("The two change together. Wider letters alone are slower to read."),
        {
            "standard": (_("Standard"), ""),
            "wider": (_("Wider"), ""),
            "widest": (_("Widest"), ""),
        },
    ),
    Option(
        "l",
        "measure",
        _("Length of a line"),
        _("Never more than 80 letters, whatever you choose."),
        {
            "narrow": (_("Narrow"), _("About ten words.")),
            "standard": (_("Standard"), _("About twelve words.")),
            "wide": (_("Wide"), _("About fourteen words.")),
        },
        usual="standard",
    ),
    Option(
        "u",
        "links",
        _("Links"),
        "",
        {
            "underlined": (_("Underlined"), ""),
            "thin": (_("With a thin line"), _("Still a line, so that colour is not all.")),
        },
    ),
)

MOVEMENT_AND_SOUND = (
    Option(
        "m",
        "motion",
        _("Movement"),
        _("Nothing here moves by itself. This covers small things, such as smooth scrolling."),
        {
            "auto": (_("Match my device"), _("As your device asks.")),
            "none": (_("None"), _("Nothing moves.")),
            "allow": (_("Allow"), _("Small movements are fine.")),
        },
    ),
    Option(
        "v",
        "voice",
        _("Recordings"),
        _("Nothing plays until you press it."),
        {
            "voice": (_("Voice only"), _("No music, even where there is some.")),
            "music": (_("Voice and music"), _("Where a recording comes with music.")),
            "text": (_("Words first"), _("The text comes first. The recording is folded away.")),
        },
    ),
    Option(
        "c",
        "captions",
        _("Captions"),
        "",
        {
            "on": (_("On"), _("Shown whenever there are any.")),
            "off": (_("Off"), _("You can switch them on at each recording.")),
        },
    ),
    Option(
        "x",
        "transcript",
        _("Words of a recording"),
        "",
        {
            "open": (_("Open"), _("The whole text stands under the recording.")),
            "closed": (_("Folded"), _("One press opens it.")),
        },
    ),
)

QUIET = (
    Option(
        "q",
        "focus",
        _("One part at a time"),
        _("For sessions and for your reflections. Each page has a link to switch it for once."),
        {
            "off": (_("All on one page"), ""),
            "on": (_("One part at a time"), _("With “Continue” and “Back”.")),
        },
    ),
    Option(
        "p",
        "progress",
        _("Progress"),
        _("Words about what you have opened and done, on your own pages."),
        {
            "words": (_("In words"), _("Such as “You have been with three of the eight”.")),
            "hidden": (_("Hidden"), _("No words about progress anywhere.")),
        },
    ),
    Option(
        "n",
        "notes",
        _("Content notes"),
        _("They say what a session touches, and name another way through it."),
        {
            "line": (_("One line"), _("The rest opens with one press.")),
            "full": (_("In full"), _("Always open.")),
            "hidden": (_("Hidden"), _("The other way through stays where it is.")),
        },
    ),
    Option(
        "i",
        "icons",
        _("Icons and small drawings"),
        _("Words always say the same."),
        {
            "on": (_("Shown"), ""),
            "off": (_("Hidden"), _("The drawing of the eight sessions stays.")),
        },
    ),
)

GROUPS: tuple[tuple[Promise, tuple[Option, ...]], ...] = (
    (_("Colour"), COLOUR),
    (_("Words"), WORDS),
    (_("Movement and sound"), MOVEMENT_AND_SOUND),
    (_("Quiet"), QUIET),
)
OPTIONS = tuple(option for _name, options in GROUPS for option in options)

PRESETS = (
    Preset(
        "device",
        _("Match my device"),
        _("Light or dark, with movement and contrast, as your device asks."),
        {},
    ),
    Preset(
        "calm",
        _("Calm"),
        _("Sand and green. One part at a time. No words about progress."),
        {"t": "calm", "m": "none", "q": "on", "p": "hidden", "n": "full"},
    ),
    Preset(
        "spacious",
        _("Spacious"),
        _("Larger words on cream, with more room between them."),
        {"b": "cream", "s": "115", "h": "1.8", "w": "wider", "l": "narrow"},
    ),
    Preset("dark", _("Dark and quiet"), _("Light text on dark grey."), {"t": "dark", "m": "none"}),
    Preset(
        "plain",
        _("Plain"),
        _("Black on white, in your device’s own letters, without icons."),
        {"t": "more", "f": "device", "i": "off"},
    ),
)
