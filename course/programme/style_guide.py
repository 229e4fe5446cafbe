"""How we write, for editors: a page inside the workspace. The words to avoid are data, not copy."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from course.programme import wording
from course.programme.evidence import EVIDENCE, EVIDENCE_MEANS
from course.programme.writing_checks import RULES


class Pair(NamedTuple):
    """What to write, what it replaces, and why."""

    write: Promise
    instead_of: Promise
    because: Promise


class Chapter(NamedTuple):
    anchor: str
    icon: str
    title: Promise
    lead: Promise
    points: list[Promise]
    pairs: list[Pair]


PLAIN = Chapter(
    "plain-words",
    "pilcrow",
    _("Plain words"),
    _("Many people read us at the end of a long day. Short words help everyone, experts too."),
    [
        _("Up to 20 words in a sentence. Up to three sentences in a paragraph."),
        _("One idea in each part, in 80 to 180 words."),
        _("Say what something is before you say what it does."),
        _("After a figure of speech, say the same thing literally in the next sentence."),
        _("No italics, no underlining, no capitals for emphasis. Bold, and rarely."),
        _("Words in another language are marked with the globe button. They are then read well."),
    ],
    [
        Pair(
            _("How much you can take on changes from day to day."),
            _("Capacity fluctuates dynamically."),
            _("Everyday words are quicker to read."),
        ),
        Pair(
            _("Look at one part of the work."),
            _("Let’s dive in and unpack this."),
            _("Some people read figures of speech literally."),
        ),
    ],
)
KIND = Chapter(
    "choice",
    "comment",
    _("Invitations, and no blame"),
    _("Nothing here is required. Our words should feel like that."),
    [
        _("“You can” and “some people”. A practice invites: “If you’d like”."),
        _("Nobody is late. A session can be opened in any order, as often as someone wants."),
        _("No points, no scores, no counting of days."),
        _("Ask what the place could change, and not only what the person could."),
        _("Examples of looking after yourself cost nothing."),
    ],
    [
        Pair(
            _("Pick up anywhere."),
            _("You are behind."),
            _("Nobody can be behind: there is no order to keep."),
        ),
        Pair(
            _("You can stop at any time."),
            _("You should try to finish."),
            _("A choice is real only when both answers are fine."),
        ),
        Pair(
            _("What would make this easier?"),
            _("Calm down."),
            _("Steady is not the same as still or quiet."),
        ),
        Pair(
            _("Services have to resource people, so that care can be safe."),
            _("Build your resilience."),
            _("The burden is not only one person’s to carry."),
        ),
    ],
)
PEOPLE = Chapter(
    "people",
    "user",
    _("Words for people"),
    _("People choose their own words for themselves. Where we speak first, we write like this."),
    [
        _("“Autistic person”, “neurodivergent people”. If someone uses other words, keep theirs."),
        _("No levels of functioning, no heroes, no superpowers."),
        _("“Caregiver” and “the person cared for”. No parent is the cause of a difficulty."),
        _("Made-up examples say that they are made up, and have no name."),
    ],
    [
        Pair(
            _("autistic people"),
            _("people who suffer from autism"),
            _("Being autistic is not an illness."),
        ),
        Pair(
            _("needs support with speech"),
            _("low-functioning"),
            _("Say what someone needs. A level says nothing useful."),
        ),
        Pair(
            _("people with different access needs"),
            _("special needs"),
            _("Needs are ordinary, and everybody has some."),
        ),
    ],
)
CARE = Chapter(
    "content-notes",
    "info-circle",
    _("Content notes"),
    _("A note alone can make people more anxious. So each one comes with another way."),
    [
        _("Name what the session touches, in one or two sentences: “Mentions stress at work.”"),
        _("Say what it leaves out, when that is true: “Nothing graphic.”"),
        _("Always add an equal way through, for someone who would rather not."),
        _("Keep the difficult thing out of the note itself. No details, no pictures."),
    ],
    [
        Pair(
            _("Mentions burnout and masking. You can do the first and the last part only."),
            _("Trigger warning! Upsetting content."),
            _("Specific words let people choose. A vague alarm only worries them."),
        ),
    ],
)
EQUAL = Chapter(
    "equal-ways",
    "pick",
    _("Practices, and their equal"),
    _("Every practice has a second way beside it. It counts the same, and sounds the same."),
    [
        _("Eyes open. No touch needed, no scene to imagine, no long silence."),
        _("Breathing is never the default. It is one item among dozens."),
        _("Three to twelve minutes, in steps. Nobody is timed."),
        _("Stopping, leaving, moving, stimming and eating are always fine. Say so."),
        _("The last words are: “Nothing has to happen.”"),
    ],
    [
        Pair(
            _("Another way: rest for four minutes"),
            _("If you can’t manage that, try this easier version"),
            _("An equal alternative is not second best."),
        ),
        Pair(
            _("If you’d like, find three things that are easy to look at."),
            _("Close your eyes and take a deep breath."),
            _("For some people that is unpleasant or unsafe."),
        ),
    ],
)
PICTURES = Chapter(
    "pictures",
    "image",
    _("Pictures and recordings"),
    _("Whoever does not see or hear it gets the same from our words."),
    [
        _("Describe what matters here, in a sentence. Begin with the thing, not “Image of”."),
        _("No text inside a picture. Write it beside the picture."),
        _("Nobody misses anything without it? Then tick “Only decoration”."),
        _("A caption is for everyone. It does not replace the description."),
        _("Every recording has a transcript, and captions that someone has checked by ear."),
        _("Up to six minutes in one part. Music only as a second version, for who likes it."),
        _("Nothing plays or moves by itself."),
    ],
    [
        Pair(
            _("Two mugs on a window sill, one still steaming."),
            _("IMG_2041, or: Image of tea"),
            _("The first can be pictured, and says why it is there."),
        ),
    ],
)
QUESTIONS = Chapter(
    "questions",
    "edit",
    _("Questions for private writing"),
    _("What people write there is theirs. Nobody else can open it, and no one is watching it."),
    [
        _("Ask one thing. Its help makes it lighter: “A list is fine.”"),
        _("Ask about the writer, never about the people they support."),
        _("No question needs an answer, and none is better than another."),
        _("You can reword a question at any time. Old answers keep the words they were given to."),
        _("“Meets again” offers an earlier answer beside a new question, folded shut."),
    ],
    [
        Pair(
            _("What might make it easier to stop?"),
            _("Why do you never stop in time?"),
            _("“Why” about a person can sound like blame."),
        ),
    ],
)
CHAPTERS = [PLAIN, KIND, PEOPLE, CARE, EQUAL, PICTURES, QUESTIONS]

EXAMPLES = {
    "E": _("Stress responses are ordinary, and can be useful."),
    "P": _("A six-session course brought small changes in a small study."),
    "C": _("How much one person’s state steadies another’s."),
    "L": _("Doing a quiet task beside someone can help to begin."),
    "V": _("Your wellbeing belongs at the centre too."),
}
LEAVE_OUT = [
    _("Promises: that this training lowers burnout, or works for everyone."),
    _("Brain stories as fact: old brains, hijacks, nerves to be toned, mirror neurons."),
    _("Numbers of unknown origin, and habits that take a fixed count of days."),
    _("A diagnosis of the reader, or a test that sounds like one."),
    _("Anyone’s real name or case, and any provider’s name as if it were ours."),
]
# Publishing waits for these five; a draft can be kept without them. All else only warns.
NEEDED = [
    _("A picture: its description, or “Only decoration”."),
    _("A recording: its captions, and who has checked them."),
    _("A recording or a film: its transcript."),
    _("A page of more than 300 words: its summary, in the field “Lead” or “Summary”."),
    _("A session: what to expect. What it needs, how long, its content note and another way."),
]


def style_guide(request: HttpRequest) -> HttpResponse:
    evidence: list[dict[str, Any]] = [
        {"name": name, "means": EVIDENCE_MEANS[letter], "example": EXAMPLES[letter]}
        for letter, name in EVIDENCE
    ]
    facts = {"chapters": CHAPTERS, "evidence": evidence, "leave_out": LEAVE_OUT}
    words = [
        (_("About people"), wording.ABOUT_PEOPLE),
        (_("Figures of speech"), wording.IDIOMS),
    ]
    facts |= {"words": words, "rules": RULES, "needed": NEEDED}
    return render(request, "cms/style_guide.html", facts)
