"""Reading the environment: three loud readers, and the two settings that come as addresses."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")  # the real environment wins over the file
# Embedded databases, the key file and uploads; git-ignored.
LOCAL_DIR = Path(os.environ.get("LOCAL_DIR") or BASE_DIR / ".local")


def env_text(name: str, default: str | None = None) -> str:
    """A text setting. Without a default it is required, and its absence is fatal."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} must be set in the environment.")
    return value


def env_flag(name: str, *, default: bool = False) -> bool:
    """A yes-or-no setting: true/false, yes/no, on/off or 1/0; anything else is fatal."""
    words = {"true": True, "yes": True, "on": True, "1": True}
    words |= {"false": False, "no": False, "off": False, "0": False, "": default}
    value = os.environ.get(name, "").strip().lower()
    if value not in words:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return words[value]


def env_number(name: str, default: int) -> int:
    """A whole-number setting; anything else is fatal."""
    value = os.environ.get(name, "").strip() or str(default)
    if not value.lstrip("-").isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def env_steps(name: str, default: str) -> list[tuple[int, int]]:
    """Pairs of whole numbers, as 28:100,14:50; anything else is fatal."""
    pairs = [pair.split(":") for pair in env_text(name, default).split(",") if pair.strip()]
    try:
        return [(int(days), int(percent)) for days, percent in pairs]
    except ValueError:
        raise ImproperlyConfigured(f"{name} must look like {default}.") from None


def database(variable: str, filename: str, *, durable: bool) -> dict:
    """Connection settings from a URL, by default an embedded SQLite file.

    `durable` waits for the disk on every commit: the price of a key that can
    never be lost after the writing it opens was accepted.
    """
    config = environ.Env.db_url_config(
        env_text(variable, "") or f"sqlite:///{LOCAL_DIR}/{filename}"
    )
    if config["ENGINE"].endswith("sqlite3"):
        pragmas = "PRAGMA journal_mode=WAL;PRAGMA foreign_keys=ON;PRAGMA synchronous="
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": pragmas + ("FULL;" if durable else "NORMAL;"),
        }
    else:
        config["CONN_MAX_AGE"] = 600
        config["CONN_HEALTH_CHECKS"] = True
    return config


def cache(url: str) -> dict[str, Any]:
    """Django's cache settings: Redis where there is one, a cache for each process otherwise."""
    if not url:
        memory = "django.core.cache.backends.locmem.LocMemCache"
        return {"BACKEND": memory, "OPTIONS": {"MAX_ENTRIES": 5000}}
    # Nobody waits longer for a cache than for what it saves.
    patience = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    return {"BACKEND": "course.caching.ForgivingRedis", "LOCATION": url, "OPTIONS": patience}


def uploads(bucket: str) -> dict[str, Any]:
    """Where uploads are kept: in a bucket that nobody else reads, or in a folder."""
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = {
        "bucket_name": bucket,
        "access_key": env_text("AWS_ACCESS_KEY_ID", "") or None,  # or the machine's own role
        "secret_key": env_text("AWS_SECRET_ACCESS_KEY", "") or None,
        "region_name": env_text("AWS_S3_REGION_NAME", "") or None,
        "endpoint_url": env_text("AWS_S3_ENDPOINT_URL", "") or None,
    }
    return {"BACKEND": "course.bucket.Bucket", "OPTIONS": options}


def mail_server(url: str) -> dict[str, Any]:
    """Django's mail settings from smtp+tls://user:password@host:587."""
    return environ.Env.email_url_config(url)


def disclosure() -> dict[str, int]:
    """Thresholds for figures about people: sessions/disclosing.py refuses lower ones."""
    return {
        "people": env_number("DISCLOSURE_PEOPLE", 10),
        "cell": env_number("DISCLOSURE_CELL", 8),
    }


