from django.urls import path

from certificates import group_views, views
from course.people.limiting import MINUTE, limited

look_up = limited("verify", at_most=60, within=MINUTE, reading=True)

urlpatterns = [
    path("my/certificates/<uuid:pk>/", views.certificate, name="certificate"),
    path(
        "my/certificates/<uuid:pk>/certificate.pdf", views.certificate_pdf, name="certificate_pdf"
    ),
    path("my/certificates/<uuid:pk>/name-shown/", views.show_name, name="certificate_shows_name"),
    path("teams/reports/<uuid:pk>/", group_views.organisation_report, name="organisation_report"),
    path(
        "teams/reports/<uuid:pk>/report.pdf",
        group_views.organisation_report_pdf,
        name="organisation_report_pdf",
    ),
    path("verify/", look_up(views.find), name="find_certificate"),
    path("verify/<str:code>/", look_up(views.verify), name="verify"),
]
