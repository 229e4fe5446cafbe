from django.urls import URLPattern, path
from wagtail import hooks

from certificates import group_views


@hooks.register("register_admin_urls")
def group_paper_urls() -> list[URLPattern]:
    return [
        path("group-summaries/<uuid:pk>/", group_views.group_summary, name="group_summary"),
        path(
            "group-summaries/<uuid:pk>/pdf/",
            group_views.group_summary_pdf,
            name="group_summary_pdf",
        ),
    ]
