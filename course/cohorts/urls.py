from django.urls import path

from course.cohorts import views

urlpatterns = [
    path("groups/", views.groups, name="groups"),
    path("groups/<uuid:pk>/join/", views.join, name="join_group"),
    path("groups/tell-me/", views.ask_to_be_told, name="ask_to_be_told"),
    path("groups/tell-me/<str:token>/", views.confirm_interest, name="confirm_interest"),
    path("groups/stop/<str:token>/", views.stop_interest, name="stop_interest"),
    path("my/access-needs/<uuid:pk>/", views.access_needs, name="access_needs"),
]
