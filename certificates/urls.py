from django.urls import path

from certificates import views

urlpatterns = [
    path("my/certificates/<uuid:pk>/", views.certificate, name="certificate"),
    path(
        "my/certificates/<uuid:pk>/certificate.pdf", views.certificate_pdf, name="certificate_pdf"
    ),
    path("my/certificates/<uuid:pk>/name-shown/", views.show_name, name="certificate_shows_name"),
    path("verify/", views.find, name="find_certificate"),
    path("verify/<str:code>/", views.verify, name="verify"),
]
