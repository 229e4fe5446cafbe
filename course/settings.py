"""Every setting, read from the environment in one place.

With nothing set, the site refuses to start: DEBUG is off and the secrets are
missing. `make run` writes a git-ignored `.env` that turns the demo on.
"""

from django.utils.translation import gettext_lazy as _

from course import logs
from course.environment import (
    BASE_DIR,
    LOCAL_DIR,
    cache,
    database,
    disclosure,
    env_flag,
    env_number,
    env_text,
    mail_server,
    retention,
    selling,
    uploads,
)
from course.headers import CONTENT_SECURITY_POLICY, PERMISSIONS_POLICY  # noqa: F401

# --- What this installation is ---------------------------------------------------
DEBUG = env_flag("DEBUG")
SECRET_KEY = env_text("SECRET_KEY")
SITE_URL = env_text("SITE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = [h for h in env_text("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",") if h]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# Adults only unless a deployment says otherwise, with its own assessment (docs/dpia.md).
MINIMUM_AGE = env_number("MINIMUM_AGE", 18)
SELLING = selling()  # prices, tax, invoices and Stripe
DISCLOSURE = disclosure()  # from how many people on a group's answers are shown
RETENTION = retention()  # how many days what is kept

# --- Apps ----------------------------------------------------------------------------
INSTALLED_APPS = [
    # Ours, from the top layer to the bottom one.
    "course",
    "course.demo",
    "course.dashboard",
    "reflections",
    "reflections.keys",
    "sessions",
    "certificates",
    "course.places",
    "course.cohorts",
    "course.programme",
    "course.people",
    "course.outbox",
    "course.audit",
    # Wagtail
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "course.people.apps.UsersAppConfig",  # wagtail.users with our fields
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    # Accounts
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    # Effects
    "django_tasks",
    "django_tasks_db",
    # Django
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "course.access.NoteRequests",  # first, so that it sees every answer
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "course.dashboard.errors.close_for_maintenance",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "course.people.middleware.note_where_from",
    "course.people.middleware.renew_session_hourly",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "course.uploads.SayWhenUploadsAreAway",
    "course.dashboard.errors.OurOwnErrorPages",  # after allauth's own answer to an exception
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "course.people.middleware.keep_private_pages_uncached",
    "course.people.middleware.read_reading_settings",
    "django.contrib.messages.middleware.MessageMiddleware",
    "course.people.middleware.note_denied_attempts",
    "course.people.middleware.ask_staff_for_second_factor",
    "course.people.asking_again.AskAgain",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "course.urls"
WSGI_APPLICATION = "course.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "course.programme.context.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Databases --------------------------------------------------------------------------
# Writing keys live apart from the writing they open (design.md, section 6).

DATABASES = {
    "default": database("DATABASE_URL", "data/db.sqlite3", durable=False),
    "keys": database("KEYS_DATABASE_URL", "keys/keys.sqlite3", durable=True),
}
DATABASE_ROUTERS = ["reflections.keys.router.KeysApart"]
MIGRATION_LOCK_SECONDS = env_number("MIGRATION_LOCK_SECONDS", 2)  # R78; PostgreSQL only
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The file that opens the keys. It belongs on neither database's disk nor in any backup.
WRITING_KEY_FILE = env_text("WRITING_KEY_FILE", str(LOCAL_DIR / "secret" / "writing.key"))
WRITING_KEY_WRAPPER = env_text("WRITING_KEY_WRAPPER", "reflections.keys.wrapping.file_wrapper")

# --- Cache, tasks, mail, files ------------------------------------------------------------

CACHES = {"default": cache(env_text("REDIS_URL", ""))}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

MAIL_DIR = LOCAL_DIR / "mail"  # where the demo keeps what it "sent"
EMAIL_URL = env_text("EMAIL_URL", "")
if EMAIL_URL:
    vars().update(mail_server(EMAIL_URL))
elif DEBUG:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_DIR
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL", "Resourced <hello@example.org>")
OPERATOR_EMAIL = env_text("OPERATOR_EMAIL", "")  # told when something could not be sent
ADMINS: list = []  # no error mail: it could carry private words (trust.md R6)

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static-collected"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_URL = "/media/"
MEDIA_ROOT = LOCAL_DIR / "media"
STORAGES = {
    "default": uploads(env_text("AWS_STORAGE_BUCKET_NAME", "")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

# --- Language and time --------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English (United Kingdom)"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "course" / "locale"]

# --- Accounts ----------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "course.people.passwords.NotOurOwnWordsValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "display_name")},
    },
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/my/"

ACCOUNT_ADAPTER = "course.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "course.people.forms.SignupForm",
    "login": "course.people.forms.LoginForm",
    "add_email": "course.people.forms.AddEmailForm",
    "change_password": "course.people.forms.ChangePasswordForm",
    "reset_password": "course.people.forms.ResetPasswordForm",
    "reset_password_from_key": "course.people.forms.NewPasswordForm",
    "reauthenticate": "course.people.forms.ShowItIsYouForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "course.people.models.name_on_screen"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 60
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.split(":", 1)[0]
ALLAUTH_TRUSTED_PROXY_COUNT = env_number("TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "course.people.adapter.MFAAdapter"
_CODES = "course.people.second_factor_forms"
MFA_FORMS = {"authenticate": f"{_CODES}.CodeForm", "reauthenticate": f"{_CODES}.CodeAgainForm"}
MFA_FORMS |= {"add_webauthn": f"{_CODES}.AddPasskeyForm", "activate_totp": f"{_CODES}.AppForm"}
MFA_FORMS |= {"edit_webauthn": f"{_CODES}.EditPasskeyForm"}
# Else an address could change only after taking the second factor off: the weaker moment.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_TOTP_ISSUER = "Resourced"

SESSION_ENGINE = "django.contrib.sessions.backends.db"  # a cookie would outlive signing out
SESSION_COOKIE_AGE = 24 * 60 * 60  # of quiet; renewed hourly while someone is here
CSRF_FAILURE_VIEW = "course.dashboard.errors.csrf_failure"

# --- Wagtail -------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Resourced"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILADMIN_NOTIFICATION_USE_HTML = True
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_USER_TIME_ZONES = ["UTC", "Europe/London", "Europe/Dublin"]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("en", "English")]
WAGTAIL_ENABLE_UPDATE_CHECK = WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILEMBEDS_FINDERS: list = []  # course/programme/films.py makes the two kinds that we show
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "odt", "txt", "vtt", "csv", "mp3", "m4a", "mp4", "webm"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 100 * 1024 * 1024  # each kind has a smaller limit of its own
WAGTAILDOCS_DOCUMENT_FORM_BASE = "sessions.blocks.uploads.DocumentForm"
WAGTAILDOCS_SERVE_METHOD, WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT = "serve_view", True
WAGTAILDOCS_INLINE_CONTENT_TYPES: list = []  # every file is downloaded, PDFs as well
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE, WAGTAILIMAGES_MAX_IMAGE_PIXELS = 10 * 1024 * 1024, 40_000_000
WAGTAILIMAGES_IMAGE_FORM_BASE = "course.programme.pictures.PictureForm"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# --- Safety of the browser's side -------------------------------------------------------------
X_FRAME_OPTIONS, SECURE_REFERRER_POLICY = "SAMEORIGIN", "same-origin"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # wants DENY; previews are frames of our own pages
HTTPS = SITE_URL.startswith("https://")
if HTTPS:
    SECURE_SSL_REDIRECT = env_flag("SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = ["^(livez|readyz|metrics)$"]  # asked from inside, over plain http
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # of writing; the view answers more kindly
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_500  # a register of a thousand people, with minutes

# --- What those who run it see: never a body, a field or a token ------------------------------
RELEASE = env_text("RELEASE", "")
LOGGING = logs.configuration(
    form=env_text("LOG_FORMAT", "plain"), level=env_text("LOG_LEVEL", "INFO")
)
METRICS_TOKEN = env_text("METRICS_TOKEN", "")
ERROR_REPORTS_TO = env_text("SENTRY_DSN", "")  # nowhere, unless it is set (R7)
