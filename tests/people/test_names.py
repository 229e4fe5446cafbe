"""Names on documents: 1 to 120 letters, in any script we can print, and never boxes."""

import pytest
from django.core.exceptions import ValidationError

from course import names

PRINTABLE = [
    "A",
    "Ada Byron",
    "Łukasz Żółć-Wiśniewski",
    "Nguyễn Thị Ngọc Ánh",
    "Ἀλέξανδρος Παπαδόπουλος",
    "Ђорђе Щербаков",
    "محمد عبد الرحمن",
    "שָׁלוֹם כהן",
    "प्रिया शर्मा",
    "রবীন্দ্রনাথ ঠাকুর",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "ગુજરાતી નામ",
    "தமிழ்ச்செல்வி",
    "สมชาย ใจดี",
    "O’Brien-D'Angelo",
    "<img src=file:///etc/passwd>",
    "x" * 120,
]


@pytest.mark.parametrize("name", PRINTABLE)
def test_printable_names_are_kept_as_they_are(name):
    assert names.check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * 121,
        "Ada\u202eBob",
        "Ada\u2066",
        "Ada\x00",
        "Ada\x1b",
        "Ada \U0001f642",
        "\ue000",
    ],
)
def test_others_are_refused_with_a_reason_and_a_way_on(name):
    with pytest.raises(ValidationError) as raised:
        names.check_name(name)
    message = raised.value.messages[0]
    assert message.endswith((".", "?"))
    assert "invalid" not in message.lower()


def test_spaces_are_tidied_and_letters_composed():
    assert names.check_name("  Ada   Byron ") == "Ada Byron"
    assert names.check_name("Zoe\u0308") == "Zoë"


def test_one_name_is_drawn_in_one_typeface():
    assert names.face("Łukasz Żółć") == "atkinson"
    assert names.face("Nguyễn") == "noto"
