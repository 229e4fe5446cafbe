"""What groups cost, how many places they have, and bursary places on offer."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from course.asking import Asked
from course.cohorts import capacity
from course.cohorts.models import Cohort
from course.places import offering
from course.places.amounts import DIGITS, SIGNS, shown
from course.places.staff_forms import MoneyField
from course.places.staff_views import A_PAGE, CHANGE, VIEW, for_staff

CURRENCIES = sorted({*DIGITS, *SIGNS, "CHF", "DKK", "NOK", "SEK", "AUD", "CAD", "NZD"})


class TermsForm(Asked, forms.Form):
    currency = forms.ChoiceField(
        choices=[(code, code) for code in CURRENCIES], label=gettext_lazy("Currency")
    )
    places = forms.IntegerField(
        min_value=1,
        max_value=100_000,
        required=False,
        label=gettext_lazy("Places (optional)"),
        help_text=gettext_lazy("Left empty, there are as many as people come."),
    )
    bursaries = forms.IntegerField(
        min_value=0,
        max_value=1_000,
        label=gettext_lazy("Bursary places on offer"),
        help_text=gettext_lazy("Part of the places. Nobody will see who takes one."),
    )

    def __init__(self, *args: Any, cohort: Cohort, **options: Any) -> None:
        sums = {
            "price_minor": shown(cohort.price_minor, cohort.currency),
            "team_price_minor": shown(cohort.team_price_minor, cohort.currency),
        }
        facts = {"currency": cohort.currency, "bursaries": cohort.bursaries}
        facts |= {"places": cohort.capacity}
        super().__init__(*args, initial=sums | facts, **options)
        currency = self.data.get("currency") or cohort.currency
        one, team = _("For someone who buys their own"), _("For organisations")
        self.fields["price_minor"] = MoneyField(currency=currency, label=one)
        self.fields["team_price_minor"] = MoneyField(currency=currency, label=team)
        for name in ("price_minor", "team_price_minor"):
            self.fields[name].help_text = _("For each place, before tax. 0 is free.")
        self.order_fields(["price_minor", "team_price_minor"])


@for_staff(VIEW)
def terms_of_groups(request: HttpRequest) -> HttpResponse:
    cohorts = Cohort.objects.filter(closed_at=None, cancelled_at=None)
    page = Paginator(cohorts, A_PAGE).get_page(request.GET.get("p"))
    return render(request, "places/cms/groups.html", {"page": page})


@for_staff(CHANGE)
def terms_of_group(request: HttpRequest, pk: UUID) -> HttpResponse:
    cohort = get_object_or_404(Cohort, pk=pk)
    form = TermsForm(request.POST if request.method == "POST" else None, cohort=cohort)
    if request.method == "POST" and form.is_valid() and _save(request, cohort, form):
        messages.success(request, _("Saved. Orders that were started keep their price."))
        return redirect("staff_groups")
    status = 422 if request.method == "POST" else 200
    return render(request, "places/cms/group.html", {"cohort": cohort, "form": form}, status=status)


def _save(request: HttpRequest, cohort: Cohort, form: TermsForm) -> bool:
    facts = dict(form.cleaned_data)
    bursaries = facts.pop("bursaries")
    who = {"by": request.user, "now": timezone.now()}
    try:
        offering.set_terms_and_bursaries(cohort, bursaries=bursaries, **facts, **who)
    except offering.TooFew as refusal:
        words = _("%(needed)s places are taken or kept already, so it cannot be fewer.")
        form.add_error("places", words % {"needed": refusal.needed})
    except capacity.Full:
        form.add_error("bursaries", _("There is no room for so many. Nothing was changed."))
    return not form.errors