def retention() -> dict[str, int]:
    """How many days what is kept: course/dashboard/retaining.py says of each what it means."""
    periods = {
        "quiet_accounts": env_number("RETAIN_QUIET_ACCOUNTS_DAYS", 730),
        "unconfirmed_accounts": env_number("RETAIN_UNCONFIRMED_ACCOUNTS_DAYS", 30),
        "access_needs": env_number("RETAIN_ACCESS_NEEDS_DAYS", 90),
        "summaries": env_number("RETAIN_SUMMARIES_DAYS", 730),
        "interests": env_number("RETAIN_INTERESTS_DAYS", 730),
        "questions": env_number("RETAIN_QUESTIONS_DAYS", 30),
        "waiting": env_number("RETAIN_WAITING_DAYS", 365),
        "invitations": env_number("RETAIN_INVITATIONS_DAYS", 180),
        "audit": env_number("RETAIN_AUDIT_DAYS", 365),
        "done_effects": env_number("RETAIN_DONE_EFFECTS_DAYS", 400),
        "dead_effects": env_number("RETAIN_DEAD_EFFECTS_DAYS", 90),
        "deliveries": env_number("RETAIN_DELIVERIES_DAYS", 14),
    }
    short = [name for name, days in periods.items() if days < 1]
    if short or periods["quiet_accounts"] < 90:  # two letters come in its last 30 days
        raise ImproperlyConfigured(
            f"RETAIN_… must be whole days above 0, and 90 at least for quiet accounts: {short}"
        )
    return periods


def selling() -> dict[str, Any]:
    """How places are sold. Money in minor units, rates in hundredths of a per cent."""
    release = env_text("INVOICE_RELEASES", "issued")
    if release not in {"issued", "paid"}:
        raise ImproperlyConfigured(f"INVOICE_RELEASES must be issued or paid, not {release!r}.")
    refuse_unfit_keys(
        env_text("STRIPE_SECRET_KEY", ""),
        secret=env_text("STRIPE_WEBHOOK_SECRET", ""),
        address=env_text("STRIPE_ADDRESS", ""),
        debug=env_flag("DEBUG"),
    )
    return {
        "tax_rate": env_number("TAX_RATE", 0),  # 2000 is 20 %
        "tax_name": env_text("TAX_NAME", "VAT"),
        "tax_number": env_text("TAX_NUMBER", ""),  # ours, printed on invoices
        "seller": env_text("SELLER", ""),  # name and address, lines parted by |
        "bank_details": env_text("BANK_DETAILS", ""),  # lines parted by |
        "invoice_days": env_number("INVOICE_DAYS", 30),
        # Days after that day until new invitations rest. People who are in stay in.
        "inviting_rests_after": env_number("INVITING_RESTS_AFTER_DAYS", 30),
        "releases_on": release,  # when an invoice lets its places be used
        "approve_above": env_number("INVOICE_APPROVAL_ABOVE", 500_000),
        "second_person_above": env_number("REFUND_SECOND_PERSON_ABOVE", 50_000),
        "quote_days": env_number("QUOTE_DAYS", 30),
        # Days before the start, and per cent of the price that comes back from then on.
        "refund_steps": env_steps("REFUND_STEPS", "28:100,14:50"),
        "refund_days_after_buying": env_number("REFUND_DAYS_AFTER_BUYING", 14),
        "hold_minutes": env_number("HOLD_MINUTES", 30),  # Stripe allows 30 minutes to 24 hours
        "stripe_key": env_text("STRIPE_SECRET_KEY", ""),
        "stripe_webhook_secret": env_text("STRIPE_WEBHOOK_SECRET", ""),
        "stripe_event_days": env_number("STRIPE_EVENT_DAYS", 90),  # that handled events are kept
        "stripe_address": env_text("STRIPE_ADDRESS", ""),  # another than Stripe's own, for tests
        "payment_methods": env_text("PAYMENT_METHODS", "card").split(","),
    }


def refuse_unfit_keys(key: str, *, secret: str, address: str, debug: bool) -> None:
    """Half a set of keys, or real and test money mixed, is fatal (R41). No key at all is fine:
    then places are sold by bank transfer. No message ever shows a key."""
    if not key:
        return
    if not key.startswith(("sk_live_", "rk_live_", "sk_test_", "rk_test_")):
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is not a secret or restricted key.")
    if not secret.strip():
        raise ImproperlyConfigured("STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET beside it.")
    live = key[3:8] == "live_"
    if live and debug:
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is for real money, and DEBUG is on.")
    if not live and not debug:
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is for tests, and DEBUG is off.")
    if live and address:
        raise ImproperlyConfigured("STRIPE_ADDRESS is for tests, and the key for real money.")
