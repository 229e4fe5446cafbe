"""The letters of groups that meet, with sample facts to show them by."""

from django.utils.translation import gettext_lazy as _

from course import mail
from course.dashboard.letter_shape import ATTENDEE, OURS, Letter

A_CALENDAR = [("dates.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")]
A_WAY_OUT = {"stop_url": mail.link("/reminders/stop/a-sample/")}
A_MEETING = A_WAY_OUT | {"url": mail.link("/my/meetings/a-sample/"), "number": 3}

A_GROUP = {"url": mail.link("/groups/"), "group": "A sample group"}

LIVE = [
    Letter(
        "dates_changed",
        OURS,
        _("ten minutes after meetings were moved or cancelled"),
        _("everyone in the group, and whoever runs it"),
        {
            "url": mail.link("/my/dates/"),
            "group": "A sample group",
            "changes": [
                {
                    "name": "Session 3 of 8",
                    "was": "Monday 4 March 2030, 2pm to 3:30pm (UK time)",
                    "now": "Tuesday 5 March 2030, 2pm to 3:30pm (UK time)",
                },
                {
                    "name": "Session 4 of 8",
                    "was": "Monday 11 March 2030, 2pm to 3:30pm (UK time)",
                    "now": "",
                },
            ],
            "calendars": A_CALENDAR,
        },
    ),
    Letter(
        "meeting_reminder",
        OURS,
        _("before a meeting, to those who chose it"),
        ATTENDEE,
        A_MEETING | {"when": "Monday 4 March 2030, 2pm to 3:30pm (UK time)"},
    ),
    Letter("after_meeting", OURS, _("after a meeting, to those who chose it"), ATTENDEE, A_MEETING),
    Letter(
        "module_open",
        OURS,
        _("when a session opens for reading, to those who chose it"),
        ATTENDEE,
        A_WAY_OUT | {"url": mail.link("/my/"), "which": "Session 3 of 8 is open for reading."},
    ),
    Letter(
        "group_message",
        OURS,
        _("when facilitators write to their group"),
        ATTENDEE,
        A_WAY_OUT
        | {
            "url": mail.link("/my/messages/"),
            "heading": "What to have by you",
            "message": "A cup of something, if you like.\n\nSee you on Monday.",
            "sender": "A sample name",
        },
    ),
    Letter(
        "letter_to_self",
        OURS,
        _("six weeks after the last meeting, to those who asked for it"),
        ATTENDEE,
        A_WAY_OUT | {"url": mail.link("/my/reflections/")},
    ),
    Letter(
        "place_offered",
        OURS,
        _("when a place is kept for someone who waits"),
        _("someone on a waiting list"),
        A_GROUP | {"until": "Monday 4 March 2030, midday (UK time)"},
    ),
    Letter(
        "offer_ended",
        OURS,
        _("when a place was kept for someone, and has gone to the next person"),
        _("someone on a waiting list"),
        A_GROUP,
    ),
    Letter(
        "waiting_again",
        OURS,
        _("when the order for a place that was kept has ended unpaid"),
        _("someone on a waiting list"),
        A_GROUP,
    ),
    Letter(
        "attendance_questioned",
        OURS,
        _("when someone remembers a meeting differently from what is noted, once a meeting"),
        _("the group’s facilitators"),
        {"url": mail.link("/cms/my-groups/a-sample/sent/")},
    ),
    Letter(
        "way_in_missing",
        OURS,
        _("two days before a meeting that has no joining link"),
        _("the group’s facilitators"),
        {
            "url": mail.link("/cms/my-groups/a-sample/meetings/a-sample/"),
            "when": "Monday 4 March 2030, 2pm to 3:30pm (UK time)",
        },
    ),
    Letter(
        "group_confirmed",
        OURS,
        _("when enough people have joined a group"),
        ATTENDEE,
        A_GROUP,
    ),
    Letter(
        "group_called_off",
        OURS,
        _("when a group is called off"),
        _("whoever has a place, waits for one, or ordered places"),
        A_GROUP | {"calendars": A_CALENDAR},
    ),
]
