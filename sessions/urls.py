from django.urls import path

from sessions import views

urlpatterns = [
    path("sessions/<uuid:key>/place/", views.keep_place, name="keep_place"),
    path("sessions/<uuid:key>/worked-through/", views.work_through, name="work_through"),
    path("sessions/<uuid:key>/take-back/", views.undo_work_through, name="undo_work_through"),
    path("my/thoughts/", views.send_thought, name="send_thought"),
    path("my/thoughts/<uuid:pk>/take-back/", views.take_thought_back, name="take_thought_back"),
]
