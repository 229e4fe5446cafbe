from django.urls import path

from course.people.limiting import HOUR, MINUTE, limited
from sessions import (
    asking_views,
    attendance_views,
    cpd_views,
    returning_views,
    search_views,
    views,
)

writes = limited("thoughts", at_most=30, within=HOUR)
draws = limited("papers", at_most=10, within=MINUTE, reading=True)
finds = limited("search", at_most=30, within=MINUTE, reading=True, strangers=120)

urlpatterns = [
    path("search/", finds(search_views.search), name="search"),
    path("sessions/<uuid:key>/place/", views.keep_place, name="keep_place"),
    path("sessions/<uuid:key>/worked-through/", views.work_through, name="work_through"),
    path("sessions/<uuid:key>/take-back/", views.undo_work_through, name="undo_work_through"),
    path("my/thoughts/", writes(asking_views.send_thought), name="send_thought"),
    path(
        "my/thoughts/<uuid:pk>/take-back/",
        asking_views.take_thought_back,
        name="take_thought_back",
    ),
    path("my/meetings/<uuid:pk>/feedback/", asking_views.give_feedback, name="give_feedback"),
    path("my/measures/<slug:slug>/", asking_views.answer_measure, name="answer_measure"),
    path("my/attendance/", attendance_views.my_attendance, name="my_attendance"),
    path(
        "my/attendance/<uuid:pk>/<int:number>/",
        attendance_views.attendance_of,
        name="attendance_of",
    ),
    path(
        "my/attendance/<uuid:pk>/<int:number>/<slug:action>/",
        attendance_views.change_attendance,
        name="change_attendance",
    ),
    path("my/pace/", returning_views.at_my_pace, name="at_my_pace"),
    path("my/pace/<uuid:pk>/<slug:action>/", returning_views.change_pace, name="change_pace"),
    path("my/cpd/", cpd_views.my_cpd, name="my_cpd"),
    path("my/cpd/<uuid:pk>/", cpd_views.cpd, name="cpd"),
    path("my/cpd/<uuid:pk>/record.pdf", draws(cpd_views.cpd_pdf), name="cpd_pdf"),
    path("my/cpd/<uuid:pk>/record.csv", cpd_views.cpd_csv, name="cpd_csv"),
    path("my/cpd/<uuid:pk>/<int:number>/", cpd_views.cpd_note, name="cpd_note"),
]
