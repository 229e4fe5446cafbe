import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Words of this site and its subject, which anyone would try first here. The site's own name and
# address are added to them.
OWN_WORDS = (
    "resourced wellbeing wellness mindful mindfulness programme program course session sessions "
    "reflection reflections practice facilitator attendee cohort group certificate spiral "
    "welcome password passphrase letmein login account secret"
)
ENOUGH = 8  # letters that are left when those words are taken out


class NotOurOwnWordsValidator:
    """Refuses “Resourced-2027!”, whatever stands around the word; three words of one's own pass."""

    def validate(self, password: str, user: object = None) -> None:
        left = password.casefold()
        for word in sorted(own_words(), key=len, reverse=True):
            left = left.replace(word, " ")
        if sum(letter.isalpha() for letter in left) < ENOUGH and left != password.casefold():
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        return _("A word of this site is easily guessed. Please add other words to it.")


def own_words() -> set[str]:
    named = f"{settings.WAGTAIL_SITE_NAME} {settings.SITE_URL.partition('://')[2]}".casefold()
    found = {word for word in re.findall(r"[^\W\d_]+", named) if len(word) > 3}
    return found | set(OWN_WORDS.split())
