"""Reading settings: a form, a cookie, an account; no script, no flash, no surprise."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from course.people import reading
from course.people.reading_options import OPTIONS, PRESETS
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def choose(client, **choices):
    return client.post(reverse("reading_settings"), choices)


def test_a_choice_shows_on_the_next_page_without_an_account(client):
    choose(client, t="calm", s="130")
    page = client.get("/").content.decode()
    assert 'data-theme="calm"' in page
    assert 'data-size="130"' in page


def test_putting_everything_back(client):
    choose(client, t="dark")
    choose(client, t="dark", action="reset")
    assert 'data-theme="auto"' in client.get("/").content.decode()


def test_the_account_keeps_it_for_other_devices(ada):
    choose(signed_in(ada), t="dark", m="none")
    page = signed_in(ada).get("/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-motion="none"' in page


@given(st.text(max_size=60))
def test_a_spoilt_cookie_is_the_same_as_none(cookie):
    device = reading.from_cookie(cookie)
    assert reading.keep_known(device.choices) == device.choices
    assert set(reading.for_html(device.choices)) == {option.attribute for option in OPTIONS}
    assert device.kept in (reading.ACCOUNT, reading.DEVICE, reading.UNDECIDED)


EVERYTHING = {o.key: list(o.values)[-1] for o in OPTIONS}


@pytest.mark.parametrize("kept", [reading.ACCOUNT, reading.DEVICE, reading.UNDECIDED])
def test_what_was_chosen_reads_back(kept):
    assert reading.from_cookie(reading.to_cookie(EVERYTHING, kept=kept)) == reading.OnDevice(
        EVERYTHING, kept
    )


def test_a_cookie_or_an_account_of_a_later_version_keeps_what_is_known():
    assert reading.from_cookie("t.calm-zz.9-s.4000-k.new") == reading.OnDevice({"t": "calm"}, "")
    later = {"version": 7, "v": "choir", "t": "dark", "s": 130, "colours": ["violet"]}
    assert reading.keep_known(later) == {"t": "dark"}


def test_unknown_values_never_reach_the_page(client):
    choose(client, t='"><script>', s="100000")
    page = client.get("/").content.decode()
    assert 'data-theme="auto"' in page
    assert "<script>" not in page.split("</head>")[0]


def shown(client) -> str:
    """The first tag of a page, with what is in force on it."""
    return client.get("/").content.decode().split("<head>")[0]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.name)
def test_each_way_of_reading_is_one_press(client, preset):
    assert preset.choices == reading.keep_known(preset.choices)  # no default, no slip of the pen
    choose(client, t="soft")
    choose(client, action="preset", preset=preset.name)
    assert reading.as_attributes(reading.for_html(preset.choices)) in shown(client)
    page = client.get(reverse("reading_settings")).content.decode()
    assert re.search(rf'value="{preset.name}" checked', page)


def test_trying_keeps_nothing(client):
    page = choose(client, action="try", t="dark", f="lexend").content.decode()
    assert 'data-theme="dark"' in page.split("<head>")[0]
    assert "You are trying this out." in page
    assert 'value="dark" checked' in page
    assert 'data-theme="auto"' in shown(client)


def test_letters_are_fetched_only_by_those_who_chose_them(client):
    assert "preload" in client.get("/").content.decode()
    choose(client, f="opendyslexic")
    page = client.get("/").content.decode()
    assert "font-opendyslexic" in page
    assert not {"preload", "font-lexend", "font-inter"} & set(re.findall(r"preload|font-\w+", page))


# --- The account, and this device ---------------------------------------------------------------


def test_it_stays_after_signing_out_and_a_second_device_has_it_too(ada):
    phone, laptop = signed_in(ada), signed_in(ada)
    choose(phone, t="calm")
    assert 'data-theme="calm"' in shown(laptop)
    choose(laptop, t="dark")
    assert 'data-theme="dark"' in shown(phone)  # no stale copy on the first one
    phone.post("/accounts/logout/")
    assert "Sign in" in phone.get("/").content.decode()
    assert 'data-theme="dark"' in shown(phone)


def test_only_on_this_device(ada):
    family, own = signed_in(ada), signed_in(ada)
    choose(own, t="calm")
    choose(family, t="more", keep="d")
    assert 'data-theme="more"' in shown(family)
    assert 'data-theme="calm"' in shown(own)
    ada.refresh_from_db()
    assert ada.reading == {"version": 1, "t": "calm"}


@pytest.mark.parametrize(("answer", "theme"), [("device", "soft"), ("account", "calm")])
def test_signing_in_switches_nothing_and_the_page_asks_once(ada, answer, theme):
    choose(signed_in(ada), t="calm")
    here = signed_in(ada)
    here.cookies["rs"] = "t.soft"  # chosen here before signing in
    assert 'data-theme="soft"' in shown(here)
    page = reverse("reading_settings")
    assert "This device and your account differ" in here.get(page).content.decode()
    here.post(page, {"action": answer})
    assert f'data-theme="{theme}"' in shown(here)
    assert "This device and your account differ" not in here.get(page).content.decode()
    ada.refresh_from_db()
    assert ada.reading["t"] == "calm"


def test_a_stranger_cannot_ask_for_an_account(client):
    assert choose(client, action="account", t="dark").status_code == 302
    assert choose(client, action="device", keep="d").status_code == 302
    assert 'data-theme="auto"' in shown(client)


# --- What the styles make of it ------------------------------------------------------------------

CSS = settings.BASE_DIR / "course" / "static" / "course" / "css"


def test_every_value_that_styles_should_know_is_in_them():
    """A theme, tint, size, spacing or measure without a style would be a choice without effect."""
    css = "".join(path.read_text() for path in CSS.glob("*.css"))
    for option in OPTIONS:
        if option.attribute not in {"theme", "tint", "size", "leading", "spacing", "measure"}:
            continue
        values = [v for v in option.values if v != option.default]
        assert [v for v in values if f'[data-{option.attribute}="{v}"]' not in css] == []


def test_letters_never_move_apart_without_words():
    rules = re.findall(r"\[data-spacing[^{]+{([^}]+)}", (CSS / "tokens.css").read_text())
    assert len(rules) == 2
    assert all("--letter" in rule and "--word" in rule for rule in rules)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    line = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), line, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_words_reach_seven_to_one_on_every_tint():
    css = (CSS / "tokens.css").read_text()
    light = css[css.index(':root, [data-theme="auto"], [data-theme="light"]') :]
    words = ["text", "muted", "link", "visited", "error", "success", "warning"]
    inks = {name: re.search(rf"--{name}: light-dark\((#\w{{6}})", light)[1] for name in words}
    tints = re.findall(r"--tint: (#\w{6})", css)
    assert len(tints) == 8
    assert {(n, t) for t in tints for n, ink in inks.items() if contrast(ink, t) < 7} == set()
    edge = re.search(r"--border: light-dark\((#\w{6})", light)[1]
    assert min(contrast(edge, tint) for tint in tints) >= 3
