from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def by_post(back_to: str) -> Callable[[Callable], Callable]:
    """Only a press does something. Opening the address, as after signing in again, leads to
    the page that the button is on."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return redirect(back_to)
            return view(request, *args, **kwargs)

        return wrapped

    return decorate
