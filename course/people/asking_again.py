"""Sensitive steps: whoever has not shown within the hour that it is them is asked again (R54).

What was typed is kept with the session and carried through as soon as they have answered. The
table stands in one place, so that Wagtail's own screens are in it like ours; steps of accounts
(e-mail address, second factor) are allauth's and ask by themselves.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def _deletes(request: HttpRequest) -> bool:
    return request.POST.get("choice") == "delete"


def _changes_people(request: HttpRequest) -> bool:
    return "/bulk/people/" in request.path_info


def _always(_request: HttpRequest) -> bool:
    return True


# Pressing one of these: who may do what, money that goes out, everything one wrote.
PRESSED: dict[str, Callable[[HttpRequest], bool]] = dict.fromkeys(
    [
        "wagtailusers_users:add",
        "wagtailusers_users:edit",
        "wagtailusers_groups:add",
        "wagtailusers_groups:edit",
        "wagtailusers_groups:delete",
        "plan_group",
        "group_settings",
        "managers",
        "give_back",
        "staff_act",
        "staff_act_on_refund",
        "staff_orders_export",
        "download_reflections",
    ],
    _always,
)
PRESSED |= {"wagtail_bulk_action": _changes_people, "withdraw_consent": _deletes}
# Opening one of these hands out a file about other people.
OPENED = {"group_export"}


def is_sensitive(request: HttpRequest) -> bool:
    name = request.resolver_match.view_name
    if name in OPENED:
        return True
    if request.method in {"GET", "HEAD"}:  # Wagtail's lists hand out tables at ?export=
        return request.path_info.startswith("/cms/") and bool(request.GET.get("export"))
    return name in PRESSED and PRESSED[name](request)


class AskAgain:
    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not is_sensitive(request) or not request.user.is_authenticated:
            return None
        if reauthentication.is_reauthentication_required(request, app=""):
            return ask(request)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Ahead of allauth's own, for views that ask by themselves."""
        if isinstance(error, ReauthenticationRequired) and request.user.is_authenticated:
            return ask(request)
        return None


def ask(request: HttpRequest) -> HttpResponse:
    """Lead to the question, and keep what was pressed for afterwards."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    response = reauthentication.suspend_request(request, methods[0]["url"])
    if request.method == "POST":
        # allauth finds what it kept by the path alone, and would lose it where a query follows.
        response["Location"] = f"{methods[0]['url']}?{urlencode({'next': request.path})}"
    return response
