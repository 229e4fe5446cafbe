"""A passkey and an authenticator app, added and used in a real browser."""

import base64
import hmac
import re
import struct
import time

from playwright.sync_api import expect

from tests.browser.waiting import follow


def code_of(secret: str) -> str:
    """The six digits an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def show_that_it_is_you(page, path: str) -> None:
    """Sensitive steps ask again; then they lead on to where one was going."""
    if "/reauthenticate/" in page.url:
        page.locator("input[name=password]").fill("eight-calm-sessions")
        follow(page.locator("main form button[type=submit]").first)
    expect(page).to_have_url(re.compile(rf"^[^?]*{path}$"))


# Lou and Kit are nobody else's: from here on they sign in as no other test expects.


def test_a_passkey_signs_in_without_a_password(visit):
    window = visit()
    page = window.sign_in("lou", anew=True)
    authenticator = window.context.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    kind |= {"hasUserVerification": True, "isUserVerified": True}
    kind |= {"automaticPresenceSimulation": True}
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": kind})

    window.go("/accounts/2fa/webauthn/add/")
    show_that_it_is_you(page, "/accounts/2fa/webauthn/add/")
    page.locator("input[name=name]").fill("My laptop")
    page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(re.compile("/accounts/2fa/(recovery-codes|webauthn/$)"))

    window.sign_out()
    window.go("/accounts/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url("**/my/")
    expect(page.locator("h1")).to_contain_text("Lou")
    assert window.violations == []


def test_an_app_gives_a_second_step(visit):
    window = visit()
    page = window.sign_in("kit", anew=True)
    window.go("/accounts/2fa/totp/activate/")
    show_that_it_is_you(page, "/accounts/2fa/totp/activate/")
    secret = page.locator("#authenticator_secret, input[readonly], input[disabled]").first
    secret = secret.input_value().replace(" ", "")
    for _try in range(3):  # a code holds for thirty seconds, and they may just be over
        page.locator("input[name=code]").fill(code_of(secret))
        follow(page.locator("main form button[type=submit]").first)
        if "/totp/activate/" not in page.url:
            break
    expect(page).to_have_url(re.compile("/accounts/2fa/(?!totp/activate/)"))

    window.sign_out()
    window.go("/accounts/login/")
    page.locator("input[name=login]").fill("kit@example.org")
    page.locator("input[name=password]").fill("eight-calm-sessions")
    follow(page.locator("main form button[type=submit]").first)
    expect(page).to_have_url(re.compile("/accounts/2fa/authenticate/"))
    assert not window.go("/my/").url.endswith("/my/")  # not signed in by a password alone
    assert window.violations == []
