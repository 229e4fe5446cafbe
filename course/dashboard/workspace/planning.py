"""A new group in one step, another like it, announcing it, calling it off, changing its terms."""

from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from course.cohorts import changing_terms, planning, preparing, releasing
from course.cohorts.models import Enrolment
from course.dashboard.workspace.forms import CopyForm, GroupForm, PlanForm
from course.dashboard.workspace.frame import NUMBERS, my_group, session_titles, show
from course.places import calling_off
from course.programme.models import ProgrammePage

FIELDS = {"starts_on": "first_day"}  # of a plan, as its form calls them


def plan(request: HttpRequest) -> HttpResponse:
    """Dates, places, people: everything about a new group on one page."""
    start = {"facilitators": [request.user.pk], "pk": uuid4()}
    form = PlanForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        cohort = _plan(request, form)
        if cohort:
            planned = _("Planned. Nobody else sees it before you announce it.")
            messages.success(request, planned + _when_it_starts(cohort))
            return redirect("facilitator_group", cohort.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "heading": _("Plan a group"), "label": _("Plan it")}
    context["no_programme"] = not ProgrammePage.objects.exists()
    return render(request, "dashboard/cms/plan.html", context, status=status)


def _plan(request: HttpRequest, form: PlanForm) -> Any:
    facts = dict(form.cleaned_data)
    facilitators, hosts, pk = (facts.pop(name) for name in ("facilitators", "hosts", "pk"))
    own_time, facts["starts_on"] = facts.pop("own_time"), facts.pop("first_day")
    if own_time:
        facts |= {"starts_on": None, "rest_after": None}
        del facts["starts"], facts["minutes"]
    programme = ProgrammePage.objects.first()
    if programme is None:
        form.add_error(None, _("Nothing was planned yet: a programme page is needed first."))
        return None
    who = {"facilitators": facilitators, "hosts": hosts}
    try:
        wanted = planning.Plan(programme_id=programme.pk, **facts)
        return planning.plan_cohort(wanted, pk=pk, by=request.user, now=timezone.now(), **who)
    except ValidationError as problem:
        _say(form, problem)
    return None


def _when_it_starts(cohort: Any) -> str:
    """The day with its weekday, so that one who wrote 4/3 sees how it was read."""
    if not cohort.is_dated:
        return ""
    words = _("The first meeting is on %(day)s.")
    return " " + words % {"day": date_format(cohort.starts_on, "l j F Y")}


def _say(form: Any, problem: ValidationError) -> None:
    """Put what a flow refused beside the field that it is about."""
    said = getattr(problem, "error_dict", None) or {None: [problem]}
    for name, problems in said.items():
        field = FIELDS.get(name, name)
        form.add_error(field if field in form.fields else None, problems)


def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another run like this one, from another day. Nobody in it comes along."""
    cohort = my_group(request, pk)
    form = CopyForm(request.POST or None, initial={"title": cohort.title, "pk": uuid4()})
    if not cohort.is_dated:
        del form.fields["first_day"]
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            new = planning.copy_cohort(
                cohort,
                title=facts["title"],
                starts_on=facts.get("first_day"),
                pk=facts["pk"],
                by=request.user,
                now=timezone.now(),
            )
        except ValidationError as problem:
            _say(form, problem)
        else:
            copied = _("Copied. Look at its dates and links, then announce it.")
            messages.success(request, copied + _when_it_starts(new))
            return redirect("facilitator_group", new.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "heading": _("Plan another like it"), "label": _("Plan it")}
    return render(request, "dashboard/cms/plan.html", context | {"cohort": cohort}, status=status)


def settings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a group is; announcing, copying and calling it off; opening modules before their day."""
    cohort = my_group(request, pk)
    facts = {name: getattr(cohort, name) for name in changing_terms.TERMS}
    facts |= {"facilitators": cohort.facilitators.all(), "hosts": cohort.hosts.all()}
    form = GroupForm(request.POST or None, initial=facts)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _change(request, cohort, form):
            messages.success(request, _("Saved."))
            return redirect("group_settings", cohort.pk)
        status = 422
    today = timezone.now().date()
    context = {
        "form": form,
        "planned": cohort.announced_at is None,
        "reasons": planning.reasons_to_wait(cohort, today=today) if not cohort.announced_at else [],
        "no_way_in": preparing.without_way_in(cohort.live_sessions.all()),
        "numbers": NUMBERS,
        "titles": session_titles(cohort),
        "opened": set(cohort.openings.filter(enrolment=None).values_list("number", flat=True)),
        "people": Enrolment.objects.current()
        .filter(cohort=cohort)
        .select_related("user")
        .order_by("user__display_name")[:1000]
        if cohort.opens_days_before is not None
        else [],
    }
    return show(request, "settings", cohort, tab="group_settings", status=status, **context)


def _change(request: HttpRequest, cohort: Any, form: GroupForm) -> bool:
    try:
        changing_terms.change_terms(
            cohort, by=request.user, now=timezone.now(), **form.cleaned_data
        )
    except ValidationError as problem:
        _say(form, problem)
    return not form.errors


@require_POST
def announce(request: HttpRequest, pk: UUID) -> HttpResponse:
    cohort = my_group(request, pk)
    try:
        planning.announce(cohort, by=request.user, now=timezone.now())
    except planning.NotReady as not_yet:
        messages.warning(request, _("Not announced yet. This is still to be done:"))
        for reason in not_yet.reasons:
            messages.warning(request, reason)
        return redirect("group_settings", cohort.pk)
    messages.success(request, _("Announced. People can see it, and join as you chose."))
    return redirect("facilitator_group", cohort.pk)


def call_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asked once more, because letters go out and cannot be taken back."""
    cohort = my_group(request, pk)
    if request.method == "POST":
        calling_off.call_off(cohort, by=request.user, now=timezone.now())
        messages.success(request, _("Called off. Everyone is told once. Nothing else was sent."))
        return redirect("facilitator_group", cohort.pk)
    return show(request, "call_off", cohort, tab="group_settings")


@require_POST
def open_modules(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open sessions before their day: for the whole group, or for one person."""
    cohort = my_group(request, pk)
    numbers = [n for n in NUMBERS if str(n) in request.POST.getlist("numbers")]
    someone = request.POST.get("person") or None
    one = None
    if someone:
        one = get_object_or_404(Enrolment.objects.current(), pk=_uuid(someone), cohort=cohort)
    releasing.open_modules(
        cohort, numbers=numbers, for_one=one, by=request.user, now=timezone.now()
    )
    messages.success(request, _("Open. What is open stays open, whatever dates change."))
    return redirect("group_settings", cohort.pk)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
