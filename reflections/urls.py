from django.urls import path

from course.people.limiting import DAY, MINUTE, limited
from reflections import consent_views, save_view, spiral_views, views
from reflections.opening import once_open

# A page saves every five seconds at most, and tries again by itself: nothing is lost by waiting.
saves = limited("save", at_most=60, within=MINUTE, strangers=600)
takes = limited("download", at_most=3, within=DAY)

urlpatterns = [
    path("my/spiral/", spiral_views.my_spiral, name="my_spiral"),
    path("my/spiral/show/", spiral_views.show_spiral, name="show_spiral"),
    path("my/spiral/<uuid:pk>/", spiral_views.my_spiral, name="my_spiral_at"),
    path("my/reflections/", views.my_reflections, name="my_reflections"),
    path("my/reflections/save/", saves(save_view.save), name="save_reflection"),
    path("my/reflections/agree/", consent_views.consent, name="writing_consent"),
    path("my/reflections/withdraw/", consent_views.withdraw, name="withdraw_consent"),
    path("my/reflections/download/", takes(consent_views.download), name="download_reflections"),
    path("my/reflections/choices/", views.hide_prompt, name="writing_choices"),
    path("my/reflections/session/<uuid:key>/", once_open(views.reflect), name="reflect"),
    path(
        "my/reflections/session/<uuid:key>/afresh/",
        once_open(views.write_afresh),
        name="write_afresh",
    ),
    path("my/reflections/aside/<uuid:pk>/", views.choose_version, name="choose_version"),
    path("my/reflections/<uuid:pk>/", views.read, name="read_reflection"),
    path("my/reflections/<uuid:pk>/delete/", views.delete, name="delete_reflection"),
    path("my/reflections/<uuid:pk>/undo/", views.undo_delete, name="undo_delete_reflection"),
]
