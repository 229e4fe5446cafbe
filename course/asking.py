"""How forms ask, and the many ways in which a day or an hour may be written (ER5).

Days are read as in Britain, day first. What could mean two things is asked about, never guessed.
"""

import calendar
import re
import unicodedata
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import dates
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_WORD = r"[^\W\d_]+"
_WEEKDAY = re.compile(rf"^({_WORD})\.?,?\s+(?=\d)")
_IN_FIGURES = re.compile(r"^(\d{1,2})\s*[-/.\s]\s*(\d{1,2})\s*[-/.\s]\s*(\d{4}|\d{2})$")
_YEAR_FIRST = re.compile(r"^(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})$")
_IN_WORDS = re.compile(
    rf"^(\d{{1,2}})\s*(?:st|nd|rd|th)?\s*(?:of\s)?[\s.,/-]*({_WORD})[\s.,/-]*(\d{{4}}|\d{{2}})?$"
)
_CLOCK = re.compile(r"^(\d{1,2})(?:\s*[:.h]\s*(\d{2})?)?\s*([ap]\.?m\.?)?$")
_ENGLISH = dict(enumerate(calendar.month_name))
_WORDS_FOR_HOURS = {"noon": time(12), "midday": time(12), "midnight": time(0)}


class Asked:
    """For forms: what is needed is said in words, by us and not by the browser. Where a field has
    no words of its own for an answer that it cannot use, these name it and give an example."""

    use_required_attribute = False
    fields: dict[str, forms.Field]

    def full_clean(self) -> None:
        for field in self.fields.values():
            own = field.error_messages
            own |= {code: said for code, said in _said(field).items() if own.get(code) in _DJANGOS}
        super().full_clean()


_KINDS = (forms.Field, forms.IntegerField, forms.URLField, forms.ChoiceField)
_DJANGOS = [None, *(said for kind in _KINDS for said in kind.default_error_messages.values())]


def _said(field: forms.Field) -> dict[str, Any]:
    """What is said of an answer that cannot be used, by its code."""
    said: dict[str, Any] = {
        "required": _("Please fill in “%(label)s”.") % {"label": field.label},
        "max_length": _("Please write this shorter. There is room for %(limit_value)d letters."),
    }
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        said["required"] = _("Please choose an answer to “%(label)s”.") % {"label": field.label}
        said["invalid_choice"] = _("Please choose one of the answers that are listed.")
    elif isinstance(field, forms.EmailField):
        said["invalid"] = _("Please write an email address, such as name@example.org.")
    elif isinstance(field, forms.URLField):
        said["invalid"] = _("Please write a link, such as https://example.org.")
    elif isinstance(field, forms.IntegerField):
        said["invalid"] = _("Please write a number in figures, such as 5.")
        said["min_value"] = _("The smallest number here is %(limit_value)s.")
        said["max_value"] = _("The largest number here is %(limit_value)s.")
    return said


def _plain(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", typed).split()).casefold()


def read_day(typed: str) -> date:
    """The day that someone wrote. Raises ValidationError, in words."""
    text, weekday = _plain(typed), ""
    if found := _WEEKDAY.match(text):
        weekday, text = found[1], text[found.end() :]
    day = _date(*_parts(text))
    if weekday and not dates.WEEKDAYS[day.weekday()].casefold().startswith(weekday[:3]):
        words = _("%(day)s is a %(weekday)s. Please look which one you mean.")
        facts = {"day": date_format(day, "j F Y"), "weekday": date_format(day, "l")}
        raise ValidationError(words, params=facts)
    return day


def _parts(text: str) -> tuple[int, int, int]:
    """Year, month and day in figures."""
    if found := _YEAR_FIRST.match(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _IN_FIGURES.match(text):
        return _year(found[3]), int(found[2]), int(found[1])
    if found := _IN_WORDS.match(text):
        if not found[3]:
            raise ValidationError(_("Please add the year, such as 4 March 2027."))
        return _year(found[3]), _month(found[2]), int(found[1])
    raise ValidationError(_("Please write a day with its month and year, such as 4 March 2027."))


def _year(figures: str) -> int:
    return int(figures) + (2000 if len(figures) == 2 else 0)


def _month(word: str) -> int:
    """By its whole name, or the first three letters or more; in English or the page's language."""
    for names in (dates.MONTHS, _ENGLISH):
        for number, name in names.items():
            if number and len(word) >= 3 and str(name).casefold().startswith(word):
                return number
    raise ValidationError(_("We do not know the month “%(word)s”."), params={"word": word})


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        words = _("There is no such day. We read day, month, year, such as 4 March 2027.")
        raise ValidationError(words) from None


def read_clock(typed: str) -> time:
    """The hour that someone wrote, on a clock of 12 or 24 hours. Raises ValidationError."""
    text = _plain(typed)
    if text in _WORDS_FOR_HOURS:
        return _WORDS_FOR_HOURS[text]
    found = _CLOCK.match(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    half = found[3][0] if found and found[3] else ""
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        raise ValidationError(_("Please write a time such as 2pm, 2:30pm or 14:30."))
    if half:
        return time(hour % 12 + (12 if half == "p" else 0), minute)
    if (len(found[1]) == 1 and 1 <= hour <= 7) or (hour <= 12 and not found[2] and hour):
        shown = f"{hour}:{minute:02}" if minute else str(hour)
        words = _("Do you mean %(time)sam or %(time)spm? Please add which.")
        raise ValidationError(words, params={"time": shown})
    return time(hour, minute)


class _Written(forms.CharField):
    """A text box whose words are read once they arrive; they stay in it as they were typed."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(max_length=60, **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class DayField(_Written):
    default_error_messages = {"required": gettext_lazy("Write a day, such as 4 March 2027.")}

    def clean(self, value: str) -> date | None:
        typed = super().clean(value)
        return read_day(typed) if typed else None

    def prepare_value(self, value: Any) -> Any:
        return date_format(value, "j F Y") if isinstance(value, date) else value


class ClockField(_Written):
    default_error_messages = {"required": gettext_lazy("Write a time, such as 2pm or 14:00.")}

    def clean(self, value: str) -> time | None:
        typed = super().clean(value)
        return read_clock(typed) if typed else None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value
