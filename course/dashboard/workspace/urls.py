"""The addresses of the facilitators' workspace, all under /cms/."""

from django.urls import path

from course.dashboard.workspace import (
    closing,
    exporting,
    meetings,
    overview,
    people,
    planning,
    register,
    sent,
    waiting_list,
    writing_to,
)

ONE = "my-groups/<uuid:pk>/"
MEETING = f"{ONE}meetings/<uuid:meeting_pk>/"

urlpatterns = [
    path("my-groups/", overview.groups, name="facilitator_groups"),
    path("my-groups/plan/", planning.plan, name="plan_group"),
    path(ONE, overview.overview, name="facilitator_group"),
    path(f"{ONE}people/", people.people, name="group_people"),
    path(f"{ONE}people/<uuid:enrolment_pk>/", people.person, name="group_person"),
    path(f"{ONE}attendance.csv", exporting.attendance_file, name="group_export"),
    path(f"{ONE}sent/", sent.sent, name="group_sent"),
    path(
        f"{ONE}questions/<uuid:question>/settled/",
        register.settle_question,
        name="group_settle_question",
    ),
    path(f"{ONE}meetings/", meetings.meetings, name="group_meetings"),
    path(MEETING, meetings.meeting, name="group_meeting"),
    path(f"{MEETING}cancel/", meetings.cancel, name="group_cancel_meeting"),
    path(f"{MEETING}run-sheet/", meetings.run_sheet, name="group_run_sheet"),
    path(f"{MEETING}register/", register.register, name="group_register"),
    path(
        f"{MEETING}materials/<uuid:material>/take-away/",
        meetings.take_away,
        name="group_take_material",
    ),
    path(f"{ONE}messages/", writing_to.write, name="group_messages"),
    path(f"{ONE}waiting/", waiting_list.waiting_list, name="group_waiting"),
    path(f"{ONE}waiting/<uuid:waiting_pk>/offer/", waiting_list.offer, name="group_offer"),
    path(f"{ONE}settings/", planning.settings, name="group_settings"),
    path(f"{ONE}announce/", planning.announce, name="group_announce"),
    path(f"{ONE}copy/", planning.copy, name="group_copy"),
    path(f"{ONE}call-off/", planning.call_off, name="group_call_off"),
    path(f"{ONE}open-sessions/", planning.open_modules, name="group_open_modules"),
    path(f"{ONE}closing/", closing.closing, name="group_closing"),
    path(f"{ONE}measures/<slug:slug>/", closing.switch_measure, name="group_measure"),
    path("summaries/<uuid:pk>/", people.summary, name="facilitator_summary"),
    path("summaries/<uuid:pk>/pdf/", people.summary_pdf, name="facilitator_summary_pdf"),
]
