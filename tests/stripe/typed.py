"""Requests held against the SDK's own typed parameters: nothing unknown, nothing missing.

The SDK leaves `Literal[…] | str` open for what may come; here only the listed words pass.
"""

import sys
import types
from decimal import Decimal
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from stripe._request_options import RequestOptions
from typing_extensions import is_typeddict

NOT_PARAMETERS = frozenset(RequestOptions.__annotations__)


class Unfit(Exception):
    """What is wrong, with the path to it."""


def unflatten(query: str) -> dict[str, Any]:
    """`a[b][0]=c` as {"a": {"b": ["c"]}}."""
    found: dict[str, Any] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        path = key.replace("]", "").split("[")
        place = found
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value
    return _with_lists(found)


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    tidy = {key: _with_lists(inner) for key, inner in value.items()}
    if tidy and all(key.isdigit() for key in tidy):
        return [tidy[key] for key in sorted(tidy, key=int)]
    return tidy


def check(value: Any, kind: Any, path: str = "") -> None:
    """Raises Unfit."""
    origin = get_origin(kind)
    if origin in (NotRequired, Required):
        check(value, get_args(kind)[0], path)
    elif is_typeddict(kind):
        _check_fields(value, kind, path or kind.__name__)
    elif origin in (Union, types.UnionType):
        _check_any(value, get_args(kind), path)
    elif origin is list:
        _check_each(value, get_args(kind)[0], path)
    elif not (_is_texts(value) if origin is dict else _is_plain(value, kind)):
        raise Unfit(f"{path}: {str(value)[:40]!r} does not fit")


def _check_each(value: Any, kind: Any, path: str) -> None:
    if not isinstance(value, list):
        raise Unfit(f"{path}: not a list")
    for number, one in enumerate(value):
        check(one, kind, f"{path}[{number}]")


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _check_fields(value: Any, kind: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise Unfit(f"{path}: not an object")
    fields = _fields(kind)
    for name in value:
        if name not in fields:
            raise Unfit(f"{path}.{name}: unknown parameter")
    for name in kind.__required_keys__ - NOT_PARAMETERS:
        if name not in value:
            raise Unfit(f"{path}.{name}: missing")
    for name, inner in value.items():
        check(inner, fields[name], f"{path}.{name}")


def _check_any(value: Any, kinds: tuple[Any, ...], path: str) -> None:
    if any(get_origin(kind) is Literal for kind in kinds):
        kinds = tuple(kind for kind in kinds if kind is not str)
    wrong = []
    for kind in kinds:
        try:
            return check(value, kind, path)
        except Unfit as error:
            wrong.append(error)
    raise max(wrong, key=lambda error: len(str(error).split(":")[0]))


def _is_plain(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    if not isinstance(value, str):
        return False
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if kind is bool:
        return value in ("true", "false")
    if kind is int:
        return value.removeprefix("-").isdigit()
    if kind in (Decimal, float):
        return value.replace(".", "", 1).removeprefix("-").isdigit()
    return kind is str


class _OnlyForCheckers:
    """What a module imports for type checkers alone: tables of texts, in parameters."""

    def __class_getitem__(cls, _of: Any) -> Any:
        return dict[str, str]


class _Names(dict):
    def __missing__(self, name: str) -> Any:
        return getattr(sys.modules["builtins"], name, _OnlyForCheckers)


@cache
def _fields(kind: Any) -> dict[str, Any]:
    names = _Names(vars(sys.modules[kind.__module__]))
    hints = get_type_hints(kind, localns=names, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in NOT_PARAMETERS}
