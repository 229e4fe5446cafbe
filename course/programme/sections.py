"""What a public page is made of. Each section has a heading, so that a page can be skimmed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from course.programme.evidence import EVIDENCE
from course.programme.examples import EXAMPLES
from course.programme.fields import Exemplified, certainty, line, rich, short
from course.programme.forms import BusinessCaseForm


class Section(Exemplified):
    examples = EXAMPLES

    heading = line(100, _("Say what comes, in words someone would look for."))

    class Meta:
        preview_template = "programme/section_preview.html"


def opening() -> blocks.TextBlock:
    return short(_("One or two sentences, or none."), required=False)


def one_side(label: Any) -> blocks.ListBlock:
    return blocks.ListBlock(short(_("One thing, in one sentence.")), label=label)


def address() -> blocks.CharBlock:
    return line(300, _("Such as /groups/ or https://…"), required=False)


class TextSection(Section):
    body = rich(_("80 to 180 words read well. One idea."), "h3")

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Words to read, with small headings, lists and links.")
        template = "programme/sections/text.html"


class PairSection(Section):
    intro = opening()
    one_title = line(60, _("Such as: What you get"))
    one = one_side(_("One side"))
    other_title = line(60, _("Such as: What you never see"))
    other = one_side(_("The other side"))

    class Meta:
        icon = "resubmit"
        label = _("Two columns")
        description = _("Two lists that belong together, such as what you get and never see.")
        template = "programme/sections/pair.html"


class Part(blocks.StructBlock):
    title = line(80, _("Such as: In a group, with dates"))
    text = rich(_("Two to four sentences."))
    link = address()
    link_text = line(80, _("Where it leads, such as: Dates and prices"), required=False)

    class Meta:
        label = _("Part")
        icon = "doc-empty"
        description = _("A short text, perhaps with a link.")


class PartsSection(Section):
    intro = opening()
    parts = blocks.ListBlock(Part())

    class Meta:
        icon = "grip"
        label = _("Short parts, side by side")
        description = _("Two to six short texts of equal weight.")
        template = "programme/sections/parts.html"


class Question(blocks.StructBlock):
    question = line(120, _("As a visitor would ask it."))
    answer = rich(_("Begin with yes or no, where that is the answer."))

    class Meta:
        label = _("Question")
        icon = "help"
        description = _("One question with its answer.")


class QuestionsSection(Section):
    questions = blocks.ListBlock(Question())

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        description = _("Answers that can be found by skimming. Nothing is folded away.")
        template = "programme/sections/questions.html"


class Fact(blocks.StructBlock):
    name = line(80, _("Such as: Live sessions"))
    value = short(_("Such as: Eight, each of 90 minutes"))

    class Meta:
        label = _("Fact")
        icon = "list-ul"
        description = _("A name and what there is to know.")


class FactsSection(Section):
    intro = opening()
    facts = blocks.ListBlock(Fact())

    class Meta:
        icon = "table"
        label = _("Table of facts")
        description = _("Names on one side, facts on the other: hours, sizes, dates.")
        template = "programme/sections/facts.html"


class Claim(blocks.StructBlock):
    statement = line(160, _("One claim, in one sentence."))
    evidence = certainty(_("When in doubt, the more modest one. The style guide explains them."))
    text = rich(_("What was found, in whom, and what it does not show."))
    source = blocks.RichTextBlock(
        features=["link"],
        required=False,
        help_text=_("Where to read it. Say so when nobody has checked it yet."),
    )

    class Meta:
        label = _("Claim")
        icon = "check"
        description = _("One claim, what it rests on, and how sure we are.")


class ClaimsSection(Section):
    intro = opening()
    claims = blocks.ListBlock(Claim())

    class Meta:
        icon = "search"
        label = _("Claims, and how sure we are")
        description = _("Each claim says what it rests on. Nothing without a label.")
        template = "programme/sections/claims.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict[str, Any]:
        names = dict(EVIDENCE)
        claims = [(claim, names[claim["evidence"]]) for claim in value["claims"]]
        return super().get_context(value, parent_context) | {"claims": claims}


class ActionSection(Section):
    text = opening()
    link = address()
    link_text = line(80, _("Such as: See dates and prices"))
    second_link = address()
    second_link_text = line(80, _("Such as: Ask us something first"), required=False)

    class Meta:
        icon = "arrow-right"
        label = _("What to do next")
        description = _("One button, and perhaps a quieter link. Once a page is enough.")
        template = "programme/sections/action.html"


class ContactSection(Section):
    body = rich(_("The address and the hours come from the site settings."))

    class Meta:
        icon = "mail"
        label = _("Write to us")
        description = _("Words, and the help address from the site settings.")
        template = "programme/sections/contact.html"


class UndecidedSection(Section):
    body = rich(_("What is open, and what you suggest. Delete it once decided."))

    class Meta:
        icon = "warning"
        label = _("Still to be decided")
        description = _("Says plainly that the provider has not decided this yet.")
        template = "programme/sections/undecided.html"


class GroupsSection(Section):
    intro = opening()

    class Meta:
        icon = "date"
        label = _("Groups you can join")
        description = _("All open groups with their dates, hours and prices. It fills itself.")
        template = "programme/sections/groups.html"


class CalculatorSection(Section):
    intro = opening()

    class Meta:
        icon = "form"
        label = _("Calculator with the reader’s own figures")
        description = _("A small form. It adds up what people type, and keeps nothing.")
        template = "programme/sections/calculator.html"

    def get_preview_context(self, value: Any, parent_context: dict | None = None) -> dict[str, Any]:
        return super().get_preview_context(value, parent_context) | {"form": BusinessCaseForm()}


class Sections(blocks.StreamBlock):
    text = TextSection()
    pair = PairSection()
    parts = PartsSection()
    questions = QuestionsSection()
    facts = FactsSection()
    claims = ClaimsSection()
    action = ActionSection()
    contact = ContactSection()
    undecided = UndecidedSection()
    groups = GroupsSection()
    calculator = CalculatorSection()
