"""What the editor's Checks panel says about the words of a page. It only ever warns.

The rules look at a page as it will be shown, so that they see what readers see. They put a mark
on each element that they mean; Wagtail's checker (checker.py) lists the marks.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from course.programme import wording

MARK, SAYS = "data-wording", "data-says"
FIRST = 28  # letters; axe leaves out what is longer
SENTENCE, SENTENCES, PARAGRAPH = 20, 3, 50  # words in one; sentences and words in a paragraph
MAIN_CHOICES = 5
LONGEST = 6 * 60  # seconds of a recording
NEEDS_SUMMARY = 300  # words of a page


class Rule(NamedTuple):
    name: str
    title: Promise
    fix: Promise
    before: Promise
    after: Promise


RULES = [
    Rule(
        "long-sentence",
        _("A long sentence"),
        _("Keep to 20 words. Make two sentences, or a list."),
        _("We look at stress, which comes from many sides, and at what might help you."),
        _("We look at stress. It comes from many sides. Then we look at what might help."),
    ),
    Rule(
        "long-paragraph",
        _("A long paragraph"),
        _("Keep to three sentences and 50 words. Begin a new paragraph at the next idea."),
        _("Six sentences without a break"),
        _("Two paragraphs of three sentences"),
    ),
    Rule(
        "vague-link",
        _("A link that does not say where it leads"),
        _("Name the place it leads to. Some people hear only the links."),
        _("Click here"),
        _("Dates and prices"),
    ),
    Rule(
        "idiom",
        _("A figure of speech"),
        _("Say it literally, or add the plain meaning in the next sentence."),
        _("Let’s dive in and unpack this."),
        _("Look at one part of the work."),
    ),
    Rule(
        "about-people",
        _("Words that we do not use about people"),
        _("Say who someone is or what they need. Someone’s own word for themselves can stay."),
        _("people who suffer from autism"),
        _("autistic people"),
    ),
    Rule(
        "capitals",
        _("Words in capitals"),
        _("Write them in small letters. Bold, rarely, where something must stand out."),
        _("PLEASE REMEMBER"),
        _("Please remember"),
    ),
    Rule(
        "abbreviation",
        _("An abbreviation that nobody explained"),
        _("At its first place, write it in full with the short form in brackets."),
        _("Your CPD record"),
        _("Your record of continuing professional development (CPD)"),
    ),
    Rule(
        "italics",
        _("A passage in italics"),
        _("Letters that lean are hard to read. Use plain text, or bold for a few words."),
        _("A whole sentence that leans"),
        _("The same sentence, upright"),
    ),
    Rule(
        "no-decision",
        _("A picture without words"),
        _("Describe it in a sentence, or tick “Only decoration”. It is needed to publish."),
        _("IMG_2041"),
        _("Two mugs on a window sill, one still steaming."),
    ),
    Rule(
        "no-alternative",
        _("A practice without another way"),
        _("Add a second way that counts the same."),
        _("Breathe slowly for four minutes."),
        _("Another way: Rest for four minutes"),
    ),
    Rule(
        "no-transcript",
        _("A recording without its words"),
        _("Write down every word that is said. It is needed to publish."),
        _("A recording alone"),
        _("The recording, and under it every word of it"),
    ),
    Rule(
        "no-summary",
        _("A long page without a summary"),
        _("Say in up to 60 words what someone takes away. It is needed to publish."),
        _("A title, and then 800 words"),
        _("A title, two sentences that say the main thing, and then 800 words"),
    ),
    Rule(
        "long-recording",
        _("A recording of more than six minutes"),
        _("Make two parts of it, each with its own title. Many people lose the thread."),
        _("One talk of 14 minutes"),
        _("One part of five minutes, and one of six"),
    ),
    Rule(
        "many-choices",
        _("More than five main buttons on one page"),
        _("Keep the most useful five. Make links in the text of the others."),
        _("Eight buttons in a row"),
        _("One button, and a short list of links"),
    ),
]
NAMES = {rule.name for rule in RULES}

TEXT = ["p", "li", "h1", "h2", "h3", "h4", "dd", "td", "figcaption", "blockquote"]
FURNITURE = (
    "nav, form, script, template, [hidden], .hint, .actions, .notice, .away, .hidden, .crumbs"
)
WORD = re.compile(r"[^\W_][\w’'-]*")
END = re.compile(r"(?<=[.!?…])[”’\"')\]]*\s+(?=[^a-z])")
SHORT_FORM = re.compile(r"\b[A-Z]{2,5}s?\b")
SHOUTED = re.compile(r"\b[A-Z]{6,}\b|\b[A-Z]{2,}(?:[ ,]+[A-Z]{2,})+\b")


def _pattern(avoided: list[wording.Avoided]) -> re.Pattern[str]:
    words = sorted((w for one in avoided for w in one.words), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])", re.IGNORECASE)


LISTS = {"idiom": _pattern(wording.IDIOMS), "about-people": _pattern(wording.ABOUT_PEOPLE)}


def found_in(text: str, *, explained: set[str]) -> Iterator[str]:
    """The rules that one paragraph does not keep. `explained` are short forms that its page
    says in full somewhere."""
    sentences = [s for s in END.split(text) if WORD.search(s)]
    lengths = [len(WORD.findall(sentence)) for sentence in sentences]
    if lengths and max(lengths) > SENTENCE:
        yield "long-sentence"
    if len(sentences) > SENTENCES or sum(lengths) > PARAGRAPH:
        yield "long-paragraph"
    yield from (name for name, pattern in LISTS.items() if pattern.search(text))
    shouted = SHOUTED.findall(text)
    if shouted:
        yield "capitals"
    known = wording.EXPLAINED | explained | {word for one in shouted for word in one.split()}
    if {short.rstrip("s") for short in SHORT_FORM.findall(text)} - known:
        yield "abbreviation"


def _explained_in(text: str) -> set[str]:
    """Short forms beside what they mean: “continuing development (CD)”, “CD (…)”, “CD means …”."""
    found = re.findall(r"\(([A-Z]{2,5})s?\)|\b([A-Z]{2,5})s? (?:\(|means|stands for)", text)
    return {short for pair in found for short in pair if short}


def marked(html: str, *, summary: str | None) -> str:
    """A page with a mark on each element that a rule means. `summary` is None where a page has
    no place for one."""
    page = BeautifulSoup(html, "html.parser")
    main = page.find("main")
    if main is None:
        return html
    skipped = {id(one) for furniture in main.select(FURNITURE) for one in _with_parts(furniture)}
    explained = _explained_in(_text(main))
    words = 0
    for element in main.find_all(TEXT):
        if id(element) in skipped or element.find(TEXT):
            continue
        text = _text(element)
        words += len(WORD.findall(text))
        for name in found_in(text, explained=explained):
            _mark(element, name)
    for name, element in [*_shapes(main, skipped), *_parts(main)]:
        _mark(element, name)
    if words > NEEDS_SUMMARY and summary is not None and not summary.strip():
        _mark(main.find("h1") or main, "no-summary")
    return str(page)


def words_in(html: str) -> int:
    return len(WORD.findall(BeautifulSoup(html, "html.parser").get_text(" ")))


def _with_parts(element: Tag) -> list[Tag]:
    return [element, *element.find_all(True)]


def _shapes(main: Tag, skipped: set[int]) -> Iterator[tuple[str, Tag]]:
    """What is wrong with something else than its words."""
    for link in main.find_all("a"):
        said = " ".join(link.get_text(" ").split()).strip(" .…→›").lower()
        if said in wording.VAGUE_LINKS and id(link) not in skipped:
            yield "vague-link", link
    for leaning in main.find_all(["i", "em"]):
        if len(WORD.findall(leaning.get_text(" "))) > SENTENCES:
            yield "italics", leaning
    buttons = main.select(".button:not(.second)")
    yield from (("many-choices", one) for one in buttons[MAIN_CHOICES : MAIN_CHOICES + 1])


def _parts(main: Tag) -> Iterator[tuple[str, Tag]]:
    """What a part of a session lacks, or has too much of."""
    yield from (("no-decision", one) for one in main.select("[data-undecided]"))
    yield from (("no-transcript", one) for one in main.select("[data-no-words]"))
    for practice in main.select("section.practice"):
        ways = practice.find_all("section", recursive=False)
        if len(ways) > 1 and not _words_of(ways[1].select_one(".rich")):
            yield "no-alternative", practice.find("h2") or practice
    for recording in main.select("[data-long]"):
        if int(recording["data-long"]) > LONGEST:
            yield "long-recording", recording


def _text(element: Tag) -> str:
    """What someone reads there. A word's explanation, shown on a press, is not in its sentence."""
    read = (s for s in element.find_all(string=True) if not s.find_parent(attrs={"popover": True}))
    return " ".join("".join(read).split())


def _words_of(element: Tag | None) -> str:
    return element.get_text().strip() if element else ""


def _mark(element: Tag, name: str) -> None:
    """With its first words too, by which the panel names the place."""
    element[MARK] = f"{element.get(MARK, '')} {name}".strip()
    element[SAYS] = _text(element)[:FIRST]
