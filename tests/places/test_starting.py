"""Which keys the site starts with, and what it says about them."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from course.environment import refuse_unfit_keys
from course.places import checks, gateway


def refused(key: str, **facts) -> bool:
    try:
        refuse_unfit_keys(key, **({"secret": "whsec_x", "address": "", "debug": False} | facts))
    except ImproperlyConfigured as error:
        return key not in str(error)
    return False


@pytest.mark.parametrize("kind", ["sk", "rk"])
@pytest.mark.parametrize("mode", ["live", "test"])
@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("secret", ["whsec_x", "", "  "])
def test_every_mixture_of_keys(kind, mode, debug, secret):
    fits = secret == "whsec_x" and (mode == "test") == debug
    assert refused(f"{kind}_{mode}_abc", debug=debug, secret=secret) != fits


def test_no_key_is_fine_and_other_things_are_no_keys():
    assert not refused("", secret="")
    assert refused("pk_live_abc")
    assert refused("whsec_abc")
    assert refused("rk_live_abc", address="http://127.0.0.1:1")
    assert not refused("rk_test_abc", address="http://127.0.0.1:1", debug=True)


def test_an_unrestricted_key_is_warned_of(settings):
    settings.DEBUG = False
    settings.SELLING = settings.SELLING | {"stripe_key": "sk_live_x"}
    assert [w.id for w in checks.stripe_key_is_restricted(app_configs=None)] == ["places.W001"]
    settings.SELLING = settings.SELLING | {"stripe_key": "rk_live_x"}
    assert checks.stripe_key_is_restricted(app_configs=None) == []


def test_the_library_speaks_the_version_we_ask_for(settings, monkeypatch):
    settings.SELLING = settings.SELLING | {"stripe_key": "rk_test_x"}
    assert checks.stripe_versions_agree(app_configs=None) == []
    monkeypatch.setattr(gateway, "API_VERSION", "2020-01-01")
    assert [w.id for w in checks.stripe_versions_agree(app_configs=None)] == ["places.W002"]


def test_without_a_key_the_library_is_never_loaded():
    import os
    import subprocess
    import sys

    code = (
        "import django, sys; django.setup(); import course.urls;"
        "from django.core.checks import run_checks; run_checks(); print('stripe' in sys.modules)"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("STRIPE")}
    env["DJANGO_SETTINGS_MODULE"] = "course.settings"
    env |= {"DEBUG": "true", "SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789-01"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_the_library_logs_no_requests():
    """At INFO it would write every address it asks for, and at DEBUG every body (R6)."""
    import logging

    assert not logging.getLogger("stripe").isEnabledFor(logging.INFO)
