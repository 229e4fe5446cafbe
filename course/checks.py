"""Start-up checks: what is set up so that writing could be lost, or read by others."""

from typing import Any

from django.core.checks import CheckMessage, Tags, register

from reflections.keys import checking


@register(Tags.security)
def writing_keys_can_be_used(**_facts: Any) -> list[CheckMessage]:
    return checking.usable()


@register(Tags.security, deploy=True)
def writing_keys_are_kept_apart(**_facts: Any) -> list[CheckMessage]:
    return checking.apart()
