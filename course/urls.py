from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from course import metrics
from course.dashboard import data_views, gallery, health, icons, my
from course.demo import mailbox
from sessions.blocks.giving import serve_file
from sessions.views import session_page
from sessions.words_views import words

handler400 = "course.dashboard.errors.bad_request"
handler500 = "course.dashboard.errors.server_error"
handler429 = "course.people.limiting.too_many"  # asked for by allauth

# Wagtail's own sign-in and reset would pass by the second factor: both lead to allauth.
cms_doors = [
    path("cms/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    re_path(
        r"^cms/password_reset/.*$", RedirectView.as_view(pattern_name="account_reset_password")
    ),
]

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("favicon.ico", icons.favicon, name="favicon"),
    path("apple-touch-icon.png", icons.touch_icon, name="touch_icon"),
    path("site.webmanifest", icons.manifest, name="manifest"),
    path("components/", gallery.components, name="components"),
    *cms_doors,
    path("cms/", include(wagtailadmin_urls)),
    path("accounts/", include("allauth.urls")),
    re_path(r"^documents/(\d+)/(.*)$", serve_file, name="wagtaildocs_serve"),  # also in parts
    path("documents/", include(wagtaildocs_urls)),
    path("my/", my.my_programme, name="my_programme"),
    path("my/data/", data_views.my_data, name="my_data"),
    path("my/data/everything/", data_views.everything, name="my_everything"),
    path("my/data/erase/", data_views.erase_me, name="erase_me"),
    path("my/data/erased/", data_views.erased, name="erased"),
    path("demo/mail/", mailbox.mailbox, name="demo_mail"),
    path("demo/mail/<int:number>/", mailbox.letter, name="demo_letter"),
    path("demo/mail/<int:number>/shown/", mailbox.letter_shown, name="demo_letter_shown"),
    path("", include("course.programme.urls")),
    path("", include("course.people.urls")),
    path("", include("course.cohorts.urls")),
    path("", include("course.places.urls")),
    path("", include("certificates.urls")),
    path("", include("sessions.urls")),
    path("", include("reflections.urls")),
    path("", include("sessions.sheets.urls")),
    # Session pages stand ahead of Wagtail's catch-all and hand back what is not theirs.
    path("<slug:programme_slug>/<slug:session_slug>/", session_page, name="session_page"),
    path(
        "<slug:programme_slug>/<slug:session_slug>/words/<slug:part>.txt",
        words,
        name="session_words",
    ),
    path("", include(wagtail_urls)),
]
