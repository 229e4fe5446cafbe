from course.programme.letters import LetterWords
from course.programme.models.pages import HomePage, ProgrammePage, PublicPage
from course.programme.models.settings import SiteSettings
from course.programme.models.signposts import Signpost

__all__ = [
    "HomePage",
    "LetterWords",
    "ProgrammePage",
    "PublicPage",
    "Signpost",
    "SiteSettings",
]
