"""A few words in another language, marked as such: so that they are read aloud, spelt and laid out
as theirs (WCAG 3.1.2). Editors choose from a short list; nothing else is kept."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from draftjs_exporter.dom import DOM
from wagtail.admin.rich_text.converters.html_to_contentstate import InlineEntityElementHandler
from wagtail.admin.rich_text.editors.draftail.features import EntityFeature
from wagtail.rich_text.feature_registry import FeatureRegistry

FEATURE, ENTITY = "language", "LANGUAGE"
LANGUAGES = {
    "en": _("English"),
    "cy": _("Welsh"),
    "ar": _("Arabic"),
    "bn": _("Bengali"),
    "fr": _("French"),
    "gu": _("Gujarati"),
    "he": _("Hebrew"),
    "hi": _("Hindi"),
    "ga": _("Irish"),
    "pl": _("Polish"),
    "pa": _("Punjabi"),
    "ro": _("Romanian"),
    "gd": _("Scottish Gaelic"),
    "es": _("Spanish"),
    "uk": _("Ukrainian"),
    "ur": _("Urdu"),
}
FROM_THE_RIGHT = {"ar", "he", "ur"}


def direction(code: str) -> str:
    return "rtl" if code in FROM_THE_RIGHT else "auto"


class InAnotherLanguage(InlineEntityElementHandler):
    mutability = "MUTABLE"

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, str]:
        return {"lang": attrs.get("lang", "")}


def as_html(props: dict[str, Any]) -> Any:
    """What is stored: the words in a span, or the words alone where nobody knows the language."""
    code = props.get("lang")
    if code not in LANGUAGES:
        return props["children"]
    return DOM.create_element("span", {"lang": code}, props["children"])


def register(features: FeatureRegistry) -> None:
    control = {
        "type": ENTITY,
        "icon": "globe",
        "description": _("In another language"),
        "attributes": ["lang"],
        "none": _("No other language"),
        "languages": LANGUAGES,
    }
    features.register_editor_plugin(
        "draftail", FEATURE, EntityFeature(control, js=["course/cms/language.js"])
    )
    features.register_converter_rule(
        "contentstate",
        FEATURE,
        {
            "from_database_format": {"span[lang]": InAnotherLanguage(ENTITY)},
            "to_database_format": {"entity_decorators": {ENTITY: as_html}},
        },
    )
