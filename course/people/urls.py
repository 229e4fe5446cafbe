from django.urls import path

from course.people import reading_views, views

urlpatterns = [
    path("reading-settings/", reading_views.reading_settings, name="reading_settings"),
    path("my/names/", views.names, name="names"),
    path("my/time-zone/", views.time_zone, name="time_zone"),
]
