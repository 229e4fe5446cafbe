from django.urls import path

from sessions.sheets import views

urlpatterns = [
    path("<slug:programme_slug>/sheets/", views.all_sheets, name="all_sheets"),
    path("<slug:programme_slug>/<slug:sheet_slug>.pdf", views.resource_pdf, name="resource_pdf"),
    path("<slug:programme_slug>/<slug:session_slug>/share/", views.share_kit, name="share_kit"),
    path(
        "<slug:programme_slug>/<slug:session_slug>/share.pdf",
        views.share_kit_pdf,
        name="share_kit_pdf",
    ),
]
