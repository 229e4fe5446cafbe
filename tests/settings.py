"""The product's own settings, with an environment for tests set before they are read."""

import os

from tests.databases import SCRATCH

os.environ["DEBUG"] = "true"  # pytest-django turns it off again for the tests themselves
os.environ["SECRET_KEY"] = "only-for-tests-and-long-enough-to-pass-the-checks-0123456789"
os.environ["SITE_URL"] = "http://testserver"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["LOG_LEVEL"] = "WARNING"
os.environ["WRITING_KEY_FILE"] = str(SCRATCH / "secret" / "writing.key")

from course.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = False
