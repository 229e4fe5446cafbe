from course.programme.letters import LetterWords
from course.programme.models.glossary import GlossaryTerm
from course.programme.models.help import HelpRequest
from course.programme.models.pages import HomePage, ProgrammePage, PublicPage
from course.programme.models.settings import SiteSettings
from course.programme.models.signposts import Signpost

__all__ = [
    "GlossaryTerm",
    "HelpRequest",
    "HomePage",
    "LetterWords",
    "ProgrammePage",
    "PublicPage",
    "Signpost",
    "SiteSettings",
]
