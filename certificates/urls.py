from django.urls import path

from certificates import group_views, views

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
    path("verify/", views.find, name="find_certificate"),
    path("verify/<str:code>/", views.verify, name="verify"),
]
