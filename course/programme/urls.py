from django.urls import path

from course.programme import help_views, pictures, reports, views, well_known

urlpatterns = [
    path("media/images/<path:name>", pictures.picture, name="picture"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("help/ask/", help_views.ask, name="ask_for_help"),
    path("robots.txt", views.robots, name="robots"),
    path("csp-report/", reports.csp_report, name="csp_report"),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path(".well-known/change-password", well_known.change_password, name="well_known_password"),
]
