"""What facilitators fill in about a group and its meetings."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from course import names
from course.asking import Asked, ClockField, DayField
from course.cohorts.models import Cohort
from course.cohorts.rescheduling import LONGEST, SHORTEST
from course.people import roles
from course.people.models import User

A_DAY = _("Such as 4 March 2027.")
A_TIME = _("Such as 2pm or 14:00.")
REST = [("", _("no rest week"))] + [(n, _("after session %(n)s") % {"n": n}) for n in range(1, 8)]


def zones() -> list[tuple[str, str]]:
    """Zones that are named after a place, since “EST” means different hours to different people."""
    named = sorted(zone for zone in available_timezones() if "/" in zone and zone[:3] != "Etc")
    return [(zone, zone.replace("_", " ")) for zone in [*named, "UTC"]]


class PersonChoice(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, person: User) -> str:
        return person.document_name or person.display_name or person.email


def _who_may_run_groups() -> Any:
    people = User.objects.filter(is_active=True, groups__name=roles.FACILITATORS)
    return people.order_by("display_name", "pk").distinct()


class GroupForm(Asked, forms.Form):
    """What a group is, apart from its dates."""

    title = forms.CharField(
        max_length=120,
        label=_("Name"),
        help_text=_("Such as: Tuesday group, spring 2027"),
        validators=[names.one_line],
    )
    joining = forms.ChoiceField(choices=Cohort.JOINING, label=_("Who may join"))
    capacity = forms.IntegerField(
        min_value=1,
        max_value=100_000,
        required=False,
        label=_("Places (optional)"),
        help_text=_("8 to 16 is a good size. Left empty, there are as many as people come."),
    )
    people_needed = forms.IntegerField(
        min_value=1,
        max_value=1_000,
        required=False,
        label=_("Runs once so many have joined (optional)"),
        help_text=_("Left empty, it runs in any case."),
    )
    opens_days_before = forms.IntegerField(
        min_value=0,
        max_value=60,
        required=False,
        label=_("Each session opens so many days before its meeting (optional)"),
        help_text=_("Left empty, all eight are open from the first day."),
    )
    sessions_needed = forms.IntegerField(
        min_value=1, max_value=8, initial=6, label=_("Sessions needed to complete, of eight")
    )
    live_needed = forms.IntegerField(
        min_value=0,
        max_value=8,
        initial=0,
        label=_("Of those, live"),
        help_text=_("0 is fair to people with shifts and children. Catching up counts the same."),
    )
    facilitators = PersonChoice(queryset=User.objects.none(), label=_("Facilitators"))
    hosts = PersonChoice(
        queryset=User.objects.none(),
        required=False,
        label=_("Hosts (optional)"),
        help_text=_("They open the room and look after the chat. They see meetings, not people."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("facilitators", "hosts"):
            self.fields[name].queryset = _who_may_run_groups()

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("live_needed", 0) > facts.get("sessions_needed", 8):
            self.add_error("live_needed", _("It cannot be more than the sessions needed."))
        return facts


class PlanForm(GroupForm):
    """A new group with its eight meetings, in one step. `pk` comes with the page, so that
    pressing twice makes one group."""

    pk = forms.UUIDField(widget=forms.HiddenInput)
    own_time = forms.BooleanField(
        required=False,
        label=_("In one’s own time, without meetings"),
        help_text=_("Then the four answers below are not needed."),
    )
    first_day = DayField(
        required=False, label=_("First meeting, weekly from then on"), help_text=A_DAY
    )
    starts = ClockField(required=False, label=_("Starts at"), help_text=A_TIME)
    minutes = forms.IntegerField(
        required=False, min_value=SHORTEST, max_value=LONGEST, initial=90, label=_("Minutes")
    )
    zone = forms.ChoiceField(
        required=False, choices=zones, initial="Europe/London", label=_("Whose clock")
    )
    rest_after = forms.TypedChoiceField(
        required=False,
        choices=REST,
        initial=3,
        coerce=int,
        empty_value=None,
        label=_("Rest week"),
    )
    field_order = ["title", "own_time", "first_day", "starts", "minutes", "zone", "rest_after"]

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not facts.get("own_time"):
            for name in ("first_day", "starts", "minutes"):
                if not facts.get(name) and name not in self.errors:
                    self.add_error(name, _("A group with meetings needs this."))
        return facts


class CopyForm(Asked, forms.Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(
        max_length=120, label=_("Name of the new group"), validators=[names.one_line]
    )
    first_day = DayField(label=_("First meeting"), help_text=A_DAY)


class WayInForm(Asked, forms.Form):
    """How to get into the room. `seen` is the meeting's sequence when the page was opened."""

    joining_url = forms.URLField(
        max_length=500,
        required=False,
        assume_scheme="https",
        label=_("Joining link (optional)"),
        help_text=_("From any provider. Attendees see it from fifteen minutes before."),
    )
    dial_in = forms.CharField(
        max_length=200,
        required=False,
        label=_("Telephone number, and code (optional)"),
        validators=[names.one_line],
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class MoveForm(Asked, forms.Form):
    """When a meeting is. `seen` is its sequence when the page was opened."""

    day = DayField(label=_("Day"), help_text=A_DAY)
    starts = ClockField(label=_("Starts at"), help_text=A_TIME)
    minutes = forms.IntegerField(min_value=SHORTEST, max_value=LONGEST, label=_("Minutes"))
    seen = forms.IntegerField(widget=forms.HiddenInput)


class RestForm(Asked, forms.Form):
    rest_after = forms.TypedChoiceField(
        required=False, choices=REST, coerce=int, empty_value=None, label=_("Rest week")
    )
