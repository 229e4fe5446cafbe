"""Every letter as it goes out, for those who may change the words of letters.

The permission is `programme.change_letterwords`: superusers have it, and can give it to a
group. Facilitators do not have it by default, since a letter speaks to everybody.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.mail import EmailMultiAlternatives
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from course import mail
from course.dashboard.framing import framed
from course.dashboard.letter_samples import BY_NAME, KINDS, PROGRAMME, Letter
from course.programme.letters import EVERY_LETTER, LetterWords, rewrite, use_ours_again

PERMISSION = "programme.change_letterwords"
SHARED, OWN = ["greeting", "sign_off"], ["opening", "closing"]
View = Callable[..., HttpResponse]


def for_writers_of_letters(view: View) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


def sample_of(letter: Letter, words: mail.Words | None = None) -> EmailMultiAlternatives:
    """The letter with sample facts, and with the words it has today unless others are given."""
    to = "someone@example.org"
    return mail.write(letter.name, letter.parts(), to=to, context=letter.facts, words=words)


def our_words(letter: Letter, field: str) -> str:
    """What the template says where an editor's words would stand: the letter without them,
    less all that it has in common with a letter that has a mark there."""
    ours, mark = sample_of(letter, {}).body, "\N{BLACK SQUARE}"
    before, _mark, after = sample_of(letter, {field: mark}).body.partition(mark)
    return ours[len(before) : len(ours) - len(after)].strip()


@for_writers_of_letters
def letters(request: HttpRequest) -> HttpResponse:
    changed = set(LetterWords.objects.values_list("letter", flat=True))
    context = {"kinds": KINDS, "changed": changed, "shared": EVERY_LETTER in changed}
    return render(request, "dashboard/cms/letters.html", context)


@for_writers_of_letters
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One letter as HTML and as text, and the sentences that may be changed."""
    found = _find(name)
    form = _form(found, name, request.POST or None)
    if form and request.method == "POST" and form.is_valid():
        rewrite(name, words=form.cleaned_data, by=request.user.pk)
        messages.success(request, _("Saved. The email shows your words."))
        return redirect("letter", name)
    context = {
        "letter": found,
        "message": sample_of(found or PROGRAMME[0]),
        "shown": (found or PROGRAMME[0]).name,
        "name": name,
        "form": form,
        "has_words": bool(form and form.instance.pk),
    }
    return render(request, "dashboard/cms/letter.html", context)


@for_writers_of_letters
@require_POST
def our_words_again(request: HttpRequest, name: str) -> HttpResponse:
    _find(name)
    use_ours_again(name, by=request.user.pk)
    messages.success(request, _("The email has our words again."))
    return redirect("letter", name)


@for_writers_of_letters
def letter_shown(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, for the frame beside the text."""
    found = _find(name)
    if found is None:
        raise Http404
    return framed(sample_of(found).alternatives[0][0])


def _find(name: str) -> Letter | None:
    """None stands for what all letters share."""
    if name != EVERY_LETTER and name not in BY_NAME:
        raise Http404
    return BY_NAME.get(name)


def _form(letter: Letter | None, name: str, posted: Any) -> forms.ModelForm | None:
    if letter and not letter.editable:
        return None
    fields = OWN if letter else SHARED
    rows = dict.fromkeys(["opening", "closing"], forms.Textarea({"rows": 4}))
    rows["sign_off"] = forms.Textarea({"rows": 3})
    form_class = forms.modelform_factory(LetterWords, fields=fields, widgets=rows)
    form = form_class(posted, instance=LetterWords.objects.filter(letter=name).first())
    for key in fields:
        ours = our_words(letter or PROGRAMME[0], key) or _("nothing")
        form.fields[key].help_text = format_html(
            "{}<br>{}", form.fields[key].help_text, _("Ours: %(words)s") % {"words": ours}
        )
    return form
