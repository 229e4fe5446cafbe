from django.urls import path

from course.cohorts import (
    calendar_views,
    material_views,
    meeting_views,
    message_views,
    reminder_views,
    views,
    waiting_views,
)
from course.people.limiting import HOUR, limited

# Letters to addresses that strangers type; an office may share one address on the network.
write_to_me = limited("tell-me", at_most=20, within=HOUR)

urlpatterns = [
    path("groups/", views.groups, name="groups"),
    path("groups/<uuid:pk>/join/", views.join, name="join_group"),
    path("groups/<uuid:pk>/ask/", waiting_views.ask_for_place, name="ask_for_place"),
    path("groups/<uuid:pk>/waiting/", waiting_views.waiting_page, name="waiting"),
    path("groups/tell-me/", write_to_me(views.ask_to_be_told), name="ask_to_be_told"),
    path("groups/tell-me/<str:token>/", views.confirm_interest, name="confirm_interest"),
    path("groups/stop/<str:token>/", views.stop_interest, name="stop_interest"),
    path("my/reminders/", reminder_views.reminders, name="reminders"),
    path("my/reminders/stop/", reminder_views.stop_reminders, name="stop_reminders"),
    path("reminders/stop/<str:token>/", reminder_views.stop_by_link, name="stop_reminders_by_link"),
    path("my/messages/", message_views.my_messages, name="my_messages"),
    path("my/letter-to-self/", message_views.letter_to_self, name="letter_to_self"),
    path("my/letter-to-self/<uuid:pk>/", message_views.ask_for_letter, name="ask_for_letter"),
    path(
        "my/letter-to-self/<uuid:pk>/take-back/",
        message_views.take_letter_back,
        name="take_letter_back",
    ),
    path("my/access-needs/<uuid:pk>/", views.access_needs, name="access_needs"),
    path("my/dates/", meeting_views.dates, name="my_dates"),
    path("my/meetings/<uuid:pk>/", meeting_views.meeting, name="meeting"),
    path("my/meetings/<uuid:pk>/in/", meeting_views.way_in, name="meeting_way_in"),
    path("my/meetings/<uuid:pk>/meeting.ics", calendar_views.meeting_file, name="meeting_calendar"),
    path("my/materials/<uuid:pk>/", material_views.material, name="material"),
    path("my/materials/<uuid:pk>/file/", material_views.material_file, name="material_file"),
    path("my/groups/<uuid:pk>/meetings.ics", calendar_views.cohort_file, name="cohort_calendar"),
    path("my/calendar/", calendar_views.calendar_page, name="my_calendar"),
    path("my/calendar/change/", calendar_views.change_feed, name="change_calendar"),
    path("calendar/<slug:token>.ics", calendar_views.feed, name="calendar_feed"),
]
